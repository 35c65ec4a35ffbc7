/** The entries of both configurations, by the rules in force: everything that is judged or changed is sent, and little else. */
import type { Boundary } from '../../boundary/boundary.ts';
import { otherPolicyKinds } from '../../boundary/invariants/policies/otherPolicyKinds.ts';
import type { Rules } from '../rules.ts';
import { elsewhereConditions, guardedConditions, namespaceConditions } from './conditions.ts';
import { boundaryEntryName, entryName, everyNamespace, guardedSelector } from './entry.ts';
import type { Entry, SentOperation, SentRule } from './entry.ts';
import { mutatedByGuardrails, validatedByGuardrails } from './guardrailEntries.ts';
import { workloadEntries } from './workloadEntries.ts';

const sent = (
  group: string,
  operations: readonly SentOperation[],
  resources: readonly string[],
  scope: SentRule['scope'] = 'Namespaced',
): SentRule => ({ apiGroups: [group], apiVersions: ['v1'], operations, resources, scope });

const podResources = [
  'pods',
  'pods/ephemeralcontainers',
  'pods/resize',
  'pods/status',
  'pods/binding',
  'bindings',
];
const writes = ['CREATE', 'UPDATE'] as const;
const podWrites = sent('', writes, podResources);
const networking = 'networking.k8s.io';

/**
 * With more Boundaries than this one entry stands for all of them and covers every namespace that is not exempt: the API server looks at every entry
 * for every request, and each one that matches is a call of its own.
 */
export const mostBoundaryEntries = 50;

/** Bulkhead's own kinds: rules that cannot be in force are refused before they are stored. */
const ownKinds: SentRule = {
  apiGroups: ['bulkhead.dev'],
  apiVersions: ['*'],
  operations: [...writes, 'DELETE'],
  resources: ['boundaries', 'guardrailpolicies', 'namespacerecords'],
  scope: 'Cluster',
};

/** Exceptions, and what approvers write into their status. */
const exceptions: SentRule = {
  apiGroups: ['bulkhead.dev'],
  apiVersions: ['*'],
  operations: writes,
  resources: ['guardrailexceptions', 'guardrailexceptions/status'],
  scope: 'Namespaced',
};

/** What `/validate` is asked. */
export function validatingEntries(rules: Rules, exempt: readonly string[]): readonly Entry[] {
  const { ruleSet, tenancy, guards } = rules;
  const { boundaries } = ruleSet;
  const everywhere = guardedSelector(everyNamespace, exempt);
  const guarded = {
    rules: [podWrites, sent(networking, writes, ['networkpolicies'])],
    matchConditions: guardedConditions(tenancy, guards),
  };
  const floor = sent(networking, [...writes, 'DELETE'], ['networkpolicies']);
  const labels = tenancy.protectedPodLabels.size === 0 ? [] : [podWrites];
  return [
    ...byBoundary(boundaries, exempt).map((entry) => ({ ...entry, ...guarded })),
    {
      name: entryName('elsewhere'),
      namespaceSelector: everywhere,
      rules: [...labels, floor],
      matchConditions: elsewhereConditions(tenancy),
    },
    {
      name: entryName('namespaces'),
      rules: [sent('', writes, ['namespaces', 'namespaces/status', 'namespaces/finalize'], 'Cluster')],
      matchConditions: namespaceConditions,
    },
    {
      name: entryName('own-kinds'),
      rules: [ownKinds, exceptions],
      matchConditions: [],
    },
    ...(boundaries.every(({ otherPolicies }) => otherPolicies === 'Allow')
      ? []
      : [
          {
            name: entryName('other-policies'),
            namespaceSelector: everywhere,
            rules: otherPolicyRules(),
            matchConditions: [],
          },
        ]),
    ...validatedByGuardrails(rules, exempt),
    ...workloadEntries(rules, exempt),
  ];
}

/** What `/mutate` is asked: only where something may have to be written. */
export function mutatingEntries(rules: Rules, exempt: readonly string[]): readonly Entry[] {
  const { ruleSet, tenancy } = rules;
  const { boundaries } = ruleSet;
  const merged = boundaries.length > mostBoundaryEntries;
  const perBoundary = byBoundary(boundaries, exempt).flatMap((entry) => {
    const meant = merged ? boundaries : boundaries.filter((one) => boundaryEntryName(one) === entry.name);
    const rules = changes(meant);
    return rules.length === 0 ? [] : [{ ...entry, rules, matchConditions: [] }];
  });
  const assigned: Entry = {
    name: entryName('namespaces'),
    rules: [sent('', ['CREATE'], ['namespaces'], 'Cluster')],
    matchConditions: [],
  };
  return [
    ...perBoundary,
    ...(tenancy.assign.length === 0 ? [] : [assigned]),
    { name: entryName('own-kinds'), rules: [exceptions], matchConditions: [] },
    ...mutatedByGuardrails(rules, exempt),
  ];
}

/**
 * What these Boundaries write: drops, stamps and gates on new pods, drops on new ephemeral containers; and policies, which are narrowed, or marked where
 * an exception lets them in.
 */
function changes(boundaries: readonly Boundary[]): readonly SentRule[] {
  const drops = boundaries.some(({ pods }) => pods.rawSockets === 'Drop');
  const stamps = boundaries.some(({ stampPods }) => stampPods.length > 0);
  const gates = boundaries.some(({ pods }) => pods.beforeFloor === 'Gate');
  return [
    ...(drops || stamps || gates ? [sent('', ['CREATE'], ['pods'])] : []),
    ...(drops ? [sent('', ['UPDATE'], ['pods/ephemeralcontainers'])] : []),
    sent(networking, writes, ['networkpolicies']),
  ];
}

/** One entry a Boundary, by its own selector: the API server itself then decides who is guarded. */
function byBoundary(
  boundaries: readonly Boundary[],
  exempt: readonly string[],
): readonly Pick<Entry, 'name' | 'namespaceSelector'>[] {
  if (boundaries.length > mostBoundaryEntries) {
    return [
      { name: entryName('all.boundaries'), namespaceSelector: guardedSelector(everyNamespace, exempt) },
    ];
  }
  return boundaries.map((boundary) => ({
    name: boundaryEntryName(boundary),
    namespaceSelector: guardedSelector(boundary.selector, exempt),
  }));
}

function otherPolicyRules(): readonly SentRule[] {
  const groups = new Map<string, string[]>();
  for (const { group, resource } of otherPolicyKinds)
    groups.set(group, [...(groups.get(group) ?? []), resource]);
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, resources]) => ({
      apiGroups: [group],
      apiVersions: ['*'],
      operations: writes,
      resources: resources.sort(),
      scope: '*',
    }));
}
