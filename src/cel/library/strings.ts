/** Functions of strings: the standard ones and the strings extension, version 2, by code point. */
import { Failure, type Result } from '../values/failure.ts';
import { characterOffset, characters, length, slice, trim, unitOffset } from '../values/text.ts';
import { type Value } from '../values/value.ts';
import { resultTraversal, search, traversal, tree } from './cost.ts';
import {
  type Library,
  anything,
  call,
  define,
  four,
  integer,
  list,
  method,
  one,
  text,
  three,
  two,
} from './definition.ts';
import { equals } from '../values/equality.ts';
import { type Frame } from '../evaluation/frame.ts';

/** Longest string that an expression may build, in UTF-16 units. */
export const maxStringLength = 16_000_000;

const outOfRange = (): Failure => new Failure('indexOutOfRange', 'the index is outside the string');

/** Joins two strings, unless the result were larger than memory should bear. */
export function concatenated(a: string, b: string, frame: Frame): Result {
  const size = a.length + b.length;
  if (size > 256 && (size > maxStringLength || !frame.pay(size / 64))) return frame.exhausted();
  return a + b;
}

/** Pays for looking at a whole text, where Kubernetes' cost does not grow with it. */
export const look = (frame: Frame, value: string): boolean =>
  value.length < 64 || frame.pay(value.length / 16);

/** Pays for searching one text in another: at worst every character is compared with every other. */
const seek = (frame: Frame, value: string, part: string): boolean =>
  value.length * part.length < 1024 || frame.pay((value.length * part.length) / 12);

/** The part between two offsets in characters. */
function substring(value: string, start: number | bigint, end: number | bigint | undefined): Result {
  const size = length(value);
  const [from, to] = [Number(start), end === undefined ? size : Number(end)];
  if (from > to && end !== undefined)
    return new Failure('indexOutOfRange', 'substring(): the start is after the end');
  if (from < 0 || from > size || to < 0 || to > size) return outOfRange();
  return slice(value, from, to);
}

function charAt(value: string, index: number | bigint, frame: Frame): Result {
  if (!look(frame, value)) return frame.exhausted();
  return Number(index) === length(value) ? '' : substring(value, index, BigInt(index) + 1n);
}

function indexOf(value: string, part: string, from: number | bigint, frame: Frame): Result {
  if (part === '') return from;
  const start = Number(from);
  if (start < 0) return outOfRange();
  if (!seek(frame, value, part)) return frame.exhausted();
  if (start >= length(value)) return -1;
  return characterOffset(value, value.indexOf(part, unitOffset(value, start)));
}

function lastIndexOf(value: string, part: string, from: number | bigint | undefined, frame: Frame): Result {
  if (part === '') return from ?? length(value);
  if (!seek(frame, value, part)) return frame.exhausted();
  if (from === undefined) return characterOffset(value, value.lastIndexOf(part));
  const start = Number(from);
  if (start < 0) return outOfRange();
  if (start >= length(value)) return -1;
  return characterOffset(value, value.lastIndexOf(part, unitOffset(value, start)));
}

/** The pieces between the separators; every character for an empty one. Undefined once the budget is spent. */
function pieces(value: string, separator: string, frame: Frame): readonly string[] | undefined {
  if (separator === '') return frame.pay(value.length * 4) ? characters(value) : undefined;
  if (!look(frame, value) || !seek(frame, value, separator)) return undefined;
  for (let at = value.indexOf(separator); at >= 0; at = value.indexOf(separator, at + separator.length)) {
    if (!frame.pay(6)) return undefined;
  }
  return value.split(separator);
}

function replaced(value: string, part: string, by: string, limit: number | bigint, frame: Frame): Result {
  const most = Number(limit);
  if (most === 0) return value;
  const found = pieces(value, part, frame);
  if (found === undefined) return frame.exhausted();
  const joints = part === '' ? found.length + 1 : found.length - 1;
  const count = most < 0 ? joints : Math.min(most, joints);
  const size = value.length + count * by.length;
  if (size > maxStringLength || !frame.pay(size / 16)) return frame.exhausted();
  if (part !== '')
    return [...found.slice(0, count).map((piece) => piece + by), found.slice(count).join(part)].join('');
  const start = found
    .slice(0, count)
    .map((character) => by + character)
    .join('');
  return start + found.slice(count).join('') + (count > found.length ? by : '');
}

function split(value: string, separator: string, limit: number | bigint, frame: Frame): Result {
  const most = Number(limit);
  if (most === 0) return [];
  const found = pieces(value, separator, frame);
  if (found === undefined) return frame.exhausted();
  if (most < 0 || found.length <= most) return found;
  return [...found.slice(0, most - 1), found.slice(most - 1).join(separator)];
}

