/** The entries of both configurations, by the rules in force: everything that is judged or changed is sent, and little else. */
import type { Boundary } from '../../boundary/boundary.ts';
import { otherPolicyKinds } from '../../boundary/invariants/policies/otherPolicyKinds.ts';
import type { Rules } from '../rules.ts';
import { elsewhereConditions, guardedConditions, namespaceConditions } from './conditions.ts';
import { boundaryEntryName, entryName, everyNamespace, formerEntryName, guardedSelector } from './entry.ts';
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
    ...byBoundary(boundaries, exempt).map(({ named }) => ({ ...named, ...guarded })),
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
  const perBoundary = byBoundary(boundaries, exempt).flatMap(({ of, named }) => {
    const rules = changes(of === undefined ? boundaries : boundaries.filter(({ name }) => name === of));
    return rules.length === 0 ? [] : [{ ...named, rules, matchConditions: [] }];
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
function byBoundary(boundaries: readonly Boundary[], exempt: readonly string[]): readonly GuardedEntry[] {
  if (boundaries.filter(({ superseded }) => superseded !== true).length > mostBoundaryEntries) {
    const namespaceSelector = guardedSelector(everyNamespace, exempt);
    return [{ named: { name: entryName('all.boundaries'), namespaceSelector } }];
  }
  const entries = new Map<string, GuardedEntry>();
  for (const boundary of boundaries) {
    const namespaceSelector = guardedSelector(boundary.selector, exempt);
    const usual = boundaryEntryName(boundary);
    const known = entries.get(usual)?.named.namespaceSelector;
    // What was replaced comes after what replaced it, and needs an entry of its own only where it selects others.
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(namespaceSelector)) continue;
    const name = known === undefined ? usual : formerEntryName(boundary.name, namespaceSelector);
    entries.set(name, { named: { name, namespaceSelector }, of: boundary.name });
  }
  return [...entries.values()];
}

interface GuardedEntry {
  readonly named: Pick<Entry, 'name' | 'namespaceSelector'>;
  /** The Boundary; absent where it is for all. */
  readonly of?: string;
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
