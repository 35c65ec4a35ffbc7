/** Judges a Binding: its labels and annotations are merged into the Pod that it binds to a node. */
import type { Attributes } from '../../../k8s/attributes.ts';
import { readPod } from '../../../k8s/pod.ts';
import type { Violation } from '../../../k8s/violation.ts';
import type { NamespacedContext } from '../context.ts';
import { objectMissing, unreadable, violations } from '../finding.ts';
import { includes } from '../subjects.ts';
import { judgeBy } from './judgePod.ts';
import { annotationRules } from './podRules.ts';
import { boundFindings, podLabelJudge } from './protectedLabels.ts';

/** Claims that the request binds a Pod: `pods/binding`, or the older resource `bindings` that does the same. */
export const bindsPod = ({ operation, group, resource, subresource, kind }: Attributes): boolean =>
  (operation === 'CREATE' || operation === 'UPDATE') &&
  group === '' &&
  kind === 'Binding' &&
  ((resource === 'pods' && subresource === 'binding') || resource === 'bindings');

/**
 * Every violation of a Binding: a protected pod label (in every namespace that is not exempt) or a guarded annotation (where a Boundary
 * guards). Only administrators (labelWriters) may bind with one; there is no old object, so the value does not matter. Other keys pass,
 * among them the topology labels that the API server itself adds.
 */
export function judgeBinding(attributes: Attributes, context: NamespacedContext): readonly Violation[] {
  const { tenancy, boundaries, namespace } = context;
  if (!bindsPod(attributes) || tenancy.exemptNamespaces.has(namespace.name)) return [];
  if (attributes.object === null) return objectMissing();
  const reading = readPod(attributes.object, 'metadata');
  const unread = unreadable(reading.issues);
  if (includes(tenancy.roles.labelWriters, attributes.user)) return unread;
  return [
    ...unread,
    ...violations(podLabelJudge, 'labels.podProtected', boundFindings(reading.pod.metadata.labels, tenancy)),
    ...boundaries.flatMap((boundary) =>
      annotationRules.flatMap((rule) => judgeBy(rule, boundary, reading, undefined, context)),
    ),
  ];
}
