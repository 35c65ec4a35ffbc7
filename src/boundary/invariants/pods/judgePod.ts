/** Judges a Pod that is created or changed, the Pod itself or through one of its subresources. */
import type { Attributes } from '../../../k8s/attributes.ts';
import { ownAt } from '../../../k8s/json.ts';
import { sameJson } from '../../../k8s/jsonEqual.ts';
import { readPod } from '../../../k8s/pod.ts';
import type { PodPart, PodReading } from '../../../k8s/pod.ts';
import type { Violation } from '../../../k8s/violation.ts';
import type { GuardingBoundary, NamespacedContext } from '../context.ts';
import { broughtBy, objectMissing, unreadable, violations } from '../finding.ts';
import { includes } from '../subjects.ts';
import { judgeBeforeFloor } from './beforeFloor.ts';
import { changedFindings, podLabelJudge, ungrantedFindings } from './protectedLabels.ts';
import { annotationRules, specRules, stampRule } from './podRules.ts';
import type { PodRule } from './podRules.ts';

/**
 * Every violation of a Pod that is created, or that an update brings: by its Boundaries (settings, stamps, pinned port names, guarded
 * annotations) and by the configuration (protected labels). Handles `pods`, `pods/status` (metadata only: the API server resets the rest),
 * `pods/ephemeralcontainers` and `pods/resize`; what is no Pod (exec, eviction, …), deletions and exempt namespaces have none. Nobody is
 * exempt from a Boundary; administrators (labelWriters) may write protected labels.
 */
export function judgePod(attributes: Attributes, context: NamespacedContext): readonly Violation[] {
  const { tenancy, boundaries, namespace } = context;
  if (!writesPod(attributes) || tenancy.exemptNamespaces.has(namespace.name)) return [];
  if (attributes.object === null) return objectMissing();
  const part: PodPart = boundaries.length > 0 && writesSpec(attributes) ? 'whole' : 'metadata';
  const reading = readPod(attributes.object, part);
  const before =
    attributes.operation === 'UPDATE' && attributes.oldObject !== null
      ? readPod(attributes.oldObject, part)
      : undefined;
  const rules = rulesFor(attributes, context);
  return [
    ...unreadable(reading.issues, before?.issues),
    ...judgeLabels(attributes, reading, before, context),
    ...judgeBeforeFloor(attributes, context),
    ...boundaries.flatMap((boundary) =>
      rules.flatMap((rule) => judgeBy(rule, boundary, reading, before, context)),
    ),
  ];
}

/** Claims that the request creates or changes a Pod. */
export const writesPod = ({ operation, group, resource, kind }: Attributes): boolean =>
  (operation === 'CREATE' || operation === 'UPDATE') && group === '' && resource === 'pods' && kind === 'Pod';

/** Claims that the request can bring a fault in the spec: `pods/status` cannot, nor can an update that leaves the spec as it is. */
function writesSpec({ operation, subresource, object, oldObject }: Attributes): boolean {
  if (subresource === 'status') return false;
  return operation === 'CREATE' || !sameJson(ownAt(object, 'spec'), ownAt(oldObject, 'spec'));
}

function judgeLabels(
  { operation, user }: Attributes,
  { pod }: PodReading,
  before: PodReading | undefined,
  context: NamespacedContext,
): readonly Violation[] {
  const { tenancy } = context;
  if (includes(tenancy.roles.labelWriters, user)) return [];
  const { labels } = pod.metadata;
  const findings =
    operation === 'CREATE'
      ? ungrantedFindings(labels, context)
      : changedFindings(labels, before?.pod.metadata.labels ?? new Map<string, string>(), tenancy);
  return violations(podLabelJudge, 'labels.podProtected', findings);
}

const rulesFor = ({ user }: Attributes, { guards }: NamespacedContext): readonly PodRule[] => [
  ...specRules,
  stampRule,
  ...(includes(guards.annotationWriters, user) ? [] : annotationRules),
];

/** What one rule of one Boundary finds in the new Pod and did not find in the old one. */
export function judgeBy(
  rule: PodRule,
  boundary: GuardingBoundary,
  { pod }: PodReading,
  before: PodReading | undefined,
  context: NamespacedContext,
): readonly Violation[] {
  const action = rule.action(boundary);
  if (action === 'Allow') return [];
  const brought = broughtBy(
    rule.findings(pod, boundary, context),
    () => before && rule.findings(before.pod, boundary, context),
  );
  return violations({ kind: 'Boundary', rule: boundary.name, action }, rule.code, brought);
}
