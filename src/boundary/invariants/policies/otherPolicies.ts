/** `otherPolicies.kind`: a policy whose meaning is not decided here may not stand in or about guarded namespaces. */
import type { Attributes } from '../../../k8s/attributes.ts';
import type { JsonObject } from '../../../k8s/json.ts';
import { sameJson } from '../../../k8s/jsonEqual.ts';
import type { Violation } from '../../../k8s/violation.ts';
import type { GuardingBoundary } from '../context.ts';
import { violations } from '../finding.ts';
import { quoted } from '../text.ts';
import { otherPolicyKindOf } from './otherPolicyKinds.ts';

/**
 * One violation for each Boundary that does not allow other policies. `boundaries` are those that select the request's namespace for a
 * namespaced kind, all of them for a cluster-scoped one, which is about every namespace. Deleting is free, and so is an update that changes
 * metadata or status only; one that changes anything else is new, because what it changes is not understood. Nobody is exempt.
 */
export function judgeOtherPolicy(
  attributes: Attributes,
  boundaries: readonly GuardingBoundary[],
): readonly Violation[] {
  const { operation, subresource, object, oldObject, namespace } = attributes;
  const known = otherPolicyKindOf(attributes);
  if (known === undefined || subresource === 'status') return [];
  if (operation !== 'CREATE' && operation !== 'UPDATE') return [];
  if (operation === 'UPDATE' && object !== null && oldObject !== null && sameMeaning(object, oldObject)) {
    return [];
  }
  const about =
    known.scope === 'Cluster'
      ? 'it is about guarded namespaces too'
      : `namespace ${quoted(namespace)} is guarded`;
  return boundaries.flatMap(({ name, otherPolicies }) =>
    otherPolicies === 'Allow'
      ? []
      : violations({ kind: 'Boundary', rule: name, action: otherPolicies }, 'otherPolicies.kind', [
          {
            identity: known.kind,
            field: '',
            message: () =>
              `${known.kind} (${known.group}) can allow what NetworkPolicies do not, and ${about}; use networking.k8s.io/v1 NetworkPolicy`,
          },
        ]),
  );
}

const beside: ReadonlySet<string> = new Set(['metadata', 'status', 'apiVersion', 'kind']);

/** Claims that two versions of a policy differ in metadata and status at most. */
function sameMeaning(object: JsonObject, old: JsonObject): boolean {
  const meaning = (one: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(one).filter(([key]) => !beside.has(key)));
  return sameJson(meaning(object), meaning(old));
}
