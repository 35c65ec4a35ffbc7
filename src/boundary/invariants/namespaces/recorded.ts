/** `namespace.recorded`: the name of a namespace is written once too; whoever takes it again must take the labels that it was recorded with. */
import type { Labels } from '../../../k8s/labelSelector.ts';
import type { Violation } from '../../../k8s/violation.ts';
import type { Tenancy } from '../context.ts';
import { violation } from '../finding.ts';
import { labelField } from '../labels.ts';
import { quoted, quotedKey } from '../text.ts';

const judge = { kind: 'Configuration', rule: 'tenancy.protectedLabels', action: 'Deny' } as const;

/**
 * Judges the labels of a new Namespace by what its name is recorded with, whoever creates it: others may trust the name. Keys that are no longer
 * protected are free. Where the record cannot be read, nothing is known of the name and it is refused.
 */
export function judgeRecorded(
  labels: Labels,
  recorded: Labels | 'none' | 'unavailable',
  tenancy: Tenancy,
): readonly Violation[] {
  if (recorded === 'none') return [];
  if (recorded === 'unavailable') {
    const message = (): string =>
      'whether the name belonged to somebody else could not be looked up; try again, and see that Bulkhead may read namespacerecords';
    return [violation(judge, 'namespace.recorded', { field: '/metadata/name', message })];
  }
  return [...recorded]
    .filter(([key, value]) => tenancy.protectedLabels.has(key) && labels.get(key) !== value)
    .map(([key, value]) =>
      violation(judge, 'namespace.recorded', {
        field: labelField(key),
        message: () =>
          `the name belonged to a namespace with ${quotedKey(key)} ${quoted(value)}; choose another name or that label, or let an administrator forget it (bulkhead adopt --forget NAME)`,
      }),
    );
}
