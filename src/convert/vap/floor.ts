/** Floor protection as an admission policy: who may write the policy `bulkhead-floor` (boundary/invariants/policies/floor.ts). */
import { floorName, namespaceControllers } from '../../boundary/invariants/policies/floor.ts';
import type { Rules } from '../../admission/rules.ts';
import { isRequester, list, text } from './expression.ts';
import { selectorOf } from './policy.ts';
import type { Backstop } from './policy.ts';

/** Metadata that a client may write and that an update of the floor must leave as it was. */
const kept = ['labels', 'annotations', 'ownerReferences', 'generateName'];

/** `identity`: the user as whom Bulkhead itself writes floors. */
export function floorBackstop({ tenancy }: Rules, identity: string): Backstop {
  const named = (object: string): string =>
    `(${object} != null && has(${object}.metadata.name) && ${object}.metadata.name == ${text(floorName)})`;
  const same = (field: string): string =>
    `(has(object.${field}) == has(oldObject.${field}) && (!has(object.${field}) || object.${field} == oldObject.${field}))`;
  const released = [
    'request.operation == "UPDATE"',
    ...['spec', ...kept.map((field) => `metadata.${field}`)].map(same),
    '(!has(object.metadata.finalizers) || object.metadata.finalizers.all(f, has(oldObject.metadata.finalizers) && f in oldObject.metadata.finalizers))',
  ].join(' && ');
  return {
    name: 'bulkhead-floor',
    covers:
      'who may create, change and delete the NetworkPolicy bulkhead-floor, in every namespace that is not exempt (floor.protected)',
    leaves:
      'deletions by the namespace controller in a namespace that is being deleted: before Kubernetes 1.34 Bulkhead also asks whether pods are left',
    rules: [
      {
        groups: ['networking.k8s.io'],
        resources: ['networkpolicies'],
        operations: ['CREATE', 'UPDATE', 'DELETE'],
      },
    ],
    ...withSelector(selectorOf(undefined, tenancy.exemptNamespaces)),
    failurePolicy: 'Fail',
    variables: [
      {
        name: 'isFloor',
        expression: `(has(request.name) && request.name == ${text(floorName)}) || ${named('object')} || ${named('oldObject')}`,
      },
      {
        name: 'isLeaving',
        expression:
          'request.operation == "DELETE" && (has(namespaceObject.metadata.deletionTimestamp) || (has(namespaceObject.status) && has(namespaceObject.status.phase) && namespaceObject.status.phase == "Terminating"))',
      },
      {
        name: 'mayWrite',
        expression: `request.userInfo.username == ${text(identity)} || ${isRequester(tenancy.roles.floorWriters)}`,
      },
    ],
    validations: [
      {
        expression: `!variables.isFloor || variables.isLeaving || variables.mayWrite || (${released})`,
        message: `only Bulkhead and administrators may write ${floorName}; use a policy of another name`,
      },
      {
        expression: `!variables.isFloor || !variables.isLeaving || request.userInfo.username in ${list(namespaceControllers)}`,
        message:
          'the namespace is being deleted and its pods still need the floor; the namespace controller deletes it last',
      },
    ],
  };
}

/** A field that is left out rather than undefined. */
export const withSelector = (selector: object | undefined): { readonly namespaceSelector?: object } =>
  selector === undefined ? {} : { namespaceSelector: selector };
