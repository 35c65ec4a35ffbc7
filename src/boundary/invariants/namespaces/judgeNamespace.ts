/** Judges a Namespace that is created or changed, the Namespace itself or through `status` and `finalize`. */
import type { Attributes } from '../../../k8s/attributes.ts';
import type { Labels } from '../../../k8s/labelSelector.ts';
import { readNamespace } from '../../../k8s/namespace.ts';
import type { Namespace } from '../../../k8s/namespace.ts';
import type { Violation } from '../../../k8s/violation.ts';
import type { NamespaceContext, Tenancy } from '../context.ts';
import { broughtBy, objectMissing, unreadable, violations } from '../finding.ts';
import { actionFor, guardedFindings } from '../guardedAnnotations.ts';
import type { GuardedPurpose } from '../guardedAnnotations.ts';
import { includes } from '../subjects.ts';
import { assignedTo, judgeConflicts } from './assignment.ts';
import { hasTenant, judgeExemptName, judgeUnassigned } from './ownership.ts';
import { addsProtected, changedFindings, namespaceLabelJudge } from './protectedLabels.ts';
import { rewrittenFindings, unassignedValueFindings } from './protectedLabels.ts';

/** Claims that the request creates or changes a Namespace; labels can be changed through every subresource. */
export const writesNamespace = ({ operation, group, resource, kind }: Attributes): boolean =>
  (operation === 'CREATE' || operation === 'UPDATE') &&
  group === '' &&
  resource === 'namespaces' &&
  kind === 'Namespace';

/**
 * Every violation of a Namespace that is created, or that an update brings: protected labels, assignments, a missing tenant label, an exempt
 * name, and guarded annotations where a Boundary selects it. An update that leaves all of these as they were, like those of the namespace
 * controller, has none. Labels of exempt namespaces are protected too.
 */
export function judgeNamespace(attributes: Attributes, context: NamespaceContext): readonly Violation[] {
  if (!writesNamespace(attributes)) return [];
  if (attributes.object === null) return objectMissing();
  const reading = readNamespace(attributes.object);
  const before =
    attributes.operation === 'UPDATE' && attributes.oldObject !== null
      ? readNamespace(attributes.oldObject)
      : undefined;
  return [
    ...unreadable(reading.issues, before?.issues),
    ...(attributes.operation === 'CREATE'
      ? judgeCreated(attributes, reading.namespace, context)
      : judgeChanged(attributes, reading.namespace, before?.namespace, context)),
    ...judgeAnnotations(attributes, reading.namespace, before?.namespace, context),
  ];
}

/** Claims that the judgement hangs on what the namespace holds: an administrator changes or removes a protected label. */
export function namespaceNeedsContents(attributes: Attributes, tenancy: Tenancy): boolean {
  const update = byLabelWriter(attributes, tenancy);
  return update !== undefined && rewrittenFindings(update.labels, update.old, tenancy, undefined).length > 0;
}

/** Claims that an administrator adds a protected label that was missing, so that what the namespace holds comes under other rules. */
export function bringsUnderRules(attributes: Attributes, tenancy: Tenancy): boolean {
  const update = byLabelWriter(attributes, tenancy);
  return (
    update !== undefined &&
    !tenancy.exemptNamespaces.has(attributes.name) &&
    addsProtected(update.labels, update.old, tenancy)
  );
}

/** The labels after and before an administrator's update of a Namespace; undefined for every other request. */
function byLabelWriter(
  attributes: Attributes,
  tenancy: Tenancy,
): { readonly labels: Labels; readonly old: Labels } | undefined {
  const { object, oldObject, operation, user } = attributes;
  if (!writesNamespace(attributes) || operation !== 'UPDATE' || object === null || oldObject === null) {
    return undefined;
  }
  if (!includes(tenancy.roles.labelWriters, user)) return undefined;
  return {
    labels: readNamespace(object).namespace.metadata.labels,
    old: readNamespace(oldObject).namespace.metadata.labels,
  };
}

/** Administrators may create any namespace with any labels. */
function judgeCreated(
  { user, name }: Attributes,
  { metadata }: Namespace,
  { tenancy }: NamespaceContext,
): readonly Violation[] {
  if (includes(tenancy.roles.labelWriters, user)) return [];
  const assigned = assignedTo(user, tenancy.assign);
  const called = metadata.name === '' ? name : metadata.name;
  const exempt = tenancy.exemptNamespaces.has(called);
  const unowned = !hasTenant(metadata.labels, tenancy) && !assigned.conflicts.has(tenancy.tenantLabel);
  return [
    ...judgeConflicts(assigned),
    ...violations(
      namespaceLabelJudge,
      'labels.protected',
      unassignedValueFindings(metadata.labels, assigned, tenancy),
    ),
    ...(exempt ? judgeExemptName(called) : unowned ? judgeUnassigned(tenancy) : []),
  ];
}

function judgeChanged(
  { user }: Attributes,
  { metadata }: Namespace,
  before: Namespace | undefined,
  { tenancy, contents }: NamespaceContext,
): readonly Violation[] {
  const { labels } = metadata;
  const old = before?.metadata.labels ?? new Map<string, string>();
  const told = (findings: ReturnType<typeof changedFindings>): readonly Violation[] =>
    violations(namespaceLabelJudge, 'labels.protected', findings);
  if (includes(tenancy.roles.labelWriters, user)) {
    return told(rewrittenFindings(labels, old, tenancy, contents));
  }
  const lost = hasTenant(old, tenancy) && !hasTenant(labels, tenancy);
  const exempt = tenancy.exemptNamespaces.has(metadata.name);
  return [
    ...told(changedFindings(labels, old, tenancy)),
    ...(lost && !exempt ? judgeUnassigned(tenancy) : []),
  ];
}

const purposes: readonly GuardedPurpose[] = ['network', 'address', 'configured'];

/** Some guarded annotations (address pools) are read from the Namespace, so all of them are guarded there too. */
function judgeAnnotations(
  { user }: Attributes,
  { metadata }: Namespace,
  before: Namespace | undefined,
  { guards, boundaries }: NamespaceContext,
): readonly Violation[] {
  if (includes(guards.annotationWriters, user)) return [];
  return boundaries.flatMap((boundary) =>
    purposes.flatMap((purpose) => {
      const action = actionFor(purpose, boundary);
      if (action === 'Allow') return [];
      const found = broughtBy(
        guardedFindings(metadata.annotations, guards, purpose),
        () => before && guardedFindings(before.metadata.annotations, guards, purpose),
      );
      return violations({ kind: 'Boundary', rule: boundary.name, action }, 'annotations.guarded', found);
    }),
  );
}