function joined(values: readonly Value[], separator: string, frame: Frame): Result {
  const parts: string[] = [];
  let size = 0;
  for (const value of values) {
    if (typeof value !== 'string')
      return new Failure('invalidArgument', 'join() takes a list of strings only');
    size += value.length + separator.length;
    parts.push(value);
  }
  if (size > maxStringLength || !frame.pay(values.length * 2 + size / 16)) return frame.exhausted();
  return parts.join(separator);
}

const ascii = (value: string, letters: RegExp, change: (letter: string) => string): string =>
  value.replaceAll(letters, change);

const quotes: ReadonlyMap<string, string> = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ['"', '\\"'],
]);

/** A string in double quotes, with the escapes of CEL. */
export const quoted = (value: string): string =>
  `"${value.toWellFormed().replaceAll(/[\x07\b\f\n\r\t\v\\"]/g, (character) => quotes.get(character) ?? character)}"`;

function position(values: readonly Value[], wanted: Value, frame: Frame, last: boolean): Result {
  for (let step = 0; step < values.length; step += 1) {
    if (!frame.pay(1)) return frame.exhausted();
    const index = last ? values.length - 1 - step : step;
    if (equals(values[index] ?? null, wanted, frame) === true) return index;
  }
  return -1;
}

export const strings: Library = [
  define('contains', [
    method(
      'string',
      '(string): bool',
      two(text, text, (a, b, frame) => (seek(frame, a, b) ? a.includes(b) : frame.exhausted())),
      search,
    ),
  ]),
  define('startsWith', [
    method(
      'string',
      '(string): bool',
      two(text, text, (a, b) => a.startsWith(b)),
      traversal(),
    ),
  ]),
  define('endsWith', [
    method(
      'string',
      '(string): bool',
      two(text, text, (a, b) => a.endsWith(b)),
      traversal(),
    ),
  ]),
  define('charAt', [method('string', '(int): string', two(text, integer, charAt))]),
  define(
    'substring',
    [
      method(
        'string',
        '(int): string',
        two(text, integer, (value, start) => substring(value, start, undefined)),
      ),
      method('string', '(int, int): string', three(text, integer, integer, substring)),
    ],
    traversal(),
  ),
  define(
    'indexOf',
    [
      method(
        'list(A)',
        '(A): int',
        two(list, anything, (values, wanted, frame) => position(values, wanted, frame, false)),
      ),
      method(
        'string',
        '(string): int',
        two(text, text, (value, part, frame) => indexOf(value, part, 0, frame)),
      ),
      method('string', '(string, int): int', three(text, text, integer, indexOf)),
    ],
    tree,
  ),
  define(
    'lastIndexOf',
    [
      method(
        'list(A)',
        '(A): int',
        two(list, anything, (values, wanted, frame) => position(values, wanted, frame, true)),
      ),
      method(
        'string',
        '(string): int',
        two(text, text, (value, part, frame) => lastIndexOf(value, part, undefined, frame)),
      ),
      method('string', '(string, int): int', three(text, text, integer, lastIndexOf)),
    ],
    tree,
  ),
  define(
    'lowerAscii',
    [
      method(
        'string',
        '(): string',
        one(text, (value) => ascii(value, /[A-Z]+/g, (letters) => letters.toLowerCase())),
      ),
    ],
    traversal(),
  ),
  define(
    'upperAscii',
    [
      method(
        'string',
        '(): string',
        one(text, (value) => ascii(value, /[a-z]+/g, (letters) => letters.toUpperCase())),
      ),
    ],
    traversal(),
  ),
  define(
    'trim',
    [
      method(
        'string',
        '(): string',
        one(text, (value) => trim(value)),
      ),
    ],
    traversal(),
  ),
  define(
    'replace',
    [
      method(
        'string',
        '(string, string): string',
        three(text, text, text, (value, part, by, frame) => replaced(value, part, by, -1, frame)),
      ),
      method('string', '(string, string, int): string', four([text, text, text, integer], replaced)),
    ],
    traversal(2),
  ),
  define(
    'split',
    [
      method(
        'string',
        '(string): list(string)',
        two(text, text, (value, separator, frame) => split(value, separator, -1, frame)),
      ),
      method('string', '(string, int): list(string)', three(text, text, integer, split)),
    ],
    traversal(2),
  ),
  define(
    'join',
    [
      method(
        'list(string)',
        '(): string',
        one(list, (values, frame) => joined(values, '', frame)),
      ),
      method('list(string)', '(string): string', two(list, text, joined)),
    ],
    resultTraversal(2),
  ),
  define('strings.quote', [call('(string): string', one(text, quoted), traversal())]),
];
