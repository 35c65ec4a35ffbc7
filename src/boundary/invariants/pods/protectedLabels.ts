/** `labels.podProtected`: pod labels that other namespaces' rules trust are worn only where they were granted. */
import { selects } from '../../../k8s/labelSelector.ts';
import type { Labels } from '../../../k8s/labelSelector.ts';
import { nameLabel } from '../../../k8s/namespaceFacts.ts';
import type { NamespaceFacts } from '../../../k8s/namespaceFacts.ts';
import type { NamespacedContext, Tenancy } from '../context.ts';
import type { Finding, Judge } from '../finding.ts';
import { labelField } from '../labels.ts';
import { quoted, quotedKey } from '../text.ts';
import { stampsOf } from './stamps.ts';

/** Who finds these faults: the configuration, in every namespace that is not exempt. */
export const podLabelJudge: Judge = {
  kind: 'Configuration',
  rule: 'tenancy.protectedPodLabels',
  action: 'Deny',
};

/** Protected labels of a new Pod whose value neither a grant nor a stamp gives to pods of its namespace. */
export function ungrantedFindings(labels: Labels, context: NamespacedContext): readonly Finding[] {
  const { tenancy, namespace, boundaries } = context;
  const stamps = stampsOf(boundaries, namespace);
  return carried(labels, tenancy).flatMap(([key, value]) => {
    if (stamps.get(key) === value || grants(tenancy, namespace, key, value)) return [];
    return [
      {
        identity: key,
        field: labelField(key),
        message: () =>
          `label ${quotedKey(key)} is protected and ${quoted(value)} is not granted to pods of namespace ${quoted(namespace.name)}; remove it, or ask an administrator for a grant (tenancy.podLabelGrants)`,
      },
    ];
  });
}

/** Protected labels that differ from those of the stored Pod. */
export function changedFindings(labels: Labels, before: Labels, tenancy: Tenancy): readonly Finding[] {
  return [...tenancy.protectedPodLabels].flatMap((key) => {
    const value = labels.get(key);
    const old = before.get(key);
    if (value === old) return [];
    const change = old === undefined ? 'is added' : value === undefined ? 'is removed' : 'is changed';
    return [
      {
        identity: key,
        field: labelField(key),
        message: () =>
          `protected label ${quotedKey(key)} ${change} on a stored pod, which only an administrator may do; keep it ${old === undefined ? 'absent' : quoted(old)}`,
      },
    ];
  });
}

/** Protected labels that a Binding would write onto the Pod it binds. */
export function boundFindings(labels: Labels, tenancy: Tenancy): readonly Finding[] {
  return carried(labels, tenancy).map(([key]) => ({
    identity: key,
    field: labelField(key),
    message: () =>
      `the binding would write protected label ${quotedKey(key)} onto the pod, which only an administrator may do; remove it from the Binding`,
  }));
}

function carried(labels: Labels, tenancy: Tenancy): readonly (readonly [string, string])[] {
  return [...tenancy.protectedPodLabels].flatMap((key) => {
    const value = labels.get(key);
    return value === undefined ? [] : [[key, value] as const];
  });
}

/** Claims that some grant lets pods of that namespace carry that value. */
function grants(tenancy: Tenancy, namespace: NamespaceFacts, key: string, value: string): boolean {
  const facts = new Map(namespace.labels).set(nameLabel, namespace.name);
  return tenancy.podLabelGrants.some(
    (grant) => grant.labels.get(key)?.includes(value) === true && selects(grant.namespaceSelector, facts),
  );
}
