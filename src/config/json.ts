/** Reads JSON text into documents strictly: one value, or several after another, with a position for every mistake. */
import { documentCodes } from './codes.ts';
import { type Document, type Part, placeAt, setOwn } from './document.ts';
import { type Read, sound, unsound } from './issue.ts';
import { toTokens } from './pointer.ts';
import { offsetInScalar } from './scalarPlace.ts';

/** How deep values may nest; Kubernetes objects stay below 40, and the reader recurses. */
const DEPTH_LIMIT = 1_000;

/**
 * Reads a stream of JSON values (so JSON Lines too); `null` at the top is left out.
 *
 * Stricter than `JSON.parse` where that would change what somebody wrote without a word: duplicate keys and integers that a
 * double would round are refused. The first mistake ends the reading.
 */
export function readJson(text: string, file: string): Read<readonly Document[]> {
  const reader = new JsonReader(text);
  const documents: Document[] = [];
  try {
    while (reader.more()) {
      const start = reader.offset;
      const value = reader.value(0);
      if (value === null) continue;
      documents.push({
        value,
        file,
        positionOf: (pointer, part = 'value') =>
          placeAt(text, new JsonReader(text, start).locate(toTokens(pointer), part)),
        placeIn: (pointer, index) => {
          const at = new JsonReader(text, start).locate(toTokens(pointer), 'value');
          const written = new JsonReader(text, at).value(0);
          return placeAt(text, typeof written === 'string' ? offsetInScalar(text, at, written, index) : at);
        },
      });
    }
  } catch (error) {
    if (!(error instanceof JsonMistake)) throw error;
    const { code, message, offset } = error;
    return unsound([{ code, message, file, ...placeAt(text, offset) }]);
  }
  return sound(documents);
}

/** Ends a reading from inside its recursion; never leaves this file. */
class JsonMistake extends Error {
  readonly code: string;
  readonly offset: number;

  constructor(code: string, message: string, offset: number) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}

class JsonReader {
  readonly #blank = /[ \t\n\r]*/y;
  readonly #digits = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
  readonly #word = /[A-Za-z0-9_$]+/y;
  readonly #text: string;
  #offset: number;

  constructor(text: string, offset = 0) {
    this.#text = text;
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  /** Skips blanks and tells whether anything follows. */
  more(): boolean {
    this.#match(this.#blank);
    return this.#offset < this.#text.length;
  }

  /** Reads one value and leaves the offset behind it. */
  value(depth: number): unknown {
    if (depth > DEPTH_LIMIT)
      throw new JsonMistake(
        documentCodes.depth,
        `nested deeper than ${DEPTH_LIMIT} levels; flatten it`,
        this.#offset,
      );
    switch (this.#next()) {
      case '{':
        return this.#object(depth);
      case '[': {
        const result: unknown[] = [];
        for (const index of this.#items()) result[index] = this.value(depth + 1);
        return result;
      }
      case '"':
        return this.#string();
      default:
        return this.#literal();
    }
  }

  /** The offset of what the tokens lead to, or of its nearest ancestor; the text is known to be sound. */
  locate(tokens: readonly string[], part: Part): number {
    const next = this.#next();
    const own = this.#offset;
    const [token, ...rest] = tokens;
    if (token === undefined) return own;
    if (next === '{') {
      for (const { key, at } of this.#fields()) {
        if (key === token) return part === 'key' && rest.length === 0 ? at : this.locate(rest, part);
        this.value(0);
      }
    } else if (next === '[') {
      for (const index of this.#items()) {
        if (String(index) === token) return this.locate(rest, part);
        this.value(0);
      }
    }
    return own;
  }

  #object(depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const { key, at } of this.#fields()) {
      if (Object.hasOwn(result, key)) {
        const message = `key ${JSON.stringify(key)} is written twice; keep one`;
        throw new JsonMistake(documentCodes.duplicateKey, message, at);
      }
      setOwn(result, key, this.value(depth + 1));
    }
    return result;
  }

  /** The fields of an object; whoever takes one reads its value before asking for the next. */
  *#fields(): Generator<{ readonly key: string; readonly at: number }> {
    this.#offset += 1;
    if (this.#next() === '}') {
      this.#offset += 1;
      return;
    }
    do {
      if (this.#next() !== '"') this.#expected('a field name in double quotes');
      const at = this.#offset;
      const key = this.#string();
      if (this.#next() !== ':') this.#expected('":"');
      this.#offset += 1;
      yield { key, at };
    } while (!this.#closes('}'));
  }

  /** The indexes of a list; whoever takes one reads its item before asking for the next. */
  *#items(): Generator<number> {
    this.#offset += 1;
    if (this.#next() === ']') {
      this.#offset += 1;
      return;
    }
    let index = 0;
    do yield index++;
    while (!this.#closes(']'));
  }

  /** After an item: the end of its collection, or a comma and another item. */
  #closes(end: string): boolean {
    const next = this.#next();
    if (next !== end && next !== ',') this.#expected(`"," or "${end}"`);
    this.#offset += 1;
    if (next === end) return true;
    if (this.#next() === end) this.#expected('another item after the comma');
    return false;
  }

  #string(): string {
    const start = this.#offset;
    let end = start + 1;
    for (; ; end += 1) {
      const unit = this.#text.charCodeAt(end);
      if (unit === 0x22) break;
      if (Number.isNaN(unit) || unit < 0x20) {
        this.#offset = end;
        this.#expected('the closing quote of a string');
      }
      if (unit === 0x5c) end += 1;
    }
    this.#offset = end + 1;
    try {
      return String(JSON.parse(this.#text.slice(start, end + 1)));
    } catch {
      throw new JsonMistake(
        documentCodes.syntax,
        'not valid JSON: a string with a broken escape (\\)',
        start,
      );
    }
  }

  #literal(): unknown {
    const start = this.#offset;
    const digits = this.#match(this.#digits);
    if (digits !== '') return this.#number(digits, start);
    const name = this.#match(this.#word);
    switch (name) {
      case 'true':
        return true;
      case 'false':
        return false;
      case 'null':
        return null;
      default:
        this.#offset = start;
        return this.#expected('a value');
    }
  }

  #number(digits: string, start: number): number {
    const value = Number(digits);
    const integral = !/[.eE]/.test(digits);
    if (Number.isFinite(value) && (!integral || Number.isSafeInteger(value))) return value;
    throw new JsonMistake(
      documentCodes.number,
      `${digits.slice(0, 40)} is a number that a double cannot carry exactly; quote it if it is meant as text`,
      start,
    );
  }

  #next(): string {
    this.#match(this.#blank);
    return this.#text.charAt(this.#offset);
  }

  #match(form: RegExp): string {
    form.lastIndex = this.#offset;
    const found = form.exec(this.#text)?.[0] ?? '';
    this.#offset += found.length;
    return found;
  }

  #expected(what: string): never {
    const found = this.#text.charAt(this.#offset);
    const shown = found === '' ? 'the end of the text' : JSON.stringify(found);
    throw new JsonMistake(
      documentCodes.syntax,
      `not valid JSON: expected ${what}, found ${shown}`,
      this.#offset,
    );
  }
}
