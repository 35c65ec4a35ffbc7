/** Boundaries and tenancy as ValidatingAdmissionPolicies: a backstop that holds while the webhook is not registered or not asked. */
import type { Rules } from '../../admission/rules.ts';
import type { Converted, Left } from '../converted.ts';
import { floorBackstop } from './floor.ts';
import { limitBackstop } from './limits.ts';
import { namespaceLabelBackstop } from './namespaceLabels.ts';
import { podLabelBackstop } from './podLabels.ts';
import { written } from './policy.ts';

/**
 * The policies with their bindings. Each refuses only what Bulkhead refuses; on what it says it covers it refuses all of that. `identity`: the user
 * as whom Bulkhead itself writes.
 */
export function toAdmissionPolicies(rules: Rules, identity: string): Converted {
  const left: Left[] = [];
  const backstops = [floorBackstop(rules, identity), namespaceLabelBackstop(rules)];
  const pods = podLabelBackstop(rules);
  if (pods !== undefined) backstops.push(pods);
  for (const boundary of rules.ruleSet.boundaries) {
    const limits = limitBackstop(boundary, rules);
    if (limits.backstop !== undefined) backstops.push(limits.backstop);
    left.push(...limits.left);
    left.push({
      what: `Boundary "${boundary.name}", pods and otherPolicies`,
      reason:
        'settings of pods and other policy kinds are not converted; Pod Security Admission is a backstop for the former',
    });
  }
  for (const { policy } of rules.guardrails.all) {
    left.push({
      what: `${policy.kind} "${policy.name}"`,
      reason:
        'guardrails are not converted; a ValidatingAdmissionPolicy can be applied to the cluster as it is',
    });
  }
  return { documents: backstops.flatMap(written), left };
}
