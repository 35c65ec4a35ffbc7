/** Assignments: the labels that a namespace gets because of who creates it (`tenancy.assign`). */
import type { UserInfo } from '../../../k8s/attributes.ts';
import type { Labels } from '../../../k8s/labelSelector.ts';
import type { Violation } from '../../../k8s/violation.ts';
import type { Assignment } from '../context.ts';
import { violations } from '../finding.ts';
import type { Judge } from '../finding.ts';
import { labelField } from '../labels.ts';
import { quotedKey } from '../text.ts';

export interface Assigned {
  /** Labels on which every matching assignment agrees. */
  readonly labels: Labels;
  /** Keys for which two matching assignments want different values. */
  readonly conflicts: ReadonlySet<string>;
}

/** What the assignments that match one of the user's groups say together. */
export function assignedTo(user: UserInfo, assignments: readonly Assignment[]): Assigned {
  const labels = new Map<string, string>();
  const conflicts = new Set<string>();
  for (const assignment of assignments) {
    if (!assignment.groups.some((group) => user.groups.includes(group))) continue;
    for (const [key, value] of assignment.labels) {
      if (labels.has(key) && labels.get(key) !== value) conflicts.add(key);
      labels.set(key, value);
    }
  }
  for (const key of conflicts) labels.delete(key);
  return { labels, conflicts };
}

const assignmentJudge: Judge = { kind: 'Configuration', rule: 'tenancy.assign', action: 'Deny' };

/** A creator to whom two values of one label are assigned gets none of them: an administrator must say which is meant. */
export const judgeConflicts = ({ conflicts }: Assigned): readonly Violation[] =>
  violations(
    assignmentJudge,
    'labels.assignment',
    [...conflicts].map((key) => ({
      identity: key,
      field: labelField(key),
      message: () =>
        `you are in groups to which different values of label ${quotedKey(key)} are assigned; ask an administrator to create the namespace`,
    })),
  );
