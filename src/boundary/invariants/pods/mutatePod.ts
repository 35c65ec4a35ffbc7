/** Mutates a Pod: the stamped labels of its namespace, the gate before its floor, and `drop: [NET_RAW]` on containers that lack it. */
import type { Attributes } from '../../../k8s/attributes.ts';
import { appendAt } from '../../../k8s/jsonPatch.ts';
import type { PatchOperation } from '../../../k8s/jsonPatch.ts';
import type { JsonObject } from '../../../k8s/json.ts';
import { readPod } from '../../../k8s/pod.ts';
import type { Pod, PodReading } from '../../../k8s/pod.ts';
import type { PodContainer } from '../../../k8s/podContainer.ts';
import type { NamespacedContext } from '../context.ts';
import { addLabels } from '../labels.ts';
import { gate } from './beforeFloor.ts';
import { dropsRawSockets } from './capabilities.ts';
import { dropsForThem, hasCapabilities } from './rawSockets.ts';
import { stampsOf } from './stamps.ts';
import { writesPod } from './judgePod.ts';

/**
 * The operations that make a Pod what its Boundaries want of it; none where nothing is to change. A new Pod gets labels and drops, an
 * update of `pods/ephemeralcontainers` gets drops on its new containers only; every other request is left alone (labels through
 * `pods/status` would make the kubelet's own updates fail). A Pod that cannot be read is left alone, because it will be denied.
 */
export function mutatePod(attributes: Attributes, context: NamespacedContext): readonly PatchOperation[] {
  const { object, oldObject, operation, subresource } = attributes;
  const { tenancy, boundaries, namespace } = context;
  if (!writesPod(attributes) || object === null || boundaries.length === 0) return [];
  if (tenancy.exemptNamespaces.has(namespace.name)) return [];
  const created = operation === 'CREATE' && subresource === '';
  const debugged = operation === 'UPDATE' && subresource === 'ephemeralcontainers';
  if (!created && !debugged) return [];
  const { pod, issues } = readPod(object, 'whole');
  if (issues.length > 0) return [];
  const containers = created ? pod.containers : newEphemeral(pod, oldObject && readPod(oldObject, 'whole'));
  return [
    ...(created ? stamp(object, pod, context) : []),
    ...(created ? gate(object, context) : []),
    ...(dropsForThem(boundaries) && hasCapabilities(pod) ? drop(object, containers) : []),
  ];
}

function newEphemeral({ containers }: Pod, before: PodReading | null): readonly PodContainer[] {
  const stored = new Set(before?.pod.containers.map(({ identity }) => identity));
  return containers.filter(({ kind, identity }) => kind === 'ephemeralContainers' && !stored.has(identity));
}

/** Adds the stamps that the Pod lacks; a differing value stays, to be denied. */
function stamp(object: JsonObject, pod: Pod, context: NamespacedContext): readonly PatchOperation[] {
  const { labels } = pod.metadata;
  const stamps = stampsOf(context.boundaries, context.namespace);
  return addLabels(
    object,
    [...stamps].filter(([key]) => !labels.has(key)),
  );
}

function drop(object: JsonObject, containers: readonly PodContainer[]): readonly PatchOperation[] {
  return containers
    .filter((container) => !dropsRawSockets(container))
    .map(({ field }) => {
      const path = [...field.slice(1).split('/'), 'securityContext', 'capabilities', 'drop'];
      return appendAt(object, path, 'NET_RAW');
    })
    .filter((operation) => operation !== undefined);
}
