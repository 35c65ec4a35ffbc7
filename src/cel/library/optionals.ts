/** Optionals: `optional.of`, `value`, `hasValue`, `first`, `last`, … (`or` and `orValue` are lazy and stand with the evaluation). */
import { Duration, Timestamp } from '../values/time.ts';
import { asDouble } from '../values/kind.ts';
import { isMap } from '../values/map.ts';
import { Failure, type Result } from '../values/failure.ts';
import { type Value, Bytes, Constructed, Optional, Uint, isList } from '../values/value.ts';
import { type Frame } from '../evaluation/frame.ts';
import {
  type Library,
  anything,
  call,
  define,
  list,
  method,
  nothing,
  one,
  optional,
  two,
} from './definition.ts';

/** Whether a value is the zero of its type: empty, 0, false, null. */
function isZero(value: Value, frame: Frame): boolean {
  if (value === null || value === false || value === '' || value === 0 || asDouble(value) === 0) return true;
  if (isList(value)) return value.length === 0;
  if (isMap(value)) return frame.sizeOf(value) === 0;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Bytes) return value.data.length === 0;
  if (value instanceof Duration) return value.nanoseconds === 0n;
  if (value instanceof Timestamp) return value.seconds === -62135596800n && value.fraction === 0n;
  if (value instanceof Constructed) return value.typeName !== 'JSONPatch' && value.fields.size === 0;
  return false;
}

/** The values that the optionals of a list hold. */
function unwrapped(values: readonly Value[], frame: Frame): Result {
  if (!frame.pay(values.length)) return frame.exhausted();
  const held: Value[] = [];
  for (const value of values) {
    if (!(value instanceof Optional))
      return new Failure('optionalExpected', 'the list holds a value that is no optional');
    if (value.value !== undefined) held.push(value.value);
  }
  return held;
}

const wrong = new Failure('optionalExpected', 'or() takes an optional');

export const optionals: Library = [
  define('optional.of', [
    call(
      '(V): optional(V)',
      one(anything, (value) => new Optional(value)),
    ),
  ]),
  define('optional.ofNonZeroValue', [
    call(
      '(V): optional(V)',
      one(anything, (value, frame) => (isZero(value, frame) ? new Optional() : new Optional(value))),
    ),
  ]),
  define('optional.none', [
    call(
      '(): optional(V)',
      nothing(() => new Optional()),
    ),
  ]),
  define('optional.unwrap', [call('(list(optional(V))): list(V)', one(list, unwrapped))]),
  define('unwrapOpt', [method('list(optional(V))', '(): list(V)', one(list, unwrapped))]),
  define('value', [
    method(
      'optional(V)',
      '(): V',
      one(optional, (held) =>
        held.value === undefined
          ? new Failure('optionalNone', 'value() of an optional without a value; use orValue()')
          : held.value,
      ),
    ),
  ]),
  define('hasValue', [
    method(
      'optional(V)',
      '(): bool',
      one(optional, (held) => held.value !== undefined),
    ),
  ]),
  define('or', [
    method(
      'optional(V)',
      '(optional(V)): optional(V)',
      two(optional, anything, (held, other) =>
        held.value !== undefined ? held : other instanceof Optional ? other : wrong,
      ),
    ),
  ]),
  define('orValue', [
    method(
      'optional(V)',
      '(V): V',
      two(optional, anything, (held, other) => held.value ?? other),
    ),
  ]),
  define('first', [
    method(
      'list(V)',
      '(): optional(V)',
      one(list, (values) => new Optional(values[0])),
    ),
  ]),
  define('last', [
    method(
      'list(V)',
      '(): optional(V)',
      one(list, (values) => new Optional(values.at(-1))),
    ),
  ]),
];
