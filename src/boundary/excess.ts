/** What a NetworkPolicy would open beyond its namespace's limits: containment, for all present and future pods and addresses. */
import type { Direction, NetworkPolicy } from '../k8s/networkPolicy.ts';
import { directions, rulesOf } from '../k8s/networkPolicy.ts';
import type { Box } from '../netpol/box.ts';
import * as boxes from '../netpol/box.ts';
import { intersect, isNone } from '../netpol/cluster.ts';
import type { Addresses } from '../netpol/cluster.ts';
import type { Budget, TooComplex } from '../netpol/cover.ts';
import { remainder } from '../netpol/cover.ts';
import type { Flows } from '../netpol/lift.ts';
import { Before, changedPart } from './before.ts';
import type { Limit, Prohibition } from './limit.ts';
import type { LimitRule } from './limitRule.ts';
import { countBoxes, mostBoxes, policyFlows } from './policyFlows.ts';
import type { PolicySetting } from './policyFlows.ts';

/** Flows at one place of the policy that one limit does not allow, or that one of its prohibitions forbids. */
export interface Excess {
  readonly limit: Limit;
  readonly direction: Direction;
  /** JSON pointer of the peer, or of the rule that names no peers. */
  readonly field: string;
  readonly box: Box;
  /** The prohibition that was hit; absent where the flows are merely not allowed. */
  readonly never?: LimitRule;
  readonly flows: Flows;
  /** The pod addresses through which the pods of the box are meant, where an ipBlock means them. */
  readonly viaPods?: Addresses;
}

/**
 * Every excess of `policy`, one for each field, limit and prohibition. With `old`, only what the old policy did not open. `tooComplex` must
 * deny.
 */
export function excessOf(
  policy: NetworkPolicy,
  old: NetworkPolicy | undefined,
  limits: readonly Limit[],
  setting: PolicySetting,
  budget: Budget,
): readonly Excess[] | TooComplex {
  const judged = old === undefined ? policy : changedPart(policy, old);
  if (countBoxes(judged) > mostBoxes) return 'tooComplex';
  const found: Excess[] = [];
  for (const direction of directions) {
    const relevant = limits.filter((limit) => limit.direction === direction);
    const isUnchanged = rulesOf(judged, direction).length === 0;
    if (relevant.length === 0 || isUnchanged) continue;
    if (old !== undefined && countBoxes(old) > mostBoxes) return 'tooComplex';
    const before = old === undefined ? undefined : new Before(old, direction, setting);
    for (const flows of policyFlows(judged, direction, 'may', setting)) {
      const opened = before === undefined ? [flows.box] : before.opened(flows, budget);
      if (opened === 'tooComplex') return 'tooComplex';
      for (const limit of relevant) {
        for (const box of opened) {
          const beyond = beyondLimit(box, flows, limit, budget);
          if (beyond === 'tooComplex') return 'tooComplex';
          found.push(...beyond);
        }
      }
    }
  }
  return distinct(found);
}

function beyondLimit(box: Box, flows: Flows, limit: Limit, budget: Budget): Excess[] | TooComplex {
  const { direction } = limit;
  const found: Excess[] = [];
  const hit = new Set<LimitRule>();
  for (const prohibition of limit.never) {
    const { rule } = prohibition;
    const part = hit.has(rule) ? undefined : forbiddenPart(box, flows.viaPods, prohibition);
    if (part === undefined) continue;
    hit.add(rule);
    found.push({ limit, direction, field: flows.field, ...part, never: rule, flows });
  }
  if (limit.allowed === undefined) return found;
  const left = remainder(box, limit.allowed, budget, 1);
  if (left === 'tooComplex') return left;
  return [
    ...found,
    ...left.map((outside) => ({
      limit,
      direction,
      field: flows.field,
      ...partOf(outside, flows.viaPods),
      flows,
    })),
  ];
}

/** Some flows with the pod addresses through which they are meant, where an ipBlock means pods. */
export interface Part {
  readonly box: Box;
  readonly viaPods?: Addresses;
}

export const partOf = (box: Box, viaPods: Addresses | undefined): Part =>
  viaPods === undefined || box.peer.sort !== 'pods' ? { box } : { box, viaPods };

/**
 * What a prohibition forbids of some flows. Where both mean pods by their addresses, only pods at an address that both hold: a pod has one
 * address of a family.
 */
export function forbiddenPart(
  box: Box,
  viaPods: Addresses | undefined,
  prohibition: Prohibition,
): Part | undefined {
  const both = boxes.intersect(box, prohibition.box);
  if (both === undefined) return undefined;
  if (viaPods === undefined || prohibition.viaPods === undefined)
    return partOf(both, viaPods ?? prohibition.viaPods);
  const common = intersect(viaPods, prohibition.viaPods);
  return both.peer.sort === 'pods' && isNone(common) ? undefined : partOf(both, common);
}

/** One finding for each field, limit and prohibition is enough to act on. */
function distinct(found: readonly Excess[]): Excess[] {
  const seen = new Set<string>();
  return found.filter(({ field, limit, never }) => {
    const key = JSON.stringify([field, limit.boundary.name, limit.direction, never?.field ?? '']);
    return !seen.has(key) && seen.add(key);
  });
}
