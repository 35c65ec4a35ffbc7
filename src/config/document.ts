/** A document as it was read: plain data, and the way back from a pointer to the place in the text. */

/** A place in a text; both count from 1, columns in UTF-16 code units as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Whether a place is asked for a field's name or for what stands behind it. */
export type Part = 'key' | 'value';

/**
 * One document of a file.
 *
 * `value` is what `JSON.parse` would give: plain objects (a key `__proto__` is an own property), arrays, strings, booleans,
 * null and numbers, where an integer is never outside ±(2^53 − 1). It is untrusted: read it with a schema.
 */
export interface Document {
  readonly value: unknown;
  /** The file as it was named to us; `-` for standard input. */
  readonly file: string;
  /**
   * Where `pointer` stands. A pointer to something that is absent gives the place of its nearest existing ancestor, so that a
   * missing field is reported at the object that should hold it.
   */
  readonly positionOf: (pointer: string, part?: Part) => Place;
  /** Where the character at `index` (UTF-16 units) of the string at `pointer` stands; absent where nobody knows the text. */
  readonly placeIn?: (pointer: string, index: number) => Place;
}

/** What documents that are stored in a cluster are named by, before their kind and name. */
export const storedFile = 'cluster:';

/** Claims that a document is stored in a cluster. */
export const isStored = ({ file }: Pick<Document, 'file'>): boolean => file.startsWith(storedFile);

/** Where a text begins. */
export const start: Place = { line: 1, column: 1 };

/** The place behind a text that begins at `from`. */
export function behind(text: string, from: Place): Place {
  let { line } = from;
  let last = -1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    line += 1;
    last = at;
  }
  return last === -1 ? { line, column: from.column + text.length } : { line, column: text.length - last };
}

/** Translates an offset into a line and a column. */
export const placeAt = (text: string, offset: number): Place => behind(text.slice(0, offset), start);

/** A place in a part of a text, which begins at `from`, as a place in the whole. */
export const moved = (place: Place, from: Place): Place =>
  place.line === 1
    ? { line: from.line, column: from.column + place.column - 1 }
    : { line: from.line + place.line - 1, column: place.column };

/** Whether a value is an object that is no list: the only thing that has fields. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Sets an own property, also under the name `__proto__`, which assignment would take for the prototype. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}
