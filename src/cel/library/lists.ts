/** Functions of lists: Kubernetes' own (sum, min, max, …) and the lists extension, version 3. */
import { withArticle } from '../values/wording.ts';
import { type Frame } from '../evaluation/frame.ts';
import { equals } from '../values/equality.ts';
import { Failure, type Result } from '../values/failure.ts';
import { isInt, kindOf } from '../values/kind.ts';
import { arithmetic, isNumber } from '../values/number.ts';
import { compare } from '../values/order.ts';
import { type Value, Bytes, Double, Uint, isList } from '../values/value.ts';
import { Duration, Timestamp, fitDuration } from '../values/time.ts';
import { newList, selfComparison, sizeOf, tree } from './cost.ts';
import {
  type Cost,
  type Guard,
  type Library,
  byArguments,
  type Overload,
  call,
  define,
  integer,
  list,
  method,
  one,
  three,
  two,
} from './definition.ts';

const comparable = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'] as const;

/** Longest list that `lists.range` makes; a longer one costs more than any budget. */
const maxRange = 10_000_000;

function sum(zero: Value) {
  return (values: readonly Value[], frame: Frame): Result => {
    if (!frame.pay(values.length)) return frame.exhausted();
    let total: Value = zero;
    for (const value of values) {
      const next: Result =
        total instanceof Duration && value instanceof Duration
          ? fitDuration(total.nanoseconds + value.nanoseconds)
          : arithmetic('+', total, value);
      if (next instanceof Failure) return next;
      total = next;
    }
    return total;
  };
}

/** A list that is empty or begins with a value of this type, which is how Kubernetes tells its overloads apart. */
const listOf =
  (type: string): Guard<readonly Value[]> =>
  (value) => {
    if (!isList(value)) return undefined;
    const [first] = value;
    return first === undefined || kindOf(first) === (runtimeNames.get(type) ?? type) ? value : undefined;
  };

const runtimeNames: ReadonlyMap<string, string> = new Map([
  ['timestamp', 'google.protobuf.Timestamp'],
  ['duration', 'google.protobuf.Duration'],
]);

/** Whether a value can be compared with its like at all. */
const isComparable = (value: Value): boolean =>
  isNumber(value) ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  value instanceof Bytes ||
  value instanceof Duration ||
  value instanceof Timestamp;

const notComparable = (value: Value): Failure =>
  new Failure('notComparable', `${withArticle(kindOf(value))} cannot be compared`);

/** The largest (sign 1) or smallest element; elements that cannot be compared with each other count as equal, as in Kubernetes. */
function extreme(name: string, sign: 1 | -1) {
  return (values: readonly Value[], frame: Frame): Result => {
    if (!frame.pay(values.length)) return frame.exhausted();
    let best: Value | undefined;
    for (const value of values) {
      if (!isComparable(value)) return notComparable(value);
      const order = best === undefined ? 1 : compare(value, best);
      if (best === undefined || (!(order instanceof Failure) && order * sign > 0)) best = value;
    }
    return best ?? new Failure('invalidArgument', `${name}() of an empty list`);
  };
}

function isSorted(values: readonly Value[], frame: Frame): Result {
  if (!frame.pay(values.length)) return frame.exhausted();
  let last: Value | undefined;
  for (const value of values) {
    if (!isComparable(value)) return notComparable(value);
    const order = last === undefined ? 0 : compare(last, value);
    if (!(order instanceof Failure) && order > 0) return false;
    last = value;
  }
  return true;
}

/** The list in the order of the keys that belong to its elements; the sort is stable. */
export function sorted(values: readonly Value[], keys: readonly Value[], frame: Frame): Result {
  const kind = kindOf(keys[0] ?? null);
  const rounds = Math.ceil(Math.log2(values.length + 1));
  const letters = keys.reduce<number>((sum, key) => sum + (typeof key === 'string' ? key.length : 0), 0);
  if (!frame.pay(values.length * (8 + rounds * 8) + (letters * rounds) / 11)) return frame.exhausted();
  for (const key of keys) {
    if (kindOf(key) !== kind)
      return new Failure('notComparable', 'a list can be sorted only by keys of one type');
    const order = compare(key, key);
    if (order instanceof Failure) return order;
  }
  const pairs = values.map((value, index) => ({ value, key: keys[index] ?? null }));
  return pairs
    .toSorted((a, b) => {
      const order = compare(a.key, b.key);
      return order instanceof Failure ? 0 : order;
    })
    .map((pair) => pair.value);
}

