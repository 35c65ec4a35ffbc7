/** Canonical JSON (RFC 8785): the one text of a value, so that a hash of it means the same everywhere. */

/**
 * The canonical text of plain JSON data; members that are undefined are left out. Numbers and strings are written as ECMAScript writes
 * them, which is what RFC 8785 asks for. What JSON cannot say becomes what JSON would have: a number that is not finite is null, half of a surrogate
 * pair is U+FFFD.
 */
export function canonicalJson(value: unknown): string {
  if (inOrder(value)) {
    const text = JSON.stringify(value);
    // Half a surrogate pair is the only thing that ECMAScript escapes so.
    if (!text.includes('\\ud')) return text;
  }
  return written(value);
}

/** Whether ECMAScript's own order of members, at every depth, is the canonical one: then its writer, which is much faster, does it. */
function inOrder(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (!inOrder(item)) return false;
    return true;
  }
  let before: string | undefined;
  for (const [key, member] of Object.entries(value)) {
    // Strings compare by UTF-16 code units, as RFC 8785 orders.
    if (before !== undefined && before >= key) return false;
    if (!inOrder(member)) return false;
    before = key;
  }
  return true;
}

function written(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.toWellFormed());
  if (value === undefined) return 'null';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
  const members = new Map<string, string>();
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) members.set(key.toWellFormed(), written(member));
  }
  const keys = [...members.keys()].sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${members.get(key) ?? 'null'}`).join(',')}}`;
}

/** A text without anything to escape, and without halves of surrogate pairs. */
const plain = /^[ !#-[\]-~]*$/;

/** A string as canonical JSON. */
export const quoted = (text: string): string =>
  plain.test(text) ? `"${text}"` : JSON.stringify(text.toWellFormed());
