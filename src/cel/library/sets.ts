/** Lists taken as sets: `sets.contains`, `sets.equivalent`, `sets.intersects`. */
import { type Frame } from '../evaluation/frame.ts';
import { equals } from '../values/equality.ts';
import { type Result } from '../values/failure.ts';
import { type Value } from '../values/value.ts';
import { product } from './cost.ts';
import { type Library, call, define, list, two } from './definition.ts';

/** Whether a list holds a value; undefined once the budget is spent. */
export function holds(values: readonly Value[], wanted: Value, frame: Frame): boolean | undefined {
  if (!frame.pay(values.length)) return undefined;
  if (typeof wanted === 'string') return values.includes(wanted);
  return values.some((value) => equals(wanted, value, frame) === true);
}

function containsAll(whole: readonly Value[], part: readonly Value[], frame: Frame): boolean | undefined {
  for (const value of part) {
    const held = holds(whole, value, frame);
    if (held !== true) return held;
  }
  return true;
}

function contains(a: readonly Value[], b: readonly Value[], frame: Frame): Result {
  return containsAll(a, b, frame) ?? frame.exhausted();
}

function equivalent(a: readonly Value[], b: readonly Value[], frame: Frame): Result {
  const first = containsAll(a, b, frame);
  return (first === true ? containsAll(b, a, frame) : first) ?? frame.exhausted();
}

function intersects(a: readonly Value[], b: readonly Value[], frame: Frame): Result {
  for (const value of a) {
    const held = holds(b, value, frame);
    if (held !== false) return held ?? frame.exhausted();
  }
  return false;
}

const signature = '(list(T), list(T)): bool';

export const sets: Library = [
  define('sets.contains', [call(signature, two(list, list, contains), product(1))]),
  define('sets.intersects', [call(signature, two(list, list, intersects), product(1))]),
  define('sets.equivalent', [call(signature, two(list, list, equivalent), product(2))]),
];
