/** The one decision that webhook, command line, tests, scan and replay share: request and world in, outcome out, nothing else. */
import type { Attributes } from '../k8s/attributes.ts';
import { applyPatch } from '../k8s/jsonPatch.ts';
import { isObject } from '../k8s/json.ts';
import { decide, failed, notApplicable } from './decision.ts';
import type { Outcome } from './decision.ts';
import { evaluate } from './evaluate.ts';
import { isOwnKind } from './ownKinds/ownKind.ts';
import { mutate } from './mutate.ts';
import { podOf, podWarnings } from './workloads.ts';
import type { Door, World } from './world.ts';

/**
 * Decides a request. At `validate` the object is judged; at `mutate` it is patched and judged no further, because the API server sends
 * the result to `validate`; at `review` both happen in that order, and the patched object is what is judged. What the pods of a workload would be
 * refused for is told as warnings.
 */
export function admit(attributes: Attributes, world: World, door: Door): Outcome {
  const outcome = decideAt(attributes, world, door);
  if (door === 'mutate' || !outcome.decision.allowed) return outcome;
  const told = ofPods(outcome.attributes, world);
  if (told.length === 0) return outcome;
  const { decision } = outcome;
  return { ...outcome, decision: { ...decision, applied: true, warnings: [...decision.warnings, ...told] } };
}

/** A bug must not refuse what nothing guards. */
function ofPods(attributes: Attributes, world: World): readonly string[] {
  const pod = podOf(attributes);
  if (pod === undefined) return [];
  try {
    return podWarnings(decideAt(pod, world, 'review').decision);
  } catch {
    return ['pods of it could not be judged; please report this as a bug of Bulkhead'];
  }
}

function decideAt(attributes: Attributes, world: World, door: Door): Outcome {
  if (world.rules.suspended === true && !isOwnKind(attributes))
    return { attributes, decision: decide(suspended, []) };
  if (door === 'validate') return { attributes, decision: decide(evaluate(attributes, world), []) };
  const mutation = mutate(attributes, world);
  if (!mutation.ok) return { attributes, decision: decide(mutation.evaluation, []) };
  const { patch, warnings } = mutation;
  if (door === 'mutate') {
    return { attributes, decision: decide({ ...notApplicable, applied: patch.length > 0, warnings }, patch) };
  }
  const after = patched(attributes, patch);
  if (after === undefined) {
    const bug = failed(
      'patch.broken',
      'the patch could not be applied; please report this as a bug of Bulkhead',
      500,
    );
    return { attributes, decision: decide(bug, []) };
  }
  const evaluation = evaluate(after, world);
  const decision = decide({ ...evaluation, warnings: [...warnings, ...evaluation.warnings] }, patch);
  return { attributes: after, decision };
}

/** What would mend them is judged: by whom it is written, and whether it can be in force. */
const suspended = failed(
  'rules.none',
  'no rules are in force, because those that are stored in the cluster do not compile; an administrator must mend them (kubectl get bulkhead)',
  500,
);

function patched(
  attributes: Attributes,
  patch: readonly Parameters<typeof applyPatch>[1][number][],
): Attributes | undefined {
  if (patch.length === 0) return attributes;
  const applied = applyPatch(attributes.object, patch);
  return applied.ok && isObject(applied.value) ? { ...attributes, object: applied.value } : undefined;
}
