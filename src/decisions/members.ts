/** The members of a JSON object in its text, without parsing it: a text that is hashed is cut, never written again. */
import { backslash, closeList, closeObject, comma, openList, openObject, quote } from './jsonBytes.ts';

/** Where the string that begins at `at` ends, behind its quote; -1 where it does not. */
function stringEnd(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === backslash) before -= 1;
    if ((end - before) % 2 === 1) return end + 1;
  }
  return -1;
}

/** Where the value that begins at `at` ends; -1 where it does not. */
function valueEnd(text: string, at: number): number {
  let depth = 0;
  let place = at;
  while (place < text.length) {
    switch (text.charCodeAt(place)) {
      case quote:
        place = stringEnd(text, place) - 1;
        if (place < 0) return -1;
        break;
      case openObject:
      case openList:
        depth += 1;
        break;
      case closeObject:
      case closeList:
        if (depth === 0) return place;
        depth -= 1;
        break;
      case comma:
        if (depth === 0) return place;
        break;
      default:
    }
    place += 1;
  }
  return -1;
}

/**
 * Tells the members of an object that is written without white space: the key as it stands between its quotes, and where the member begins (its key's quote) and ends.
 * False where the text is no such object; what was told until then is worth nothing.
 */
export function walkMembers(text: string, tell: (key: string, start: number, end: number) => void): boolean {
  if (!text.startsWith('{')) return false;
  if (text === '{}') return true;
  for (let start = 1; ;) {
    if (text.charCodeAt(start) !== quote) return false;
    const keyEnd = stringEnd(text, start);
    if (keyEnd === -1 || text[keyEnd] !== ':') return false;
    const end = valueEnd(text, keyEnd + 1);
    if (end === -1) return false;
    tell(text.slice(start + 1, keyEnd - 1), start, end);
    if (text.charCodeAt(end) !== comma) return text[end] === '}' && end === text.length - 1;
    start = end + 1;
  }
}

/** The members of these names that are strings; undefined where the text is no JSON object without white space. */
export function textsIn(text: string, names: ReadonlySet<string>): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  const isObject = walkMembers(text, (key, start, end) => {
    const at = start + key.length + 3;
    if (!names.has(key) || text.charCodeAt(at) !== quote) return;
    const written = text.slice(at, end);
    found.set(key, written.includes('\\') ? String(JSON.parse(written)) : written.slice(1, -1));
  });
  return isObject ? found : undefined;
}
