/** `network.opens`: what an update of a policy newly allows. */
import { Before, changedPart } from '../../boundary/before.ts';
import { isMeasurable, policyFlows } from '../../boundary/policyFlows.ts';
import { directions } from '../../k8s/networkPolicy.ts';
import type { Budget } from '../../netpol/cover.ts';
import type { Flow } from './flowEntry.ts';
import { type Refusal, tooComplex } from './refusal.ts';
import type { Subject } from './subject.ts';

/**
 * Every flow that the new policy might allow and the old one did not allow for certain; without an old one all that it might allow. The empty
 * list means that nothing is opened on any network plugin.
 */
export function opened(
  { policy, setting }: Subject,
  old: Subject | undefined,
  budget: Budget,
): readonly Flow[] | Refusal {
  const changed = old === undefined ? policy : changedPart(policy, old.policy);
  if (!isMeasurable(changed)) return tooComplex;
  const found: Flow[] = [];
  for (const direction of directions) {
    const before = old === undefined ? undefined : new Before(old.policy, direction, setting);
    for (const flows of policyFlows(changed, direction, 'may', setting)) {
      const parts = before === undefined ? [flows.box] : before.opened(flows, budget);
      if (parts === 'tooComplex') return tooComplex;
      for (const box of parts) found.push({ direction, field: flows.field, box, viaPods: flows.viaPods });
    }
  }
  return found;
}
