/** What is changed in a request: by guardrails, then by Bulkhead itself: stamped labels, dropped NET_RAW, assigned namespace labels, narrowed policies. */
import { mutateNamespace } from '../boundary/invariants/namespaces/mutateNamespace.ts';
import { writesNamespace } from '../boundary/invariants/namespaces/judgeNamespace.ts';
import { writesPod } from '../boundary/invariants/pods/judgePod.ts';
import { mutatePod } from '../boundary/invariants/pods/mutatePod.ts';
import { mutateByGuardrails } from '../guardrail/mutate.ts';
import type { Attributes } from '../k8s/attributes.ts';
import type { PatchOperation } from '../k8s/jsonPatch.ts';
import type { Evaluation } from './decision.ts';
import { dependsOnNamespace, isPolicy } from './evaluate.ts';
import { narrow } from './narrow.ts';
import { sceneOf } from './scene.ts';
import { activeFlows, exceptionsInForce } from './exceptions/concerning.ts';
import { loosened } from './exceptions/letThrough.ts';
import { mark } from './exceptions/judgeMark.ts';
import { mutateException } from './ownKinds/mutateException.ts';
import { isException } from './ownKinds/ownKind.ts';
import { guardrailSurroundings } from './world.ts';
import type { World } from './world.ts';

export type Mutation =
  | { readonly ok: true; readonly patch: readonly PatchOperation[]; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly evaluation: Evaluation };

const patched = (patch: readonly PatchOperation[], warnings: readonly string[] = []): Mutation => ({
  ok: true,
  patch,
  warnings,
});

/**
 * The patch for a request; empty for nearly all. Guardrails mutate first, so that what Bulkhead itself changes has the last word. Fails where a
 * guardrail's mutation does, and where the namespace around the object cannot be told.
 */
export function mutate(attributes: Attributes, world: World): Mutation {
  const mutated = mutateByGuardrails(
    attributes,
    world.rules.guardrails,
    guardrailSurroundings(attributes, world, activeFlows(attributes, world)),
  );
  if (mutated === undefined) return mutateByBoundaries(attributes, world);
  const { object, patch, violations } = mutated;
  if (violations.some(({ action }) => action === 'Deny'))
    return { ok: false, evaluation: { applied: true, violations, warnings: [] } };
  const rest = mutateByBoundaries({ ...attributes, object }, world);
  return rest.ok ? { ...rest, patch: [...patch, ...rest.patch] } : rest;
}

function mutateByBoundaries(attributes: Attributes, world: World): Mutation {
  if (attributes.object === null || attributes.operation === 'DELETE') return patched([]);
  if (writesNamespace(attributes)) return patched(mutateNamespace(attributes, world.rules.tenancy));
  if (isException(attributes)) return patched(mutateException(attributes, world));
  const pod = writesPod(attributes);
  if (!pod && !isPolicy(attributes)) return patched([]);
  const scene = sceneOf(attributes, world);
  if (!scene.ok) return dependsOnNamespace(attributes, world.rules) ? scene : patched([]);
  if (pod) {
    const { context } = scene.scene;
    const boundaries = loosened(context.boundaries, exceptionsInForce(attributes, world));
    return patched(mutatePod(attributes, { ...context, boundaries }));
  }
  const narrowed = narrow(attributes, scene.scene, world);
  const marked = mark(attributes, narrowed.patch, scene.scene, world);
  return patched([...narrowed.patch, ...marked], narrowed.warnings);
}
