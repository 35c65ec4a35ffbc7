/** Protection of namespace labels as an admission policy (boundary/invariants/namespaces). */
import type { Rules } from '../../admission/rules.ts';
import type { Tenancy } from '../../boundary/invariants/context.ts';
import { all, any, isInGroup, isRequester, labelsOf, list, text } from './expression.ts';
import type { Backstop } from './policy.ts';

/** Who may set, change and remove protected labels, for everybody but administrators, whose changes hang on what the namespace holds. */
export function namespaceLabelBackstop({ tenancy }: Rules): Backstop {
  const { protectedLabels, tenantLabel, unassigned, exemptNamespaces } = tenancy;
  const keys = [...protectedLabels].sort();
  const created = '(request.operation == "CREATE")';
  const tenant = text(tenantLabel);
  const hasTenant = (labels: string): string =>
    `(${tenant} in variables.${labels} && variables.${labels}[${tenant}] != "")`;
  const isExempt = `variables.name in ${list([...exemptNamespaces].sort())}`;
  const lost = all('!' + created, `!(${isExempt})`, hasTenant('old'), '!' + hasTenant('labels'));
  const assignedTenant = assignedValues(tenantLabel, tenancy);
  const unowned = all(
    created,
    `!(${isExempt})`,
    '!' + hasTenant('labels'),
    `!(!(${tenant} in variables.labels) && ${assignedTenant}.exists(v, v != ""))`,
    `!${conflicts(tenantLabel, tenancy)}`,
  );
  return {
    name: 'bulkhead-namespace-labels',
    covers: `what anybody but an administrator does to the labels ${keys.join(', ')} of Namespaces, and which Namespaces they create (labels.protected, labels.assignment, namespace.unassigned, namespace.exempt)`,
    leaves:
      'changes by administrators, which hang on what the namespace holds; guarded annotations of Namespaces; names that were recorded for other labels',
    rules: [
      {
        groups: [''],
        resources: ['namespaces', 'namespaces/status', 'namespaces/finalize'],
        operations: ['CREATE', 'UPDATE'],
      },
    ],
    failurePolicy: 'Fail',
    variables: [
      { name: 'isWriter', expression: isRequester(tenancy.roles.labelWriters) },
      {
        name: 'name',
        expression:
          'has(object.metadata.name) ? object.metadata.name : (has(request.name) ? request.name : "")',
      },
      { name: 'labels', expression: labelsOf('object') },
      {
        name: 'old',
        expression: 'oldObject != null && has(oldObject.metadata.labels) ? oldObject.metadata.labels : {}',
      },
    ],
    validations: [
      ...keys.map((key) => ({
        expression: any(
          'variables.isWriter',
          `(${created} ? ${rightAtFirst(key, tenancy)} : ${unchanged(key)})`,
        ),
        message: `label ${key} is protected and only an administrator may write it`,
      })),
      ...assignedKeys(tenancy).map((key) => ({
        expression: any('variables.isWriter', `!${created}`, `!${conflicts(key, tenancy)}`),
        message: `you are in groups to which different values of label ${key} are assigned`,
      })),
      {
        expression: any('variables.isWriter', `!${created}`, `!(${isExempt})`),
        message: 'no boundary guards a namespace of that name, so only an administrator may create it',
      },
      ...(unassigned === 'Deny'
        ? [
            {
              expression: any('variables.isWriter', `!(${any(lost, unowned)})`),
              message: `the namespace has no label ${tenantLabel}, so no boundary would guard it`,
            },
          ]
        : []),
    ],
  };
}

/** The values that a requester's groups are assigned for a label, as a list. */
function assignedValues(key: string, { assign }: Tenancy): string {
  const parts = assign.flatMap(({ groups, labels }) => {
    const value = labels.get(key);
    return value === undefined ? [] : [`(${isInGroup(groups)} ? [${text(value)}] : [])`];
  });
  // A list of strings that holds none: an empty literal alone has no type.
  return parts.length === 0 ? '[""].filter(v, false)' : `(${parts.join(' + ')})`;
}

/** Every label that somebody is assigned. */
const assignedKeys = ({ assign }: Tenancy): readonly string[] =>
  [...new Set(assign.flatMap(({ labels }) => [...labels.keys()]))].sort();

/** Two assignments want different values. */
function conflicts(key: string, tenancy: Tenancy): string {
  const values = assignedValues(key, tenancy);
  return `${values}.exists(v, ${values}.exists(w, v != w))`;
}

/** A label of a new namespace: left out, which Bulkhead itself mends, or the value that is assigned. */
const rightAtFirst = (key: string, tenancy: Tenancy): string =>
  `(!(${text(key)} in variables.labels) || ${assignedValues(key, tenancy)}.exists(v, v == variables.labels[${text(key)}]))`;

const unchanged = (key: string): string =>
  `((${text(key)} in variables.labels) == (${text(key)} in variables.old) && (!(${text(key)} in variables.labels) || variables.labels[${text(key)}] == variables.old[${text(key)}]))`;