function distinct(values: readonly Value[], frame: Frame): Result {
  const seen = new Set<Value>();
  const others: Value[] = [];
  const kept: Value[] = [];
  for (const value of values) {
    if (!frame.pay(4 + others.length * 2)) return frame.exhausted();
    if (typeof value === 'string' || typeof value === 'boolean') {
      if (seen.has(value)) continue;
      seen.add(value);
    } else {
      if (others.some((other) => equals(value, other, frame) === true)) continue;
      others.push(value);
    }
    kept.push(value);
  }
  return kept;
}

function flatten(values: readonly Value[], depth: number, frame: Frame): Result {
  if (depth < 0) return new Failure('invalidArgument', 'flatten() takes a depth of at least 0');
  const flat: Value[] = [];
  if (!flattenInto(flat, values, depth, frame)) return frame.exhausted();
  return flat;
}

function flattenInto(flat: Value[], values: readonly Value[], depth: number, frame: Frame): boolean {
  if (!frame.pay(values.length + 1)) return false;
  for (const value of values) {
    if (depth === 0 || !isList(value)) flat.push(value);
    else if (!flattenInto(flat, value, depth - 1, frame)) return false;
  }
  return true;
}

function sliced(
  values: readonly Value[],
  start: number | bigint,
  end: number | bigint,
  frame: Frame,
): Result {
  const [from, to] = [Number(start), Number(end)];
  if (from < 0 || to < 0 || from > to || to > values.length) {
    return new Failure('indexOutOfRange', `slice(${from}, ${to}) does not fit a list of ${values.length}`);
  }
  return frame.pay(to - from) ? values.slice(from, to) : frame.exhausted();
}

function range(size: number | bigint, frame: Frame): Result {
  const count = Number(size);
  if (count > maxRange || !frame.pay(Math.max(0, count))) return frame.exhausted();
  const numbers: Value[] = [];
  for (let index = 0; index < count; index += 1) numbers.push(index);
  return numbers;
}

const flattening: Cost = byArguments(
  (frame, a, b) => Math.floor(sizeOf(frame, a) * (isInt(b) ? Number(b) : 1)) + 11,
);

const perType = (
  signature: (type: string) => string,
  run: (type: string) => Overload['run'],
  cost?: Cost,
): Overload[] => comparable.map((type) => method(`list(${type})`, signature(type), run(type), cost));

const zeros: readonly (readonly [string, Value])[] = [
  ['int', 0],
  ['uint', new Uint(0n)],
  ['double', new Double(0)],
  ['duration', new Duration(0n)],
];

export const lists: Library = [
  define(
    'isSorted',
    perType(
      () => '(): bool',
      (type) => one(listOf(type), isSorted),
    ),
    tree,
  ),
  define(
    'sum',
    zeros.map(([type, zero]) => method(`list(${type})`, `(): ${type}`, one(listOf(type), sum(zero)))),
    tree,
  ),
  define(
    'min',
    perType(
      (type) => `(): ${type}`,
      (type) => one(listOf(type), extreme('min', -1)),
    ),
    tree,
  ),
  define(
    'max',
    perType(
      (type) => `(): ${type}`,
      (type) => one(listOf(type), extreme('max', 1)),
    ),
    tree,
  ),
  define(
    'sort',
    perType(
      (type) => `(): list(${type})`,
      () => one(list, (values, frame) => sorted(values, values, frame)),
      selfComparison(0),
    ),
  ),
  define(
    '@sortByAssociatedKeys',
    comparable.map((type) =>
      method('list(T)', `(list(${type})): list(T)`, two(list, list, sorted), selfComparison(1)),
    ),
  ),
  define('distinct', [method('list(T)', '(): list(T)', one(list, distinct), selfComparison(0))]),
  define('reverse', [
    method(
      'list(T)',
      '(): list(T)',
      one(list, (values, frame) => (frame.pay(values.length) ? values.toReversed() : frame.exhausted())),
      newList,
    ),
  ]),
  define('slice', [method('list(T)', '(int, int): list(T)', three(list, integer, integer, sliced), newList)]),
  define('flatten', [
    method(
      'list(list(T))',
      '(): list(T)',
      one(list, (values, frame) => flatten(values, 1, frame)),
      flattening,
    ),
    method(
      'list(dyn)',
      '(int): list(dyn)',
      two(list, integer, (values, depth, frame) => flatten(values, Number(depth), frame)),
      flattening,
    ),
  ]),
  define('lists.range', [call('(int): list(int)', one(integer, range), newList)]),
];
