/** Whether the policy that is stored as a namespace's floor is one: it isolates every pod and allows nothing outside the limits. */
import type { JsonObject } from '../../k8s/json.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import { decodeNetworkPolicy } from '../../k8s/networkPolicyDecode.ts';
import { cubeOf, everyPod, within } from '../../netpol/cube.ts';
import { judgePolicy } from '../judge.ts';
import type { PolicyWorld } from '../judge.ts';
import { floorDirections } from './floorPolicy.ts';

/**
 * Claims that a stored policy does what a floor is for. It need not be the very one that Bulkhead would write now: after a change of rules floors are
 * rewritten one by one, and pods need not wait for that.
 */
export function standsAsFloor(stored: JsonObject, namespace: NamespaceFacts, world: PolicyWorld): boolean {
  const policy = decodeNetworkPolicy(stored, { strict: false });
  if (!policy.ok) return false;
  const { podSelector, policyTypes } = policy.value;
  const selected = cubeOf(podSelector, everyPod);
  if (selected === undefined || !within(everyPod, selected)) return false;
  const isolated = floorDirections(world.ruleSet.guardOf(namespace));
  if (!isolated.every((direction) => policyTypes.includes(direction))) return false;
  return judgePolicy(policy.value, undefined, namespace, world).violations.length === 0;
}
