/** What is sent so that authors of workloads are warned: nothing is lost where nobody answers. */
import type { Rules } from '../rules.ts';
import { workloads } from '../workloads.ts';
import { workloadConditions } from './conditions.ts';
import { entryName, everyNamespace, guardedSelector } from './entry.ts';
import type { Entry } from './entry.ts';

/** One entry, where anything is said of the pods that workloads make. */
export function workloadEntries(
  { ruleSet, tenancy, guardrails }: Rules,
  exempt: readonly string[],
): readonly Entry[] {
  const guards = guardrails.all.some(({ policy }) =>
    policy.constraints.rules.some(({ resources }) =>
      resources.some(({ resource }) => resource === 'pods' || resource === '*'),
    ),
  );
  if (ruleSet.boundaries.length === 0 && tenancy.protectedPodLabels.size === 0 && !guards) return [];
  const groups = [...new Set(workloads.map(({ group }) => group))].sort();
  return [
    {
      name: entryName('workloads'),
      namespaceSelector: guardedSelector(everyNamespace, exempt),
      rules: groups.map((group) => ({
        apiGroups: [group],
        apiVersions: ['v1'],
        operations: ['CREATE', 'UPDATE'],
        resources: workloads.filter((one) => one.group === group).map(({ resource }) => resource),
        scope: 'Namespaced',
      })),
      matchConditions: workloadConditions,
      failurePolicy: 'Ignore',
    },
  ];
}
