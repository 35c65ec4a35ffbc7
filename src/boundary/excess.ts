/** What a NetworkPolicy would open beyond its namespace's limits: containment, for all present and future pods and addresses. */
import type { Direction, NetworkPolicy } from '../k8s/networkPolicy.ts';
import { directions } from '../k8s/networkPolicy.ts';
import type { Box } from '../netpol/box.ts';
import * as boxes from '../netpol/box.ts';
import type { Budget, TooComplex } from '../netpol/cover.ts';
import { remainder } from '../netpol/cover.ts';
import type { Flows } from '../netpol/lift.ts';
import type { Limit } from './limit.ts';
import type { LimitRule } from './limitRule.ts';
import { blockAt, blockKey, countBoxes, mostBoxes, policyFlows } from './policyFlows.ts';
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
  /** The flows as they were read, with the pod addresses through which an ipBlock was lifted to pods. */
  readonly flows: Flows;
}

/**
 * Every excess of `policy`, one for each field, limit and prohibition. With `old`, only what the old policy did not open for certain:
 * an ipBlock that stands unchanged means the same on whatever plugin, so its flows are not new either. `tooComplex` must deny.
 */
export function excessOf(
  policy: NetworkPolicy,
  old: NetworkPolicy | undefined,
  limits: readonly Limit[],
  setting: PolicySetting,
  budget: Budget,
): readonly Excess[] | TooComplex {
  if (countBoxes(policy) > mostBoxes || (old !== undefined && countBoxes(old) > mostBoxes))
    return 'tooComplex';
  const found: Excess[] = [];
  for (const direction of directions) {
    const relevant = limits.filter((limit) => limit.direction === direction);
    if (relevant.length === 0) continue;
    const before = old === undefined ? undefined : new Before(old, direction, setting);
    for (const flows of policyFlows(policy, direction, 'may', setting)) {
      const opened = before === undefined ? [flows.box] : before.opened(flows, policy, budget);
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
  for (const { box: forbidden, rule } of limit.never) {
    const both = hit.has(rule) ? undefined : boxes.intersect(box, forbidden);
    if (both === undefined) continue;
    hit.add(rule);
    found.push({ limit, direction, field: flows.field, box: both, never: rule, flows });
  }
  if (limit.allowed === undefined) return found;
  const left = remainder(box, limit.allowed, budget, 1);
  if (left === 'tooComplex') return left;
  return [
    ...found,
    ...left.map((outside) => ({ limit, direction, field: flows.field, box: outside, flows })),
  ];
}

/** One finding for each field, limit and prohibition is enough to act on. */
function distinct(found: readonly Excess[]): Excess[] {
  const seen = new Set<string>();
  return found.filter(({ field, limit, never }) => {
    const key = JSON.stringify([field, limit.boundary.name, limit.direction, never?.field ?? '']);
    return !seen.has(key) && seen.add(key);
  });
}

/** What the stored policy certainly opens already, in one direction. */
export class Before {
  private readonly certain: readonly Box[];
  private readonly byBlock = new Map<string, Box[]>();

  constructor(old: NetworkPolicy, direction: Direction, setting: PolicySetting) {
    this.certain = policyFlows(old, direction, 'must', setting).map(({ box }) => box);
    for (const { box, field } of policyFlows(old, direction, 'may', setting)) {
      const block = blockAt(old, field);
      if (block === undefined) continue;
      const key = blockKey(block);
      this.byBlock.set(key, [...(this.byBlock.get(key) ?? []), box]);
    }
  }

  /** The parts of new flows that the old policy did not open. */
  opened(flows: Flows, policy: NetworkPolicy, budget: Budget): Box[] | TooComplex {
    const block = blockAt(policy, flows.field);
    const same = block === undefined ? [] : (this.byBlock.get(blockKey(block)) ?? []);
    return remainder(flows.box, [...same, ...this.certain], budget);
  }
}
