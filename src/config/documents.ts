/** Reads what people write, YAML or JSON, into documents; lists of objects are taken apart. */
import { documentCodes } from './codes.ts';
import { type Document, isObject, type Place, placeAt } from './document.ts';
import { type Read, sound, unsound } from './issue.ts';
import { readJson } from './json.ts';
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
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const message = 'not UTF-8 text; save it as UTF-8';
    return unsound([{ code: documentCodes.encoding, message, file, ...brokenPlace(bytes) }]);
  }
  return readDocuments(text, file);
}

/** Where the first bytes stand that are no UTF-8: a beginning is sound as long as nothing but its end may be missing. */
function brokenPlace(bytes: Uint8Array): Place {
  const beginning = (length: number): string | undefined => {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
    } catch {
      return undefined;
    }
  };
  let [sound, broken] = [0, bytes.length + 1];
  while (broken - sound > 1) {
    const middle = Math.floor((sound + broken) / 2);
    if (beginning(middle) === undefined) broken = middle;
    else sound = middle;
  }
  const text = beginning(sound) ?? '';
  return placeAt(text, text.length);
}

/** What looks like JSON is read as JSON, which is faster; YAML's flow style (`{a: b}`) looks so too and gets its second chance. */
function readText(text: string, file: string): Read<readonly Document[]> {
  const json = file.endsWith('.json');
  if (!json && !/^\s*[{[]/.test(text)) return readYaml(text, file);
  const read = readJson(text, file);
  if (read.ok || json || read.issues.some(({ code }) => code !== documentCodes.syntax)) return read;
  return readYaml(text, file);
}

function expand(document: Document): readonly Document[] {
  // Taken out one by one: what a place is told by must not keep the whole list alive.
  const { value, file, positionOf, placeIn } = document;
  if (!isObject(value)) return [document];
  const { apiVersion, kind, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [document];

  const itemKind = kind.slice(0, -'List'.length);
  return items.flatMap((item: unknown, index) => {
    const inherits = itemKind !== '' && isObject(item) && !Object.hasOwn(item, 'kind');
    return expand({
      value: inherits ? { apiVersion, kind: itemKind, ...item } : item,
      file,
      positionOf: (pointer, part) => positionOf(`/items/${index}${pointer}`, part),
      ...(placeIn === undefined
        ? {}
        : { placeIn: (pointer, at): Place => placeIn(`/items/${index}${pointer}`, at) }),
    });
  });
}
