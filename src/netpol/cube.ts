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
export function cubeOf(selector: LabelSelector, start: Cube): Cube | undefined {
  return constrainAll(start, requirementsOf(selector));
}

/** One value set for each requirement, those of all NotIn of one key in one: they add up. */
function* requirementsOf({
  matchLabels,
  matchExpressions,
}: LabelSelector): Generator<readonly [string, ValueSet]> {
  for (const [key, value] of matchLabels) yield [key, values.among([value])];
  const excluded = new Map<string, Set<string>>();
  for (const { key, operator, values: listed } of matchExpressions) {
    switch (operator) {
      case 'In':
        yield [key, values.among(listed)];
        break;
      case 'NotIn': {
        const known = excluded.get(key) ?? new Set();
        for (const value of listed) known.add(value);
        excluded.set(key, known);
        break;
      }
      case 'Exists':
        yield [key, values.present];
        break;
      case 'DoesNotExist':
        yield [key, values.missing];
    }
  }
  for (const [key, listed] of excluded) yield [key, { complement: true, values: listed, absent: true }];
}

/** The cube with more requirements; undefined if nothing is left. The cube itself where they add nothing. */
function constrainAll(cube: Cube, requirements: Iterable<readonly [string, ValueSet]>): Cube | undefined {
  let copy: Map<string, ValueSet> | undefined;
  for (const [key, set] of requirements) {
    const known = (copy ?? cube).get(key);
    const next = known === undefined ? set : values.intersect(known, set);
    if (values.isEmpty(next)) return undefined;
    if (next === known) continue;
    copy ??= new Map(cube);
    copy.set(key, next);
  }
  return copy ?? cube;
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
export const withFacts = (cube: Cube, facts: Labels): Cube | undefined =>
  constrainAll(cube, requirementsOf({ matchLabels: facts, matchExpressions: [] }));

/** What both cubes select; undefined if nothing. */
export const intersect = (a: Cube, b: Cube): Cube | undefined => (a.size === 0 ? b : constrainAll(a, b));

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
