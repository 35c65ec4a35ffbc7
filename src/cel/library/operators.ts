/** The operators as functions: which types they join. Logic, equality and selection are evaluated elsewhere; these are their signatures too. */
import { equals } from '../values/equality.ts';
import { Failure, type Result, noSuchOverload } from '../values/failure.ts';
import { kindOf } from '../values/kind.ts';
import { findKey } from '../values/map.ts';
import { type ArithmeticOperator, arithmetic, isNumber, negated } from '../values/number.ts';
import { compare } from '../values/order.ts';
import { Duration, Timestamp, fitDuration, fitTimestamp } from '../values/time.ts';
import { type Value, Bytes, isList } from '../values/value.ts';
import { type Frame } from '../evaluation/frame.ts';
import { both, elements, shorter } from './cost.ts';
import {
  type Library,
  type Overload,
  type Run,
  anything,
  bytes,
  call,
  define,
  flag,
  list,
  map,
  one,
  text,
  two,
} from './definition.ts';
import { holds } from './sets.ts';
import { concatenated, look } from './strings.ts';

const calculation =
  (operator: ArithmeticOperator): Run =>
  (_frame, a, b) =>
    isNumber(a) && isNumber(b) ? arithmetic(operator, a, b) : undefined;

/** `+` and `-` of times. */
function timeArithmetic(sign: 1n | -1n): Run {
  return (_frame, a, b) => {
    if (a instanceof Timestamp && b instanceof Duration)
      return fitTimestamp(a.nanoseconds + sign * b.nanoseconds, a.offset);
    if (a instanceof Duration && b instanceof Duration)
      return fitDuration(a.nanoseconds + sign * b.nanoseconds);
    if (sign === 1n && a instanceof Duration && b instanceof Timestamp)
      return fitTimestamp(a.nanoseconds + b.nanoseconds, b.offset);
    if (sign === -1n && a instanceof Timestamp && b instanceof Timestamp)
      return fitDuration(a.nanoseconds - b.nanoseconds);
    return undefined;
  };
}

/** A duration is negated too where its type is not known at load. */
const negation: Run = (_frame, a) => (a instanceof Duration ? fitDuration(-a.nanoseconds) : negated(a));

const appended = (a: readonly Value[], b: readonly Value[], frame: Frame): Result => {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  return frame.pay((a.length + b.length) * 2) ? a.concat(b) : frame.exhausted();
};

const joined = (a: Bytes, b: Bytes, frame: Frame): Result =>
  frame.pay((a.data.length + b.data.length) / 2)
    ? new Bytes(new Uint8Array(Buffer.concat([a.data, b.data])))
    : frame.exhausted();

const numeric = (operator: ArithmeticOperator, types: readonly string[]): Overload[] =>
  types.map((type) => call(`(${type}, ${type}): ${type}`, calculation(operator)));

const times = (sign: 1n | -1n, signatures: readonly string[]): Overload[] =>
  signatures.map((signature) => call(signature, timeArithmetic(sign)));

const ordered: readonly (readonly [string, string])[] = [
  ...['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'].map(
    (type) => [type, type] as const,
  ),
  ...(['int', 'uint', 'double'] as const).flatMap((a) =>
    (['int', 'uint', 'double'] as const).filter((b) => b !== a).map((b) => [a, b] as const),
  ),
];

const comparison = (operator: string, read: (order: number) => boolean) =>
  define(
    `_${operator}_`,
    ordered.map(([a, b]) =>
      call(
        `(${a}, ${b}): bool`,
        (frame, x, y) => {
          if (typeof x === 'string' && !look(frame, x)) return frame.exhausted();
          const order = compare(x, y);
          return order instanceof Failure ? order : read(order);
        },
        a === 'string' || a === 'bytes' ? shorter : undefined,
      ),
    ),
  );

function isIn(value: Value, values: readonly Value[], frame: Frame): Result {
  return holds(values, value, frame) ?? frame.exhausted();
}

const equality =
  (negate: boolean): Run =>
  (frame, a, b) => {
    const same = equals(a, b, frame);
    return same instanceof Failure ? (negate && !same.fatal ? true : same) : same !== negate;
  };

/** Selection and choice have no run of their own: the evaluation knows them. */
const builtIn: Run = (_frame, a, b) => noSuchOverload('[]', kindOf(a), kindOf(b));

export const operators: Library = [
  define('_+_', [
    call('(bytes, bytes): bytes', two(bytes, bytes, joined), both),
    ...numeric('+', ['double', 'int', 'uint']),
    ...times(1n, [
      '(duration, duration): duration',
      '(duration, timestamp): timestamp',
      '(timestamp, duration): timestamp',
    ]),
    call('(list(A), list(A)): list(A)', two(list, list, appended)),
    call('(string, string): string', two(text, text, concatenated), both),
  ]),
  define('_-_', [
    ...numeric('-', ['double', 'int', 'uint']),
    ...times(-1n, [
      '(duration, duration): duration',
      '(timestamp, duration): timestamp',
      '(timestamp, timestamp): duration',
    ]),
  ]),
  define('_*_', numeric('*', ['double', 'int', 'uint'])),
  define('_/_', numeric('/', ['double', 'int', 'uint'])),
  define('_%_', numeric('%', ['int', 'uint'])),
  define(
    '-_',
    ['double', 'int'].map((type) => call(`(${type}): ${type}`, negation)),
  ),
  define('!_', [
    call(
      '(bool): bool',
      one(flag, (value) => !value),
    ),
  ]),
  comparison('<', (order) => order < 0),
  comparison('<=', (order) => order <= 0),
  comparison('>', (order) => order > 0),
  comparison('>=', (order) => order >= 0),
  define('_==_', [call('(A, A): bool', equality(false))], shorter),
  define('_!=_', [call('(A, A): bool', equality(true))], shorter),
  define('@in', [
    call('(A, list(A)): bool', two(anything, list, isIn), elements),
    call(
      '(A, map(A, B)): bool',
      two(anything, map, (key, entries) => findKey(entries, key) !== undefined),
    ),
  ]),
  define(
    '_[_]',
    [
      '(list(A), int): A',
      '(map(A, B), A): B',
      '(optional(list(V)), int): optional(V)',
      '(optional(map(K, V)), K): optional(V)',
    ].map((signature) => call(signature, builtIn)),
  ),
  define(
    '_[?_]',
    [
      '(list(V), int): optional(V)',
      '(map(K, V), K): optional(V)',
      '(optional(list(V)), int): optional(V)',
      '(optional(map(K, V)), K): optional(V)',
    ].map((signature) => call(signature, builtIn)),
  ),
];

/** Whether a value is something that `[…]` reads from. */
export const isIndexable = (value: Value): boolean => isList(value) || map(value) !== undefined;
