/** Whose a Namespace is: `namespace.unassigned` where it has no tenant, `namespace.exempt` where no Boundary would ever select it. */
import type { Labels } from '../../../k8s/labelSelector.ts';
import type { Violation } from '../../../k8s/violation.ts';
import type { Tenancy } from '../context.ts';
import { violation } from '../finding.ts';
import { labelField } from '../labels.ts';
import { quoted, quotedKey } from '../text.ts';

/** Claims that labels name a tenant; an empty value names none. */
export const hasTenant = (labels: Labels, { tenantLabel }: Tenancy): boolean =>
  (labels.get(tenantLabel) ?? '') !== '';

/** A Namespace that is created without a tenant label, or loses it, as the configuration's `unassigned` has it. */
export function judgeUnassigned({ tenantLabel, unassigned }: Tenancy): readonly Violation[] {
  if (unassigned === 'Allow') return [];
  const judge = { kind: 'Configuration', rule: 'tenancy.unassigned', action: unassigned } as const;
  const message = (): string =>
    `the namespace has no label ${quotedKey(tenantLabel)}, so no boundary would guard it; ask an administrator to create it or to assign the label to your group`;
  return [violation(judge, 'namespace.unassigned', { field: labelField(tenantLabel), message })];
}

/** An exempt name that is free would be a namespace without any boundary for whoever takes it first. */
export function judgeExemptName(name: string): readonly Violation[] {
  const judge = { kind: 'Configuration', rule: 'tenancy.exemptNamespaces', action: 'Deny' } as const;
  const message = (): string =>
    `no boundary guards a namespace named ${quoted(name)}, so only an administrator may create it; choose another name`;
  return [violation(judge, 'namespace.exempt', { field: '/metadata/name', message })];
}
