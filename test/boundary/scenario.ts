/** Boundaries, a cluster and namespaces around one policy, read from plain data as people write it. */
import { readSchema } from '../../src/config/readSchema.ts';
import type { Read } from '../../src/config/issue.ts';
import { describe as describeIssue } from '../../src/config/issue.ts';
import type { NamespaceFacts, NamespaceLookup } from '../../src/k8s/namespaceFacts.ts';
import type { NetworkPolicy } from '../../src/k8s/networkPolicy.ts';
import { Decoder } from '../../src/k8s/decoder.ts';
import { decodeSelector } from '../../src/k8s/labelSelector.ts';
import { decodeNetworkPolicy } from '../../src/k8s/networkPolicyDecode.ts';
import { decodeBoundary } from '../../src/boundary/boundary.ts';
import type { Boundary } from '../../src/boundary/boundary.ts';
import type { ExceptionFlows } from '../../src/boundary/exceptionFlows.ts';
import { decodeBothWays } from '../../src/boundary/limitRule.ts';
import { settingOf } from '../../src/boundary/judge.ts';
import type { PolicyWorld } from '../../src/boundary/judge.ts';
import type { Limit } from '../../src/boundary/limit.ts';
import type { PolicySetting } from '../../src/boundary/policyFlows.ts';
import { RuleSet } from '../../src/boundary/ruleSet.ts';
import { boundarySchema } from '../../src/boundary/schema.ts';
import { compileSurroundings } from '../../src/boundary/surroundings.ts';
import type { ClusterSettings, Surroundings } from '../../src/boundary/surroundings.ts';

import type { Case } from './arbitraries.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What was read, or every mistake as an error: test data must be sound. */
export function soundly<T>(read: Read<T>): T {
  if (!read.ok) throw new Error(read.issues.map(describeIssue).join('\n'));
  return read.value;
}

export const testCluster: ClusterSettings = {
  podCIDRs: ['10.244.0.0/16', 'fd00:244::/64'],
  serviceCIDRs: ['10.96.0.0/12'],
  nodeCIDRs: ['192.168.0.0/24', '192.168.1.0/24'],
  nat64: ['64:ff9b::/96'],
  sixToFour: true,
  apiServer: { cidrs: ['192.168.0.2/32', '203.0.113.7/32'], ports: ['TCP/6443'] },
  dns: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
    { ipBlock: '169.254.20.10/32', ports: ['UDP/53', 'TCP/53'] },
  ],
};

export const unknownCluster: ClusterSettings = {
  ...testCluster,
  podCIDRs: [],
  serviceCIDRs: [],
  nodeCIDRs: [],
  nat64: [],
  sixToFour: false,
};

export const facts = (name: string, labels: { readonly [key: string]: string } = {}): NamespaceFacts => ({
  name,
  labels: new Map(Object.entries(labels)),
  terminating: false,
});

export function boundary(name: string, spec: { readonly [key: string]: Json }): Boundary {
  const document = {
    apiVersion: 'bulkhead.dev/v1alpha1',
    kind: 'Boundary',
    metadata: { name },
    spec: { namespaceSelector: {}, floor: { mode: 'Create' }, ...spec },
  };
  return soundly(decodeBoundary(soundly(readSchema(boundarySchema, document))));
}

export const policy = (spec: Json, namespace = 'own', name = 'p'): NetworkPolicy =>
  soundly(decodeNetworkPolicy({ metadata: { name, namespace }, spec }, { strict: false }));

/** An exception as people write it; `boundaries` are those that it widens. */
export interface WrittenException {
  readonly name: string;
  readonly boundaries: readonly string[];
  readonly pods?: Json;
  readonly allow: Json;
  readonly state?: ExceptionFlows['state'];
}

export function exception({
  name,
  boundaries,
  pods,
  allow,
  state = 'active',
}: WrittenException): ExceptionFlows {
  const decoder = new Decoder();
  const read = {
    name,
    boundaries,
    ...(pods === undefined ? {} : { pods: decodeSelector(decoder, pods, '/spec/subjects/podSelector') }),
    allow: decodeBothWays(decoder, allow, '/spec/allow'),
    state,
  };
  if (decoder.issues.length > 0) throw new Error(decoder.issues.map(describeIssue).join('\n'));
  return read;
}

/** Everything that a policy in `own` is judged by. */
export interface Scenario {
  readonly boundaries: readonly Boundary[];
  readonly exceptions: readonly ExceptionFlows[];
  readonly own: NamespaceFacts;
  readonly cluster: ClusterSettings;
  readonly surroundings: Surroundings;
  readonly ruleSet: RuleSet;
  readonly world: PolicyWorld;
  readonly setting: PolicySetting;
  readonly limits: readonly Limit[];
  readonly live: readonly NamespaceFacts[];
  readonly protectedKeys: ReadonlySet<string>;
  readonly exempt: ReadonlySet<string>;
}

const knownSurroundings = new WeakMap<ClusterSettings, Surroundings>();

/** Compiled once: ten thousand cases share two clusters. */
function surroundingsOf(cluster: ClusterSettings): Surroundings {
  const known = knownSurroundings.get(cluster) ?? soundly(compileSurroundings(cluster));
  knownSurroundings.set(cluster, known);
  return known;
}

export function scenario(
  boundaries: readonly Boundary[],
  own: NamespaceFacts,
  others: readonly NamespaceFacts[],
  cluster: ClusterSettings = testCluster,
  exceptions: readonly ExceptionFlows[] = [],
): Scenario {
  const surroundings = surroundingsOf(cluster);
  const exempt = new Set(['kube-system']);
  const ruleSet = new RuleSet(boundaries, {
    surroundings,
    protectedLabels: ['tenant', 'env'],
    exemptNamespaces: exempt,
  });
  const live = [own, ...others];
  const lookup: NamespaceLookup = (name) => live.find((one) => one.name === name) ?? 'absent';
  const world: PolicyWorld = { ruleSet, lookup, known: () => live, exceptions };
  return {
    boundaries,
    exceptions,
    own,
    cluster,
    surroundings,
    ruleSet,
    world,
    setting: settingOf(own, world),
    limits: ruleSet.guardOf(own, exceptions).limits,
    live,
    protectedKeys: ruleSet.protectedKeys,
    exempt,
  };
}

/** Namespaces beside the guarded one in every random case. */
const others = [
  facts('other-a', { tenant: 'a', env: 'dev' }),
  facts('other-b', { tenant: 'b', env: 'prod', team: 'y' }),
  facts('kube-system', { team: 'x' }),
];

/** The scenario of a random case. */
export const caseScenario = ({ boundaries, exceptions, labels, knownCluster }: Case): Scenario =>
  scenario(
    boundaries.map((spec, index) => boundary(`b${index}`, spec)),
    facts('own', labels),
    others,
    knownCluster ? testCluster : unknownCluster,
    exceptions.map((one, index) => exception({ name: `own/e${index}`, ...one })),
  );
