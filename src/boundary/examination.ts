/** Examines a Boundary at load: does it select anything, does it keep what it writes into floors, can it be decided within the budget. */
import type { Issue } from '../config/issue.ts';
import { nameLabel } from '../k8s/namespaceFacts.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import type { Direction } from '../k8s/networkPolicy.ts';
import { directions } from '../k8s/networkPolicy.ts';
import type { Box } from '../netpol/box.ts';
import { disjoint } from '../netpol/box.ts';
import { everyConnection } from '../netpol/connections.ts';
import { fullBudget, remainder } from '../netpol/cover.ts';
import * as cubes from '../netpol/cube.ts';
import { pickLabels } from '../netpol/point.ts';
import type { Boundary } from './boundary.ts';
import { trustedKeys } from './boundary.ts';
import { describeRule } from './describe.ts';
import { resolveLimit } from './limit.ts';
import type { Limit } from './limit.ts';
import type { BothWays, LimitRule } from './limitRule.ts';
import type { Surroundings } from './surroundings.ts';

/** Every mistake that shows only when a Boundary is resolved for a namespace, here for one made up to be selected by it. */
export function examine(boundary: Boundary, surroundings: Surroundings): readonly Issue[] {
  const selected = cubes.cubeOf(boundary.selector, cubes.everyNamespace);
  if (selected === undefined) {
    const message =
      'the selector contradicts itself: no namespace can be selected, so this Boundary would guard nothing';
    return [{ code: 'boundary.selectsNothing', pointer: '/spec/namespaceSelector', message }];
  }
  const sample = sampleOf(boundary, selected);
  return directions.flatMap((direction) => {
    const limit = resolveLimit(boundary, direction, sample, surroundings, boundary.floor.allowDNS);
    if (limit === undefined) return [];
    return [...costOf(limit), ...floorOutside(limit, boundary, sample, surroundings)];
  });
}

function sampleOf(boundary: Boundary, selected: cubes.Cube): NamespaceFacts {
  const labels = new Map(pickLabels(selected));
  const name = labels.get(nameLabel) ?? 'example';
  labels.delete(nameLabel);
  for (const key of trustedKeys(boundary))
    if (!labels.has(key) && isFree(selected, key)) labels.set(key, 'example');
  return { name, labels, terminating: false };
}

const isFree = (cube: cubes.Cube, key: string): boolean => !cube.has(key);

const everything: Box = {
  subject: cubes.everyPod,
  peer: { sort: 'pods', namespace: cubes.everyNamespace, pod: cubes.everyPod },
  portNames: cubes.everyPod,
  connections: everyConnection,
};

/** The question that costs most: is everything inside. A limit that cannot answer it could not judge a hostile policy either. */
function costOf({ allowed, direction }: Limit): Issue[] {
  if (allowed === undefined || remainder(everything, allowed, { left: fullBudget }, 1) !== 'tooComplex')
    return [];
  const message = `the ${direction.toLowerCase()} limit is too complex to be decided within ${fullBudget} steps; use fewer rules or fewer label keys`;
  return [{ code: 'boundary.tooCostly', pointer: `/spec/${direction.toLowerCase()}`, message }];
}

/** What would be written into floors must be inside the limit of the same Boundary. */
function floorOutside(
  limit: Limit,
  boundary: Boundary,
  sample: NamespaceFacts,
  surroundings: Surroundings,
): Issue[] {
  return boundary.floor.allow[limit.direction].flatMap((rule) => {
    const flows = flowsOf(rule, limit.direction, boundary, sample, surroundings);
    if (flows.every((box) => isInside(box, limit))) return [];
    const message = `floor.allow has ${describeRule(rule, limit.direction)}, which this Boundary's own limit does not allow; widen the limit or remove the rule`;
    return [{ code: 'boundary.floor', pointer: rule.field, message }];
  });
}

const nothing: BothWays = { Ingress: [], Egress: [] };

function flowsOf(
  rule: LimitRule,
  direction: Direction,
  boundary: Boundary,
  sample: NamespaceFacts,
  surroundings: Surroundings,
): readonly Box[] {
  const alone: Boundary = {
    ...boundary,
    limit: { Ingress: [], Egress: [], [direction]: [rule] },
    never: nothing,
  };
  return resolveLimit(alone, direction, sample, surroundings, false)?.allowed ?? [];
}

function isInside(box: Box, { allowed, never }: Limit): boolean {
  if (never.some((prohibition) => !disjoint(box, prohibition.box))) return false;
  if (allowed === undefined) return true;
  const left = remainder(box, allowed, { left: fullBudget }, 1);
  return left !== 'tooComplex' && left.length === 0;
}
