/** What Bulkhead changes in a request: stamped labels, dropped NET_RAW, assigned namespace labels, narrowed policies. */
import { mutateNamespace } from '../boundary/invariants/namespaces/mutateNamespace.ts';
import { writesNamespace } from '../boundary/invariants/namespaces/judgeNamespace.ts';
import { writesPod } from '../boundary/invariants/pods/judgePod.ts';
import { mutatePod } from '../boundary/invariants/pods/mutatePod.ts';
import type { Attributes } from '../k8s/attributes.ts';
import type { PatchOperation } from '../k8s/jsonPatch.ts';
import type { Evaluation } from './decision.ts';
import { dependsOnNamespace, isPolicy } from './evaluate.ts';
import { narrow } from './narrow.ts';
import { sceneOf } from './scene.ts';
import type { World } from './world.ts';

export type Mutation =
  | { readonly ok: true; readonly patch: readonly PatchOperation[]; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly evaluation: Evaluation };

const patched = (patch: readonly PatchOperation[], warnings: readonly string[] = []): Mutation => ({
  ok: true,
  patch,
  warnings,
});

/** The patch for a request; empty for nearly all. Fails only where the namespace around the object cannot be told. */
export function mutate(attributes: Attributes, world: World): Mutation {
  if (attributes.object === null || attributes.operation === 'DELETE') return patched([]);
  if (writesNamespace(attributes)) return patched(mutateNamespace(attributes, world.rules.tenancy));
  const pod = writesPod(attributes);
  if (!pod && !isPolicy(attributes)) return patched([]);
  const scene = sceneOf(attributes, world);
  if (!scene.ok) return dependsOnNamespace(attributes, world.rules) ? scene : patched([]);
  if (pod) return patched(mutatePod(attributes, scene.scene.context));
  const narrowed = narrow(attributes, scene.scene, world);
  return patched(narrowed.patch, narrowed.warnings);
}
