/** What a NetworkPolicy would open beyond its namespace's limits: containment, for all present and future pods and addresses. */
import type { Direction, NetworkPolicy } from '../k8s/networkPolicy.ts';
import { directions } from '../k8s/networkPolicy.ts';
import type { Box } from '../netpol/box.ts';
import type { Addresses } from '../netpol/cluster.ts';
import type { Budget, TooComplex } from '../netpol/cover.ts';
import { remainder } from '../netpol/cover.ts';
import type { Flows } from '../netpol/lift.ts';
import { Before, changedPart } from './before.ts';
import type { Limit } from './limit.ts';
import type { LimitRule } from './limitRule.ts';
import { forbiddenPart, partOf } from './part.ts';
import { isMeasurable, policyFlows } from './policyFlows.ts';
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

/** After this many findings of one limit the rest of the policy is not compared with it: nobody reads more, and a refusal is a refusal. */
const mostFindings = 32;

/**
 * Every excess of `policy`, up to {@link mostFindings} of a limit, one for each field, limit and prohibition. With `old`, only what the old
 * policy did not open. `tooComplex` must deny.
 */
export function excessOf(
  policy: NetworkPolicy,
  old: NetworkPolicy | undefined,
  limits: readonly Limit[],
  setting: PolicySetting,
  budget: Budget,
): readonly Excess[] | TooComplex {
  const judged = old === undefined ? policy : changedPart(policy, old);
  if (!isMeasurable(judged)) return 'tooComplex';
  const found: Excess[] = [];
  for (const direction of directions) {
    let relevant = limits.filter((limit) => limit.direction === direction);
    if (relevant.length === 0) continue;
    const add = (beyond: readonly Excess[]): void => {
      if (beyond.length === 0) return;
      found.push(...beyond);
      relevant = relevant.filter((limit) => found.filter((one) => one.limit === limit).length < mostFindings);
    };
    const before = old === undefined ? undefined : new Before(old, direction, setting);
    for (const flows of policyFlows(judged, direction, 'may', setting)) {
      const beyond = beyondLimits([flows.box], flows, relevant, budget);
      if (beyond === 'tooComplex') return 'tooComplex';
      if (before === undefined || beyond.length === 0) {
        add(beyond);
        continue;
      }
      const opened = before.opened(flows, budget);
      if (opened === 'tooComplex') return 'tooComplex';
      const beyondNow = beyondLimits(opened, flows, relevant, budget);
      if (beyondNow === 'tooComplex') return 'tooComplex';
      add(beyondNow);
    }
  }
  return distinct(found);
}

/** What parts of some flows are beyond some limits. */
function beyondLimits(
  parts: readonly Box[],
  flows: Flows,
  limits: readonly Limit[],
  budget: Budget,
): Excess[] | TooComplex {
  const found: Excess[] = [];
  for (const limit of limits) {
    for (const part of parts) {
      const beyond = beyondLimit(part, flows, limit, budget);
      if (beyond === 'tooComplex') return 'tooComplex';
      found.push(...beyond);
    }
  }
  return found;
}

function beyondLimit(box: Box, flows: Flows, limit: Limit, budget: Budget): Excess[] | TooComplex {
  const { direction, never, allowed, allowedFor } = limit;
  const base = { limit, direction, field: flows.field, flows };
  const found: Excess[] = [];
  const hit = new Set<LimitRule>();
  for (const prohibition of never) {
    const { rule } = prohibition;
    const part = hit.has(rule) ? undefined : forbiddenPart(box, flows.viaPods, prohibition);
    if (part === undefined) continue;
    hit.add(rule);
    found.push({ ...base, ...part, never: rule });
  }
  if (allowed === undefined) return found;
  const left = remainder(box, allowedFor[box.peer.sort], budget, 1);
  if (left === 'tooComplex') return left;
  return [...found, ...left.map((outside) => ({ ...base, ...partOf(outside, flows.viaPods) }))];
}

/** One finding for each field, limit and prohibition is enough to act on. */
function distinct(found: readonly Excess[]): Excess[] {
  const seen = new Set<string>();
  return found.filter(({ field, limit, never }) => {
    const key = JSON.stringify([field, limit.boundary.name, limit.direction, never?.field ?? '']);
    return !seen.has(key) && seen.add(key);
  });
}
