/** What a user probably did not mean: told as warnings, never patched. */
import type { NetworkPolicy } from '../k8s/networkPolicy.ts';
import { everyPod, cubeOf } from '../netpol/cube.ts';

/** Rules that `policyTypes` makes void, and a podSelector that no pod can satisfy. */
export function policyHints(policy: NetworkPolicy): readonly string[] {
  const hints: string[] = [];
  if (policy.egress.length > 0 && !policy.policyTypes.includes('Egress')) {
    hints.push('spec.egress has no effect: policyTypes does not list Egress');
  }
  if (policy.ingress.length > 0 && !policy.policyTypes.includes('Ingress')) {
    hints.push('spec.ingress has no effect: policyTypes does not list Ingress');
  }
  if (cubeOf(policy.podSelector, everyPod) === undefined) {
    hints.push('spec.podSelector contradicts itself: the policy selects no pod');
  }
  return hints;
}
