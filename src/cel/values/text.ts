/** Strings by code point, as CEL counts them, where JavaScript counts UTF-16 units. */

const astral = /[\uD800-\uDBFF][\uDC00-\uDFFF]/;

/** Whether every character is one UTF-16 unit, so that offsets of both countings agree. */
export const isFlat = (text: string): boolean => !astral.test(text);

/** The number of characters (code points). */
export function length(text: string): number {
  if (isFlat(text)) return text.length;
  let count = 0;
  for (let index = 0; index < text.length; index += 1, count += 1) {
    if ((text.codePointAt(index) ?? 0) > 0xffff) index += 1;
  }
  return count;
}

/** The characters from `start` to `end` (exclusive); both must lie within the text. */
export const slice = (text: string, start: number, end: number): string =>
  isFlat(text) ? text.slice(start, end) : text.slice(unitOffset(text, start), unitOffset(text, end));

/** The offset in characters of an offset in UTF-16 units. */
export const characterOffset = (text: string, unit: number): number =>
  unit <= 0 ? unit : length(text.slice(0, unit));

/** The offset in UTF-16 units of an offset in characters. */
export function unitOffset(text: string, character: number): number {
  if (isFlat(text)) return character;
  let unit = 0;
  for (let count = 0; count < character && unit < text.length; count += 1) {
    unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
  }
  return unit;
}

const isSpace = (code: number): boolean =>
  (code >= 9 && code <= 13) ||
  code === 0x20 ||
  code === 0x85 ||
  code === 0xa0 ||
  code === 0x1680 ||
  (code >= 0x2000 && code <= 0x200a) ||
  code === 0x2028 ||
  code === 0x2029 ||
  code === 0x202f ||
  code === 0x205f ||
  code === 0x3000;

/** The text without white space at its ends, as Go's strings.TrimSpace cuts it. */
export function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** The characters of a text, one string each. */
export const characters = (text: string): readonly string[] => Array.from(text);
