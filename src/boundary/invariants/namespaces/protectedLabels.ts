/** `labels.protected`: the namespace labels that Boundaries trust are written once, by administrators or by assignment. */
import type { Labels } from '../../../k8s/labelSelector.ts';
import { nameLabel } from '../../../k8s/namespaceFacts.ts';
import type { LiveContents, Tenancy } from '../context.ts';
import type { Finding, Judge } from '../finding.ts';
import { labelField } from '../labels.ts';
import { quoted, quotedKey } from '../text.ts';
import type { Assigned } from './assignment.ts';

/** Who finds these faults. */
export const namespaceLabelJudge: Judge = {
  kind: 'Configuration',
  rule: 'tenancy.protectedLabels',
  action: 'Deny',
};

/** The protected keys. The API server itself writes the name label, which cannot be forged, so that one is none of them. */
const protectedKeys = (tenancy: Tenancy): readonly string[] =>
  [...tenancy.protectedLabels].filter((key) => key !== nameLabel);

/** Protected labels of a new Namespace that are not what its creator, no administrator, was assigned. */
export function unassignedValueFindings(
  labels: Labels,
  assigned: Assigned,
  tenancy: Tenancy,
): readonly Finding[] {
  return protectedKeys(tenancy).flatMap((key) => {
    const value = labels.get(key);
    const right = assigned.labels.get(key);
    if (value === right || assigned.conflicts.has(key)) return [];
    const says = ((): string => {
      if (right === undefined) return 'only an administrator may set it; remove it or ask one';
      if (value === undefined) return `it is assigned to you as ${quoted(right)} and missing; set it`;
      return `it is assigned to you as ${quoted(right)}; set it to that or leave it out`;
    })();
    return [finding(key, () => `label ${quotedKey(key)} is protected and ${says}`)];
  });
}

/** Protected labels that an update by someone else than an administrator sets, changes or removes. */
export function changedFindings(labels: Labels, before: Labels, tenancy: Tenancy): readonly Finding[] {
  return changes(labels, before, tenancy).map(({ key, old }) =>
    finding(
      key,
      () =>
        `label ${quotedKey(key)} is protected and only an administrator may change it; keep it ${old === undefined ? 'absent' : quoted(old)}`,
    ),
  );
}

/** Protected labels that an administrator changes or removes while the namespace is not empty, or not known to be. A missing one may be added. */
export function rewrittenFindings(
  labels: Labels,
  before: Labels,
  tenancy: Tenancy,
  contents: LiveContents,
): readonly Finding[] {
  const empty = typeof contents === 'object' && contents.pods === 0 && contents.policies === 0;
  if (empty) return [];
  return changes(labels, before, tenancy)
    .filter(({ old }) => old !== undefined)
    .map(({ key, old }) =>
      finding(
        key,
        () =>
          `label ${quotedKey(key)} may be changed or removed only while the namespace is empty, and ${inWords(contents)}; keep it ${quoted(old ?? '')}`,
      ),
    );
}

/** Claims that a protected label is there that was missing. */
export const addsProtected = (labels: Labels, before: Labels, tenancy: Tenancy): boolean =>
  changes(labels, before, tenancy).some(({ old }) => old === undefined);

function changes(
  labels: Labels,
  before: Labels,
  tenancy: Tenancy,
): readonly { readonly key: string; readonly old: string | undefined }[] {
  return protectedKeys(tenancy).flatMap((key) => {
    const old = before.get(key);
    return labels.get(key) === old ? [] : [{ key, old }];
  });
}

function inWords(contents: LiveContents): string {
  if (typeof contents !== 'object') return 'what it holds could not be listed';
  return `it holds pods (${contents.pods}) or NetworkPolicies besides the floor (${contents.policies})`;
}

const finding = (key: string, message: () => string): Finding => ({
  identity: key,
  field: labelField(key),
  message,
});
