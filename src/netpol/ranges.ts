/** Sets of whole numbers as sorted, disjoint, non-adjacent inclusive ranges: ports as numbers, addresses as bigints. */

/** Flat pairs `[low, high, low, high, …]`, ascending, with a gap of at least one between pairs. */
export type Ranges<T extends number | bigint> = readonly T[];

/** The successor and predecessor of a value, which make ranges of numbers and of bigints one algebra. */
export interface Steps<T extends number | bigint> {
  readonly up: (value: T) => T;
  readonly down: (value: T) => T;
}

export const portSteps: Steps<number> = { up: (value) => value + 1, down: (value) => value - 1 };
export const addressSteps: Steps<bigint> = { up: (value) => value + 1n, down: (value) => value - 1n };

/** Calls `visit` with every range. */
export function eachRange<T extends number | bigint>(
  ranges: Ranges<T>,
  visit: (low: T, high: T) => void,
): void {
  for (let index = 0; index + 1 < ranges.length; index += 2) {
    const low = ranges[index];
    const high = ranges[index + 1];
    if (low !== undefined && high !== undefined) visit(low, high);
  }
}

/** The ranges as pairs. */
export function pairs<T extends number | bigint>(ranges: Ranges<T>): (readonly [T, T])[] {
  const list: (readonly [T, T])[] = [];
  eachRange(ranges, (low, high) => list.push([low, high]));
  return list;
}

/** The members of any of the sets. */
export function union<T extends number | bigint>(steps: Steps<T>, ...sets: readonly Ranges<T>[]): Ranges<T> {
  const only = sets.length === 1 ? sets : sets.filter((set) => set.length > 0);
  if (only.length <= 1) return only[0] ?? [];
  const sorted = only.flatMap((set) => pairs(set)).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const merged: T[] = [];
  let [low, high] = sorted[0] ?? [];
  if (low === undefined || high === undefined) return [];
  for (const [nextLow, nextHigh] of sorted) {
    if (nextLow > steps.up(high)) {
      merged.push(low, high);
      [low, high] = [nextLow, nextHigh];
    } else if (nextHigh > high) high = nextHigh;
  }
  return [...merged, low, high];
}

/** The members of both sets. */
export function intersection<T extends number | bigint>(a: Ranges<T>, b: Ranges<T>): Ranges<T> {
  const both: T[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const aLow = a[i];
    const aHigh = a[i + 1];
    const bLow = b[j];
    const bHigh = b[j + 1];
    if (aLow === undefined || aHigh === undefined || bLow === undefined || bHigh === undefined) return both;
    const low = aLow > bLow ? aLow : bLow;
    const high = aHigh < bHigh ? aHigh : bHigh;
    if (low <= high) both.push(low, high);
    if (aHigh < bHigh) i += 2;
    else j += 2;
  }
}

/** The members of `a` that are not in `b`. */
export function difference<T extends number | bigint>(
  steps: Steps<T>,
  a: Ranges<T>,
  b: Ranges<T>,
): Ranges<T> {
  if (b.length === 0) return a;
  const left: T[] = [];
  let from = 0;
  const holes = pairs(b);
  eachRange(a, (aLow, aHigh) => {
    let low = aLow;
    for (; from < holes.length; from += 1) {
      const hole = holes[from];
      if (hole === undefined || hole[0] > aHigh) break;
      if (hole[1] < low) continue;
      if (hole[0] > low) left.push(low, steps.down(hole[0]));
      if (hole[1] >= aHigh) return;
      low = steps.up(hole[1]);
    }
    left.push(low, aHigh);
  });
  return left;
}

/** Whether every member of `a` is in `b`: each range of `a` must lie in one range of `b`. */
export function isWithin<T extends number | bigint>(a: Ranges<T>, b: Ranges<T>): boolean {
  let j = 0;
  for (let i = 0; i < a.length; i += 2) {
    const [low, high] = [a[i], a[i + 1]];
    if (low === undefined || high === undefined) return true;
    for (;;) {
      const [bLow, bHigh] = [b[j], b[j + 1]];
      if (bLow === undefined || bHigh === undefined) return false;
      if (bHigh < low) {
        j += 2;
        continue;
      }
      if (bLow > low || bHigh < high) return false;
      break;
    }
  }
  return true;
}

/** Whether the sets have a member in common. */
export function meets<T extends number | bigint>(a: Ranges<T>, b: Ranges<T>): boolean {
  let i = 0;
  let j = 0;
  for (;;) {
    const aLow = a[i];
    const aHigh = a[i + 1];
    const bLow = b[j];
    const bHigh = b[j + 1];
    if (aLow === undefined || aHigh === undefined || bLow === undefined || bHigh === undefined) return false;
    if (aLow <= bHigh && bLow <= aHigh) return true;
    if (aHigh < bHigh) i += 2;
    else j += 2;
  }
}

/** Whether one value is a member. */
export function has<T extends number | bigint>(ranges: Ranges<T>, value: T): boolean {
  return pairs(ranges).some(([low, high]) => low <= value && value <= high);
}

/** Whether the sets are equal. */
export const equal = <T extends number | bigint>(a: Ranges<T>, b: Ranges<T>): boolean =>
  a.length === b.length && a.every((bound, index) => bound === b[index]);
