/** A JSON text whose values are found and not made: an excerpt copies what it takes, and the rest is never looked at again. */
import { isAscii } from 'node:buffer';
import {
  backslash,
  closeList,
  closeObject,
  colon,
  comma,
  letterN,
  openList,
  openObject,
  quote,
  space,
} from '../jsonBytes.ts';

/** Room for this many tokens is kept from one text to the next. */
const usualTokens = 8_192;

/** What a value is, by the byte that it begins with; `literal`: a number, true or false. */
export type Form = 'string' | 'list' | 'object' | 'null' | 'literal';

/**
 * The tokens of a text in the order in which they stand there: each value, and each key, which comes right before its value. A token is a number, and the first
 * one of a list or object is the next number. What `read` was given must be JSON (a parser saw it before), and must not change while it is looked at.
 */
export class Tape {
  bytes: Buffer = Buffer.alloc(0);
  /** Of each token, where it begins and, behind its last byte, ends; and the token behind all that is in it. */
  starts = new Int32Array(usualTokens);
  ends = new Int32Array(usualTokens);
  nexts = new Int32Array(usualTokens);
  /** The bytes as text where each is a character: a part of it is cut faster than read. */
  #ascii: string | undefined;
  #room = usualTokens;

  /** Finds the tokens; the first one is the whole value. Throws for what is no JSON where it notices. */
  read(bytes: Buffer): void {
    if (this.#room !== usualTokens) this.#resize(usualTokens);
    this.bytes = bytes;
    this.#ascii = isAscii(bytes) ? bytes.toString('latin1') : undefined;
    // Everything in one loop and in variables of its own: half of an excerpt's time is spent here.
    let { starts, ends, nexts } = this;
    const { length } = bytes;
    const open: number[] = [];
    let count = 0;
    let at = 0;
    while (at < length) {
      const byte = bytes[at] ?? 0;
      if (byte <= space || byte === comma || byte === colon) {
        at += 1;
        continue;
      }
      if (byte === closeObject || byte === closeList) {
        at += 1;
        const token = open.pop();
        if (token === undefined) throw new Error('a JSON text closes what it did not open');
        ends[token] = at;
        nexts[token] = count;
        continue;
      }
      if (count === this.#room) {
        this.#resize(2 * count);
        ({ starts, ends, nexts } = this);
      }
      starts[count] = at;
      at += 1;
      if (byte === quote) {
        let isEscaped = false;
        for (; at < length; at += 1) {
          const inside = bytes[at] ?? 0;
          if (inside === quote) break;
          if (inside !== backslash) continue;
          isEscaped = true;
          at += 1;
        }
        at += 1;
        if (at > length) throw new Error('a JSON text ends in a string');
        ends[count] = at;
        nexts[count] = isEscaped ? -count - 1 : count + 1;
      } else if (byte === openObject || byte === openList) {
        open.push(count);
      } else {
        for (; at < length; at += 1) {
          const inside = bytes[at] ?? 0;
          if (inside <= space || inside === comma || inside === closeList || inside === closeObject) break;
        }
        ends[count] = at;
        nexts[count] = count + 1;
      }
      count += 1;
    }
    if (count === 0 || open.length > 0) throw new Error('a JSON text is cut off');
  }

  /** What the value is. */
  formOf(token: number): Form {
    switch (this.bytes[this.starts[token] ?? 0] ?? 0) {
      case quote:
        return 'string';
      case openList:
        return 'list';
      case openObject:
        return 'object';
      case letterN:
        return 'null';
      default:
        return 'literal';
    }
  }

  /** The token behind the value and all that is in it. */
  behind(token: number): number {
    return Math.abs(this.nexts[token] ?? 0);
  }

  /** Whether a string has a backslash: its text is then not what it says. */
  isEscaped(token: number): boolean {
    return (this.nexts[token] ?? 0) < 0;
  }

  /** The text of the token as it stands there. */
  textOf(token: number): string {
    return this.#text(this.starts[token] ?? 0, this.ends[token] ?? 0);
  }

  /** What a string says. */
  stringOf(token: number): string {
    if (this.isEscaped(token)) return String(JSON.parse(this.textOf(token)));
    return this.#text((this.starts[token] ?? 0) + 1, (this.ends[token] ?? 0) - 1);
  }

  /** The value of the member; of several of this name the last one, as JSON.parse has it. Undefined where there is none, and of what is no object. */
  member(token: number, name: string): number | undefined {
    if (this.formOf(token) !== 'object') return undefined;
    let found: number | undefined;
    for (let key = token + 1; key < this.behind(token); key = this.behind(key + 1)) {
      if (this.stringOf(key) === name) found = key + 1;
    }
    return found;
  }

  #text(start: number, end: number): string {
    return this.#ascii === undefined
      ? this.bytes.toString('utf8', start, end)
      : this.#ascii.slice(start, end);
  }

  #resize(room: number): void {
    this.starts = resized(this.starts, room);
    this.ends = resized(this.ends, room);
    this.nexts = resized(this.nexts, room);
    this.#room = room;
  }
}

function resized(from: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(length);
  to.set(from.subarray(0, length));
  return to;
}
