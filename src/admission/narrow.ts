/** `onExcess: Narrow`: replaces the rules of a NetworkPolicy by the part of them that its boundaries allow. */
import { fieldPath, plain } from '../boundary/describe.ts';
import { settingOf } from '../boundary/judge.ts';
import { narrowDirection } from '../boundary/narrowing/narrow.ts';
import type { NarrowedDirection } from '../boundary/narrowing/narrow.ts';
import type { Attributes } from '../k8s/attributes.ts';
import { addAt } from '../k8s/jsonPatch.ts';
import type { PatchOperation } from '../k8s/jsonPatch.ts';
import { listAt, ownAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';
import { directions } from '../k8s/networkPolicy.ts';
import type { NetworkPolicy } from '../k8s/networkPolicy.ts';
import { decodeNetworkPolicy } from '../k8s/networkPolicyDecode.ts';
import { draw } from './allowance.ts';
import { policyGrants } from './exceptions/policyGrants.ts';
import type { Scene } from './scene.ts';
import type { World } from './world.ts';

export interface Narrowed {
  readonly patch: readonly PatchOperation[];
  readonly warnings: readonly string[];
}

const unchanged: Narrowed = { patch: [], warnings: [] };

/**
 * The patch that narrows to the limits of those Boundaries that say Narrow (`all`: of every Boundary, for `review --narrow`), and a warning
 * for each field that was cut. Empty where nothing exceeds, and where the policy cannot be read or is too complex: then it is judged as it is.
 */
export function narrow(attributes: Attributes, scene: Scene, world: World, all = false): Narrowed {
  const { object } = attributes;
  const { ruleSet } = world.rules;
  const { flows, old } = policyGrants(attributes, world);
  const limits = ruleSet
    .guardOf(scene.namespace, flows)
    .limits.filter(({ boundary }) => all || boundary.onExcess === 'Narrow');
  if (limits.length === 0 || object === null) return unchanged;
  const policy = decodeNetworkPolicy(object, { strict: false });
  if (!policy.ok) return unchanged;
  const before = old();
  const setting = settingOf(scene.namespace, { ruleSet, lookup: world.lookup, known: world.known });
  const budget = draw(world);
  const narrowed: NarrowedDirection[] = [];
  for (const direction of directions) {
    const part = narrowDirection(object, policy.value, before, direction, limits, setting, budget);
    if (part === 'tooComplex') return unchanged;
    if (part !== undefined) narrowed.push(part);
  }
  const names = [...new Set(limits.map(({ boundary }) => `"${boundary.name}"`))].join(', ');
  return {
    patch: narrowingPatch(object, policy.value, narrowed),
    warnings: narrowed.flatMap(({ fields }) =>
      fields.map((field) => plain(`${fieldPath(field)} was narrowed to boundary ${names}`)),
    ),
  };
}

/** The operations that replace the rules of these directions. */
export const narrowingPatch = (
  object: JsonObject,
  policy: NetworkPolicy,
  narrowed: readonly NarrowedDirection[],
): readonly PatchOperation[] =>
  narrowed.length === 0 ? [] : [...keepTypes(object, policy), ...narrowed.map(replaceRules)];

const replaceRules = ({ direction, rules }: NarrowedDirection): PatchOperation => ({
  op: 'replace',
  path: direction === 'Ingress' ? '/spec/ingress' : '/spec/egress',
  value: rules,
});

/** Written out, because the default for `policyTypes` hangs on whether there are egress rules, and narrowing may take the last. */
function keepTypes(object: NonNullable<Attributes['object']>, policy: NetworkPolicy): PatchOperation[] {
  if (listAt(object, 'spec', 'policyTypes').length > 0) return [];
  const written = addAt(object, ['spec', 'policyTypes'], policy.policyTypes);
  return written === undefined || ownAt(object, 'spec') === undefined ? [] : [written];
}
