/** `floor.protected`: the policy `bulkhead-floor` isolates every pod of its namespace, so it outlives everything else there (wire.md). */
import type { Attributes } from '../../../k8s/attributes.ts';
import { isObject, listAt, own, stringAt } from '../../../k8s/json.ts';
import type { JsonObject } from '../../../k8s/json.ts';
import { sameJson } from '../../../k8s/jsonEqual.ts';
import type { Violation } from '../../../k8s/violation.ts';
import type { FloorContext } from '../context.ts';
import { violation } from '../finding.ts';
import type { Judge } from '../finding.ts';
import { includes } from '../subjects.ts';

/** The name of the floor in every namespace. */
export const floorName = 'bulkhead-floor';

/** The namespace controller, with credentials of its own or with those of its whole process. */
export const namespaceControllers: readonly string[] = [
  'system:serviceaccount:kube-system:namespace-controller',
  'system:kube-controller-manager',
];

/** Claims that the request touches a floor. The name is read from the objects too: deletecollection sends none in the request. */
export const touchesFloor = ({ group, resource, name, object, oldObject, operation }: Attributes): boolean =>
  operation !== 'CONNECT' &&
  group === 'networking.k8s.io' &&
  resource === 'networkpolicies' &&
  [name, stringAt(object, 'metadata', 'name'), stringAt(oldObject, 'metadata', 'name')].includes(floorName);

/**
 * Who may touch the floor of a namespace that is not exempt: Bulkhead itself and administrators (floorWriters). While the namespace is being
 * deleted nobody but the namespace controller may delete it, and before Kubernetes 1.34, which deletes pods first, only once a live list says
 * that no pod is left; else a pod with a day of grace period would have a day of open network. What an update leaves as it was may pass
 * whoever sends it, and so may the removal of finalizers.
 */
export function judgeFloor(attributes: Attributes, context: FloorContext): readonly Violation[] {
  const { tenancy, guards, namespace } = context;
  if (!touchesFloor(attributes) || tenancy.exemptNamespaces.has(namespace.name)) return [];
  const { operation, user, object, oldObject } = attributes;
  if (operation === 'DELETE' && namespace.terminating) return judgeLastDeletion(attributes, context);
  if (user.username === guards.identity || includes(tenancy.roles.floorWriters, user)) return [];
  if (operation === 'UPDATE' && isObject(object) && isObject(oldObject) && onlyReleased(object, oldObject)) {
    return [];
  }
  const verb = { CREATE: 'create', UPDATE: 'change', DELETE: 'delete', CONNECT: 'connect to' }[operation];
  return denied(
    `only Bulkhead and administrators may ${verb} ${floorName}; use a policy of another name, or ask an administrator to change the Boundary`,
  );
}

/** Claims that the judgement hangs on what the namespace holds: the namespace controller deletes the floor where pods may outlive it. */
export const floorNeedsContents = (attributes: Attributes, orderedDeletion: boolean): boolean =>
  !orderedDeletion &&
  attributes.operation === 'DELETE' &&
  touchesFloor(attributes) &&
  namespaceControllers.includes(attributes.user.username);

function judgeLastDeletion(
  { user }: Attributes,
  { contents, orderedDeletion }: FloorContext,
): readonly Violation[] {
  if (!namespaceControllers.includes(user.username)) {
    return denied(
      'the namespace is being deleted and its pods still need the floor; the namespace controller deletes it last, just wait',
    );
  }
  if (orderedDeletion) return [];
  if (typeof contents !== 'object') {
    return denied(
      'whether pods are left in the namespace could not be listed; the deletion is retried, let Bulkhead list pods',
    );
  }
  if (contents.pods === 0) return [];
  return denied(
    `pods are left in the namespace that is being deleted (${contents.pods}); the deletion succeeds once they are gone`,
  );
}

/** Written by the API server itself, so no client's change. */
const servedFields: ReadonlySet<string> = new Set([
  'managedFields',
  'resourceVersion',
  'generation',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'finalizers',
]);

/** Claims that an update changes nothing but to remove finalizers. */
function onlyReleased(object: JsonObject, old: JsonObject): boolean {
  const finalizers = listAt(old, 'metadata', 'finalizers');
  return (
    listAt(object, 'metadata', 'finalizers').every((one) => finalizers.includes(one)) &&
    sameJson(withoutServed(object), withoutServed(old))
  );
}

function withoutServed(object: JsonObject): JsonObject {
  const metadata = own(object, 'metadata');
  if (!isObject(metadata)) return object;
  const kept = Object.entries(metadata).filter(([key]) => !servedFields.has(key));
  return { ...object, metadata: Object.fromEntries(kept) };
}

const floorJudge: Judge = { kind: 'Configuration', rule: 'tenancy.roles.floorWriters', action: 'Deny' };

const denied = (text: string): readonly Violation[] => [
  violation(floorJudge, 'floor.protected', { field: '/metadata/name', message: () => text }),
];
