/** Label cubes: what a conjunction of label requirements means, one value set a key; a key that is not named may have any value. */
import { nameLabel } from '../k8s/namespaceFacts.ts';
import type { Labels, LabelSelector } from '../k8s/labelSelector.ts';
import type { ValueSet } from './valueSet.ts';
import * as values from './valueSet.ts';

/** Holds no entry that is `anything`, so that equal cubes have equal entries. */
export type Cube = ReadonlyMap<string, ValueSet>;

/** Every object of its kind. */
export const everyPod: Cube = new Map();
/** Every namespace: each carries its own name as a label, written by the API server. */
export const everyNamespace: Cube = new Map([[nameLabel, values.present]]);

/** The cube of a selector inside `start`; undefined if no object can satisfy it. */
export function cubeOf({ matchLabels, matchExpressions }: LabelSelector, start: Cube): Cube | undefined {
  if (matchLabels.size === 0 && matchExpressions.length === 0) return start;
  const cube = new Draft(start);
  for (const [key, value] of matchLabels) if (!cube.require(key, values.exactly(value))) return undefined;
  if (matchExpressions.length === 0) return cube.done();
  for (const { key, operator, values: listed } of matchExpressions) {
    if (operator !== 'NotIn' && !cube.require(key, wanted[operator](listed))) return undefined;
  }
  for (const [key, listed] of excluded(matchExpressions)) {
    if (!cube.require(key, values.notAmong(listed))) return undefined;
  }
  return cube.done();
}

const wanted = {
  In: values.among,
  Exists: () => values.present,
  DoesNotExist: () => values.missing,
} as const;

/** The values that each key may not have: those of all its NotIn in one list, because they add up. */
function excluded(requirements: LabelSelector['matchExpressions']): ReadonlyMap<string, readonly string[]> {
  const lists = new Map<string, string[]>();
  for (const { key, operator, values: listed } of requirements) {
    if (operator !== 'NotIn') continue;
    const list = lists.get(key) ?? [];
    // One by one into one list: a copy for each requirement would cost the square of their number.
    for (const value of listed) list.push(value);
    lists.set(key, list);
  }
  return lists;
}

/** A cube while requirements are added to it; copied only when one changes it. */
class Draft {
  private cube: Cube;
  private own: Map<string, ValueSet> | undefined;

  constructor(start: Cube) {
    this.cube = start;
  }

  /** False when nothing is left; the draft is void then. */
  require(key: string, set: ValueSet): boolean {
    const known = this.cube.get(key);
    const next = known === undefined ? set : values.intersect(known, set);
    if (values.isEmpty(next)) return false;
    if (next === known) return true;
    this.own ??= new Map(this.cube.size === 0 ? null : this.cube);
    this.own.set(key, next);
    this.cube = this.own;
    return true;
  }

  done(): Cube {
    return this.cube;
  }
}

/** The cube with one more requirement; undefined if nothing is left. */
export function constrain(cube: Cube, key: string, set: ValueSet): Cube | undefined {
  const next = values.intersect(cube.get(key) ?? values.anything, set);
  return values.isEmpty(next) ? undefined : replace(cube, key, next);
}

/** The cube with the values of one key replaced. */
export function replace(cube: Cube, key: string, set: ValueSet): Cube {
  const copy = new Map(cube);
  if (values.isAnything(set)) copy.delete(key);
  else copy.set(key, set);
  return copy;
}

/** The cube with each of these labels known to be present with its value; undefined if that contradicts it. */
export function withFacts(cube: Cube, facts: Labels): Cube | undefined {
  const known = new Draft(cube);
  for (const [key, value] of facts) if (!known.require(key, values.exactly(value))) return undefined;
  return known.done();
}

/** What both cubes select; undefined if nothing. */
export function intersect(a: Cube, b: Cube): Cube | undefined {
  if (a.size === 0 || a === b) return b;
  const both = new Draft(a);
  for (const [key, set] of b) if (!both.require(key, set)) return undefined;
  return both.done();
}

/** Whether no object satisfies both. */
export function disjoint(a: Cube, b: Cube): boolean {
  for (const [key, set] of b) {
    const other = a.get(key);
    if (other !== undefined && values.disjoint(other, set)) return true;
  }
  return false;
}

/** Whether every object that satisfies `a` satisfies `b`. */
export function within(a: Cube, b: Cube): boolean {
  for (const [key, set] of b) if (!values.within(a.get(key) ?? values.anything, set)) return false;
  return true;
}

/** The keys in which `a` reaches outside `b`. */
export function excessKeys(a: Cube, b: Cube): string[] {
  const keys: string[] = [];
  for (const [key, set] of b) if (!values.within(a.get(key) ?? values.anything, set)) keys.push(key);
  return keys;
}

/** In how many keys `a` reaches outside `b`. */
export function excessCount(a: Cube, b: Cube): number {
  let count = 0;
  for (const [key, set] of b) if (!values.within(a.get(key) ?? values.anything, set)) count += 1;
  return count;
}

/** Whether a concrete set of labels satisfies the cube. */
export function selects(cube: Cube, labels: Labels): boolean {
  for (const [key, set] of cube) if (!values.contains(set, labels.get(key))) return false;
  return true;
}

/** A text under which equal cubes, and only equal cubes, meet. */
export const keyOf = (cube: Cube): string =>
  JSON.stringify([...cube].map(([key, set]) => [key, values.keyOf(set)]).sort());
