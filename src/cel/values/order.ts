/** The order of values: numbers of all types, strings by code point, bytes, bools, timestamps, durations. */
import { Failure } from './failure.ts';
import { kindOf } from './kind.ts';
import { withArticle } from './wording.ts';
import { compareNumbers, isNumber } from './number.ts';
import { type Value, Bytes } from './value.ts';
import { Duration, Timestamp } from './time.ts';

/** Negative, zero or positive; a failure for values that have no order to each other. */
export function compare(a: Value, b: Value): number | Failure {
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (
    (a instanceof Timestamp && b instanceof Timestamp) ||
    (a instanceof Duration && b instanceof Duration)
  ) {
    return a.nanoseconds < b.nanoseconds ? -1 : a.nanoseconds > b.nanoseconds ? 1 : 0;
  }
  if (a instanceof Bytes && b instanceof Bytes) return Buffer.compare(a.data, b.data);
  return new Failure(
    'noSuchOverload',
    `${withArticle(kindOf(a))} and ${withArticle(kindOf(b))} cannot be compared`,
  );
}

/** What two texts begin with alike is passed over in blocks: a comparison of two blocks is one of memory. */
const blockUnits = 32;

/** By code point (which is the order of UTF-8), where JavaScript would go by UTF-16 unit. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  let start = 0;
  while (start + blockUnits <= length && isBlockAlike(a, b, start)) start += blockUnits;
  for (let index = start; index < length; index += 1) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x === y) continue;
    // Surrogates stand for characters above U+FFFF: they follow U+E000..U+FFFF.
    const [high, other] = [x >= 0xd800 && x <= 0xdfff, y >= 0xd800 && y <= 0xdfff];
    return high === other ? x - y : high ? 1 : -1;
  }
  return a.length - b.length;
}

const isBlockAlike = (a: string, b: string, start: number): boolean =>
  a.slice(start, start + blockUnits) === b.slice(start, start + blockUnits);
