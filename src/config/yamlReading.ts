/** Turns one parsed YAML document into plain data, noting every mistake with its offset. */
import { type Alias, isAlias, isMap, isScalar, isSeq, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { documentCodes } from './codes.ts';
import { isObject, setOwn } from './document.ts';
import { type Meaning, meaningOf } from './scalars.ts';

/** A mistake in a document, before anyone knows its line. */
export interface Mistake {
  readonly code: string;
  readonly message: string;
  readonly offset: number;
}

/** How many values aliases may add to what is written; far more than people need, far less than an alias bomb wants. */
const ALIAS_LIMIT = 100_000;

const tagPrefix = 'tag:yaml.org,2002:';

/** Whether a key is YAML 1.1's merge key, which kubectl honours: an unquoted `<<`. */
export const isMergeKey = (key: unknown): boolean =>
  isScalar(key) && key.type === 'PLAIN' && key.tag === undefined && key.value === '<<';

/** The name that a key has in JSON, as sigs.k8s.io/yaml writes it (`1:` is "1", `yes:` is "true"); undefined where it has none. */
export function keyOf(key: unknown): string | undefined {
  if (!isScalar(key) || typeof key.value !== 'string') return undefined;
  if (key.type !== 'PLAIN') return key.value;
  const meaning = meaningOf(key.value);
  switch (meaning.kind) {
    case 'string':
      return meaning.value;
    case 'boolean':
    case 'integer':
      return String(meaning.value);
    case 'null':
    case 'float':
    case 'inexact':
      return undefined;
  }
}

/** One pass over one document, in the order of the text, because an alias means the last anchor of its name before it. */
export class YamlReading {
  readonly mistakes: Mistake[] = [];
  readonly #anchors = new Map<string, { readonly value: unknown; readonly size: number } | 'open'>();
  #size = 0;
  #aliased = 0;
  #exhausted = false;

  /** Reads a node; null stands for nothing, `null` and what could not be read. */
  read(node: unknown): unknown {
    if (isAlias(node)) return this.#expand(node);
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return null;

    const before = this.#size;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, 'open');
    this.#size += 1;
    const value = isScalar(node) ? this.#scalar(node) : isMap(node) ? this.#map(node) : this.#list(node);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, { value, size: this.#size - before });
    return value;
  }

  #note(code: string, message: string, node: { range?: readonly number[] | null | undefined }): null {
    this.mistakes.push({ code, message, offset: node.range?.[0] ?? 0 });
    return null;
  }

  #expand(alias: Alias): unknown {
    const anchor = this.#anchors.get(alias.source);
    if (anchor === undefined)
      return this.#note(
        documentCodes.alias,
        `alias *${alias.source} has no anchor &${alias.source} before it`,
        alias,
      );
    if (anchor === 'open')
      return this.#note(documentCodes.alias, `alias *${alias.source} stands inside its own anchor`, alias);
    this.#size += anchor.size;
    this.#aliased += anchor.size;
    if (this.#aliased > ALIAS_LIMIT) {
      if (this.#exhausted) return null;
      this.#exhausted = true;
      return this.#note(
        documentCodes.alias,
        `aliases add more than ${ALIAS_LIMIT} values to this document; write it out`,
        alias,
      );
    }
    return structuredClone(anchor.value);
  }

  #list(list: YAMLSeq): unknown[] {
    this.#onlyTag(list, 'seq');
    return list.items.map((item) => this.read(item));
  }

  #map(map: YAMLMap): Record<string, unknown> {
    this.#onlyTag(map, 'map');
    const result: Record<string, unknown> = {};
    const merged: Readonly<Record<string, unknown>>[] = [];
    for (const { key, value } of map.items) {
      if (isMergeKey(key)) {
        merged.push(...this.#sources(value, isScalar(key) ? key : map));
        continue;
      }
      const name = isAlias(key) ? undefined : keyOf(key);
      const content = this.read(value);
      if (name === undefined) {
        this.#note(
          documentCodes.key,
          'a key must be a word; put quotes around it',
          isScalar(key) || isMap(key) || isSeq(key) ? key : map,
        );
      } else if (Object.hasOwn(result, name)) {
        this.#note(
          documentCodes.duplicateKey,
          `key ${JSON.stringify(name)} is written twice; keep one`,
          isScalar(key) ? key : map,
        );
      } else {
        setOwn(result, name, content);
      }
    }
    for (const source of merged) {
      for (const [name, content] of Object.entries(source)) {
        if (!Object.hasOwn(result, name)) setOwn(result, name, content);
      }
    }
    return result;
  }

  /** What `<<` brings in: a mapping or a list of mappings, the first of which wins. */
  #sources(node: unknown, key: Scalar | YAMLMap): readonly Readonly<Record<string, unknown>>[] {
    const value = this.read(node);
    const sources: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (sources.every(isObject)) return sources;
    this.#note(documentCodes.key, '<< takes a mapping or a list of mappings', key);
    return [];
  }

  #scalar(scalar: Scalar): unknown {
    const text = typeof scalar.value === 'string' ? scalar.value : '';
    const tag = scalar.tag?.startsWith(tagPrefix) === true ? scalar.tag.slice(tagPrefix.length) : scalar.tag;
    if (tag === undefined && scalar.type !== 'PLAIN') return text;
    if (tag === 'str' || tag === '!') return text;
    const meaning = meaningOf(text);
    if (tag !== undefined && !isMeant(tag, meaning))
      return this.#note(
        documentCodes.tag,
        `tag ${JSON.stringify(tag)} does not fit here; leave it out`,
        scalar,
      );
    switch (meaning.kind) {
      case 'null':
        return null;
      case 'boolean':
      case 'integer':
      case 'float':
      case 'string':
        return meaning.value;
      case 'inexact':
        return this.#note(
          documentCodes.number,
          `${text.slice(0, 40)} is a number that JSON cannot carry exactly; quote it if it is meant as text`,
          scalar,
        );
    }
  }

  #onlyTag(node: YAMLMap | YAMLSeq, own: string): void {
    if (node.tag !== undefined && node.tag !== tagPrefix + own)
      this.#note(documentCodes.tag, `tag ${JSON.stringify(node.tag)} does not fit here; leave it out`, node);
  }
}

/** Whether an explicit tag agrees with what the text means anyway (`!!float 1` may widen an integer). */
function isMeant(tag: string, { kind }: Meaning): boolean {
  switch (tag) {
    case 'null':
      return kind === 'null';
    case 'bool':
      return kind === 'boolean';
    case 'int':
      return kind === 'integer';
    case 'float':
      return kind === 'integer' || kind === 'float';
    default:
      return false;
  }
}
