/** Protection of pod labels as an admission policy: granted values, stamps, and what a Binding would write (boundary/invariants/pods). */
import type { Rules } from '../../admission/rules.ts';
import { all, any, isRequester, labelsOf, list, selects, text } from './expression.ts';
import { withSelector } from './floor.ts';
import { selectorOf } from './policy.ts';
import type { Backstop } from './policy.ts';

/** Undefined where no pod label is protected and none is stamped. */
export function podLabelBackstop({ tenancy, ruleSet }: Rules): Backstop | undefined {
  const keys = [...tenancy.protectedPodLabels].sort();
  if (keys.length === 0) return undefined;
  const stamped = ruleSet.boundaries.flatMap(({ selector, stampPods }) =>
    stampPods.map((key) => ({ key, selected: selects(selector, 'variables.space') })),
  );
  const is = (operation: string): string => `request.operation == ${text(operation)}`;
  const has = (key: string): string => `${text(key)} in variables.labels`;
  const value = (key: string): string => `variables.labels[${text(key)}]`;
  const inNamespace = (key: string): string => `variables.space[${text(key)}]`;
  const had = (key: string): string => `${text(key)} in variables.old`;
  const before = (key: string): string => `variables.old[${text(key)}]`;

  const granted = (key: string): string =>
    any(
      ...stamped
        .filter((stamp) => stamp.key === key)
        .map(({ selected }) =>
          all(selected, `${text(key)} in variables.space`, `${inNamespace(key)} == ${value(key)}`),
        ),
      ...tenancy.podLabelGrants.flatMap(({ namespaceSelector, labels }) => {
        const values = labels.get(key);
        if (values === undefined) return [];
        return [all(`${value(key)} in ${list(values)}`, selects(namespaceSelector, 'variables.space'))];
      }),
    );
  const asBefore = (key: string): string =>
    all(`(${has(key)}) == (${had(key)})`, any(`!(${has(key)})`, `${value(key)} == ${before(key)}`));
  const bound = any(
    '(has(request.subResource) && request.subResource == "binding")',
    'request.resource.resource == "bindings"',
  );
  return {
    name: 'bulkhead-pod-labels',
    covers: `the labels ${keys.join(', ')} of Pods, through every way to write them (labels.podProtected), and that they do not differ from what their namespace stamps (pods.stamp)`,
    leaves: 'stamps that a new Pod lacks, which Bulkhead adds itself; every other setting of Pods',
    rules: [
      {
        groups: [''],
        resources: ['pods', 'pods/status', 'pods/ephemeralcontainers', 'pods/resize'],
        operations: ['CREATE', 'UPDATE'],
      },
      { groups: [''], resources: ['pods/binding', 'bindings'], operations: ['CREATE', 'UPDATE'] },
    ],
    ...withSelector(selectorOf(undefined, tenancy.exemptNamespaces)),
    failurePolicy: 'Fail',
    variables: [
      { name: 'isWriter', expression: isRequester(tenancy.roles.labelWriters) },
      { name: 'binds', expression: bound },
      { name: 'labels', expression: labelsOf('object') },
      {
        name: 'old',
        expression: 'oldObject != null && has(oldObject.metadata.labels) ? oldObject.metadata.labels : {}',
      },
      { name: 'space', expression: labelsOf('namespaceObject') },
    ],
    validations: [
      ...keys.map((key) => ({
        expression: any(
          'variables.isWriter',
          `(variables.binds ? !(${has(key)}) : (${is('CREATE')} ? ${any(`!(${has(key)})`, granted(key))} : ${asBefore(key)}))`,
        ),
        message: `label ${key} is protected: pods carry only a value that is granted to their namespace, and keep it`,
      })),
      ...stamped.map(({ key, selected }) => ({
        expression: any(
          'variables.binds',
          `!${selected}`,
          `!(${text(key)} in variables.space)`,
          `(${has(key)} ? ${any(
            `${value(key)} == ${inNamespace(key)}`,
            all(is('UPDATE'), had(key), `${before(key)} == ${value(key)}`),
          )} : ${any(is('CREATE'), `!(${had(key)})`)})`,
        ),
        message: `label ${key} of a pod must be that of its namespace`,
      })),
    ],
  };
}
