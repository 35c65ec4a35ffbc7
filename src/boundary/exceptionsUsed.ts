/** Which exceptions a policy lives by: a decision that they made possible names them (api.md 3). */
import type { NetworkPolicy } from '../k8s/networkPolicy.ts';
import { directions } from '../k8s/networkPolicy.ts';
import { disjoint } from '../netpol/box.ts';
import type { Box } from '../netpol/box.ts';
import type { Budget } from '../netpol/cover.ts';
import { remainder } from '../netpol/cover.ts';
import type { Limit } from './limit.ts';
import { policyFlows } from './policyFlows.ts';
import type { PolicySetting } from './policyFlows.ts';

/**
 * The names of the active exceptions that allow some flow of the policy which its limits alone do not. `limits` are without exceptions,
 * `widened` with them. Where the budget does not suffice to tell, each exception that the flow touches is named.
 */
export function exceptionsUsed(
  policy: NetworkPolicy,
  limits: readonly Limit[],
  widened: readonly Limit[],
  setting: PolicySetting,
  budget: Budget,
): readonly string[] {
  const used = new Set<string>();
  for (const direction of directions) {
    const relevant = widened.filter((limit) => limit.direction === direction && limit.excepted.length > 0);
    if (relevant.length === 0) continue;
    const boxes = policyFlows(policy, direction, 'may', setting).map(({ box }) => box);
    for (const { boundary, excepted } of relevant) {
      const plain = limits.find((limit) => limit.boundary === boundary && limit.direction === direction);
      for (const box of boxes) {
        const active = excepted.filter((one) => one.state === 'active' && !disjoint(box, one.box));
        if (active.length === 0) continue;
        const beyond = beyondLimit(box, plain, budget);
        for (const one of active)
          if (beyond.some((part) => !disjoint(part, one.box))) used.add(one.exception);
      }
    }
  }
  return [...used].sort();
}

function beyondLimit(box: Box, limit: Limit | undefined, budget: Budget): readonly Box[] {
  const left = remainder(box, limit?.allowedFor[box.peer.sort] ?? [], budget);
  return left === 'tooComplex' ? [box] : left;
}
