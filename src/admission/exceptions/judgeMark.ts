/** Writes the mark of a NetworkPolicy that lives by exceptions, and refuses a mark that says anything else. */
import { judgePolicy } from '../../boundary/judge.ts';
import type { Guards } from '../../boundary/invariants/context.ts';
import type { Attributes } from '../../k8s/attributes.ts';
import { isObject } from '../../k8s/json.ts';
import { applyPatch } from '../../k8s/jsonPatch.ts';
import type { PatchOperation } from '../../k8s/jsonPatch.ts';
import { decodeNetworkPolicy } from '../../k8s/networkPolicyDecode.ts';
import type { Violation } from '../../k8s/violation.ts';
import { draw } from '../allowance.ts';
import { refused } from '../ownKinds/ownKind.ts';
import type { Scene } from '../scene.ts';
import type { World } from '../world.ts';
import { markAnnotation, remark, writtenMark } from './mark.ts';
import { policyGrants } from './policyGrants.ts';

/**
 * The operations that give a policy, as it is after `patch`, the mark that it must carry. Nothing where it cannot be read: then it is refused. Nothing
 * for Bulkhead itself either: it writes the mark with what it takes back, and of what the limits allow by now nothing is taken but the mark.
 */
export function mark(
  attributes: Attributes,
  patch: readonly PatchOperation[],
  { namespace }: Scene,
  world: World,
): readonly PatchOperation[] {
  if (attributes.user.username === world.rules.guards.identity) return [];
  if (!policyGrants(attributes, world).marks) return [];
  const applied = applyPatch(attributes.object, patch);
  if (!applied.ok || !isObject(applied.value)) return [];
  // Of the policy as it will be: narrowing may have taken what lapsed.
  const { flows, old, markFor } = policyGrants({ ...attributes, object: applied.value }, world);
  const policy = decodeNetworkPolicy(applied.value, { strict: false });
  if (!policy.ok) return [];
  const { lookup, known, rules } = world;
  const around = { ruleSet: rules.ruleSet, lookup, known, exceptions: flows };
  const judged = judgePolicy(policy.value, old(), namespace, around, draw(world));
  return remark(applied.value, markFor(judged));
}

/** What a mark says is not for its policy's author to say: it decides what is taken back once an exception lapses. Bulkhead itself may. */
export function judgeMark(
  { object, user }: Attributes,
  wanted: string | undefined,
  { identity }: Guards,
): readonly Violation[] {
  if (writtenMark(object) === wanted || user.username === identity) return [];
  const message =
    wanted === undefined
      ? `only Bulkhead writes the annotation ${markAnnotation}; leave it out`
      : `the annotation ${markAnnotation} is not as Bulkhead writes it (${wanted}); leave it alone, and see that the mutating webhook is registered for networkpolicies`;
  return [
    refused('exceptions.mark', 'exceptions', `/metadata/annotations/bulkhead.dev~1exceptions`, message),
  ];
}
