/** Reads what people write, YAML or JSON, into documents; lists of objects are taken apart. */
import { documentCodes } from './codes.ts';
import { type Document, isObject, type Place } from './document.ts';
import { type Read, sound } from './issue.ts';
import { readJson } from './json.ts';
import { decodeText } from './text.ts';
import { readYaml } from './yaml.ts';

/**
 * Reads a text into its documents. A name that ends in `.json` promises JSON; any other text is YAML, of which JSON is a part.
 *
 * A `List` (or `NetworkPolicyList`, …) gives its items, as kubectl does; items of a typed list that name no kind of their own get
 * the list's. What the items are is for the reader of the documents to judge.
 */
export function readDocuments(text: string, file: string): Read<readonly Document[]> {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const read = readText(body, file);
  return read.ok ? sound(read.value.flatMap(expand)) : read;
}

/** Reads bytes, which have to be UTF-8, into documents. */
export function readBytes(bytes: Uint8Array, file: string): Read<readonly Document[]> {
  const text = decodeText(bytes, file);
  return text.ok ? readDocuments(text.value, file) : text;
}

/** What looks like JSON is read as JSON, which is faster; YAML's flow style (`{a: b}`) looks so too and gets its second chance. */
function readText(text: string, file: string): Read<readonly Document[]> {
  const json = file.endsWith('.json');
  if (!looksLikeJson(text, file)) return readYaml(text, file);
  const read = readJson(text, file);
  if (read.ok || json || read.issues.some(({ code }) => code !== documentCodes.syntax)) return read;
  return readYaml(text, file);
}

/** Whether a text is to be read as JSON first. */
export const looksLikeJson = (text: string, file: string): boolean =>
  file.endsWith('.json') || /^\s*[{[]/.test(text);

/** What the items of a list have from it where they do not say it themselves. */
export interface Listing {
  readonly apiVersion?: unknown;
  readonly kind?: string;
}

/** The kind that a value names. */
export const kindOf = (value: unknown): string | undefined => {
  const kind = isObject(value) && Object.hasOwn(value, 'kind') ? value['kind'] : undefined;
  return typeof kind === 'string' ? kind : undefined;
};

/** What the items of a value have from it; undefined where it is no list. */
export function listingOf(value: unknown): Listing | undefined {
  const kind = kindOf(value);
  if (kind?.endsWith('List') !== true) return undefined;
  const itemKind = kind.slice(0, -'List'.length);
  return itemKind === '' || !isObject(value) ? {} : { apiVersion: value['apiVersion'], kind: itemKind };
}

/** An item of a list as the documents that it is: itself, or what is in it where it is a list too. */
export function itemDocuments(item: Document, list: Listing): readonly Document[] {
  const inherits = list.kind !== undefined && isObject(item.value) && !Object.hasOwn(item.value, 'kind');
  return expand(inherits ? { ...item, value: { ...list, ...item.value } } : item);
}

function expand(document: Document): readonly Document[] {
  // Taken out one by one: what a place is told by must not keep the whole list alive.
  const { value, file, positionOf, placeIn } = document;
  const list = listingOf(value);
  const items = isObject(value) ? value['items'] : undefined;
  if (list === undefined || !Array.isArray(items)) return [document];
  return items.flatMap((item: unknown, index) =>
    itemDocuments(
      {
        value: item,
        file,
        positionOf: (pointer, part) => positionOf(`/items/${index}${pointer}`, part),
        ...(placeIn === undefined
          ? {}
          : { placeIn: (pointer, at): Place => placeIn(`/items/${index}${pointer}`, at) }),
      },
      list,
    ),
  );
}
