/** The values of literals: numbers, strings and bytes with their escapes. */
import { type Value, Bytes, Uint, double, int } from '../values/value.ts';
import { Refusal } from './mistake.ts';

/** The value of a number as written; an int may reach 2^63, which only a minus sign makes valid. */
export function numberLiteral(text: string, at: number): Value {
  if (/^(?:0x[0-9a-f]+|\d+)u$/i.test(text)) {
    const value = BigInt(text.slice(0, -1));
    if (value > 18446744073709551615n)
      throw new Refusal('invalidLiteral', `${text} is larger than a uint can be`, at);
    return new Uint(value);
  }
  if (/^(?:0x[0-9a-f]+|\d+)$/i.test(text)) {
    const value = BigInt(text);
    if (value > 9223372036854775808n)
      throw new Refusal('invalidLiteral', `${text} is larger than an int can be`, at);
    return int(value);
  }
  const value = Number(text);
  if (!Number.isFinite(value))
    throw new Refusal('invalidLiteral', `${text} is larger than a double can be`, at);
  return double(value);
}

/** The value of a string literal's body. */
export const stringLiteral = (body: string, raw: boolean, at: number): Value =>
  raw || !body.includes('\\') ? body : pieces(body, at, false).join('');

/** The value of a bytes literal's body: characters as UTF-8, numeric escapes as single bytes. */
export function bytesLiteral(body: string, raw: boolean, at: number): Value {
  const parts = raw ? [body] : pieces(body, at, true);
  const chunks = parts.map((part) =>
    typeof part === 'number' ? Uint8Array.of(part) : Buffer.from(part, 'utf8'),
  );
  return new Bytes(new Uint8Array(Buffer.concat(chunks)));
}

const simple: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['?', '?'],
  ['`', '`'],
]);

const escape =
  /\\(?:([abfnrtv"'\\?`])|[xX]([0-9a-fA-F]{2})|([0-3][0-7]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y;

function pieces(body: string, offset: number, binary: boolean): (string | number)[] {
  const parts: (string | number)[] = [];
  let at = 0;
  while (at < body.length) {
    const next = body.indexOf('\\', at);
    if (next !== at) parts.push(body.slice(at, next < 0 ? undefined : next));
    if (next < 0) break;
    escape.lastIndex = next;
    const match = escape.exec(body);
    if (match === null) {
      throw new Refusal(
        'invalidLiteral',
        `\\${body[next + 1] ?? ''} is no escape: write \\\\ for a backslash`,
        offset + next,
      );
    }
    parts.push(escaped(match, offset + next, binary));
    at = next + match[0].length;
  }
  return parts;
}

function escaped(match: RegExpExecArray, at: number, binary: boolean): string | number {
  const [text, character, hex, octal, short, long] = match;
  if (character !== undefined) return simple.get(character) ?? character;
  const code = Number.parseInt(hex ?? octal ?? short ?? long ?? '', octal === undefined ? 16 : 8);
  if (short === undefined && long === undefined) return binary ? code : String.fromCodePoint(code);
  if (binary)
    throw new Refusal('invalidLiteral', `${text} may not stand in bytes: write its UTF-8 bytes as \\x…`, at);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    throw new Refusal('invalidLiteral', `${text} is no Unicode character`, at);
  }
  return String.fromCodePoint(code);
}
