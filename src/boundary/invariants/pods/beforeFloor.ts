/** `pods.beforeFloor`: a pod must not start before its namespace's floor stands; a scheduling gate that only Bulkhead lifts keeps it from that. */
import type { Attributes } from '../../../k8s/attributes.ts';
import { appendAt } from '../../../k8s/jsonPatch.ts';
import type { PatchOperation } from '../../../k8s/jsonPatch.ts';
import { listAt, stringAt } from '../../../k8s/json.ts';
import type { JsonObject } from '../../../k8s/json.ts';
import type { Violation } from '../../../k8s/violation.ts';
import type { GuardingBoundary, NamespacedContext } from '../context.ts';
import { violation } from '../finding.ts';
import type { Finding } from '../finding.ts';
import { floorName } from '../policies/floor.ts';

/** The scheduling gate that Bulkhead sets and lifts. */
export const floorGate = 'bulkhead.dev/floor';

const field = '/spec/schedulingGates';

/** Claims that the request makes a new Pod. */
export const startsPod = ({ operation, group, resource, subresource }: Attributes): boolean =>
  operation === 'CREATE' && group === '' && resource === 'pods' && subresource === '';

/** Where the gate stands in a Pod's list; -1 where it does not. */
export const gateIndex = (pod: JsonObject | null): number =>
  listAt(pod, 'spec', 'schedulingGates').findIndex((gate) => stringAt(gate, 'name') === floorGate);

const isGated = (pod: JsonObject | null): boolean => gateIndex(pod) >= 0;
const isBound = (pod: JsonObject | null): boolean => (stringAt(pod, 'spec', 'nodeName') ?? '') !== '';

/**
 * Before the floor stands a new Pod is gated, denied or told, as each Boundary has it. A Pod that names its node cannot be gated, the API server does
 * not allow it, so it is denied. Nobody but Bulkhead lifts the gate, administrators neither.
 */
export function judgeBeforeFloor(
  attributes: Attributes,
  { boundaries, floorStands, guards }: NamespacedContext,
): readonly Violation[] {
  const { object, oldObject, operation, user } = attributes;
  if (operation === 'UPDATE') {
    const lifted = isGated(oldObject) && !isGated(object) && user.username !== guards.identity;
    if (!lifted || attributes.subresource !== '') return [];
    return boundaries
      .filter(({ pods }) => pods.beforeFloor === 'Gate')
      .map((boundary) =>
        told(
          boundary,
          'Deny',
          `only Bulkhead lifts the gate ${floorGate}, once ${floorName} stands; keep it`,
        ),
      );
  }
  if (!startsPod(attributes) || floorStands !== false) return [];
  const missing = `${floorName} does not stand in the namespace yet`;
  return boundaries.flatMap((boundary) => {
    switch (boundary.pods.beforeFloor) {
      case 'Allow':
        return [];
      case 'Audit':
        return [told(boundary, 'Audit', `${missing}, so the pod may start without isolation`)];
      case 'Deny':
        return [told(boundary, 'Deny', `${missing}; try again in a moment`)];
      case 'Gate':
        if (isGated(object)) return [];
        return [
          told(
            boundary,
            'Deny',
            isBound(object)
              ? `${missing}, and a pod with spec.nodeName cannot wait for it; leave nodeName out or try again in a moment`
              : `${missing}, and the pod lacks the gate ${floorGate}; leave the gate alone, and see that the mutating webhook is registered`,
          ),
        ];
    }
  });
}

/** The operation that gates a new Pod; none where nobody wants that, and where it would be denied anyway. */
export function gate(
  object: JsonObject,
  { boundaries, floorStands }: NamespacedContext,
): readonly PatchOperation[] {
  const wanted = floorStands === false && boundaries.some(({ pods }) => pods.beforeFloor === 'Gate');
  if (!wanted || isGated(object) || isBound(object)) return [];
  const operation = appendAt(object, ['spec', 'schedulingGates'], { name: floorGate });
  return operation === undefined ? [] : [operation];
}

const told = ({ name }: GuardingBoundary, action: Violation['action'], text: string): Violation => {
  const finding: Omit<Finding, 'identity'> = { field, message: () => text };
  return violation({ kind: 'Boundary', rule: name, action }, 'pods.beforeFloor', finding);
};
