// Kinds of policy beside NetworkPolicy, on a real API server: refused in and about guarded namespaces, and a kind that nobody guards keeps a Boundary from being a proof.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { boundary, condition, home, withHome } from './home.ts';
import { stringAt } from '../../src/k8s/json.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';
import type { IdentityName } from '../cluster/identities.ts';
import type { Printed } from '../cluster/kubectl.ts';

const cluster = connect(readConnection(process.env));

/** As far as an API server cares: any object with a spec. */
const definition = (kind: string, plural: string, group: string, scope: 'Namespaced' | 'Cluster') => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `${plural}.${group}`,
    annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
  },
  spec: {
    group,
    scope,
    names: { kind, plural, singular: kind.toLowerCase() },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
});
const definitions = [
  definition('CiliumNetworkPolicy', 'ciliumnetworkpolicies', 'cilium.io', 'Namespaced'),
  definition('MultiNetworkPolicy', 'multi-networkpolicies', 'k8s.cni.cncf.io', 'Namespaced'),
  definition('AdminNetworkPolicy', 'adminnetworkpolicies', 'policy.networking.k8s.io', 'Cluster'),
  definition('GlobalNetworkPolicy', 'globalnetworkpolicies', 'crd.projectcalico.org', 'Cluster'),
  definition('OpenNetworkPolicy', 'opennetworkpolicies', 'others.example.com', 'Namespaced'),
];
const groups = definitions.map(({ spec }) => spec.group);
const role = 'other-policies-developer';
/** By RBAC developers may write all of them, so that a refusal is Bulkhead's. */
const rights = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: role },
    rules: [{ apiGroups: groups, resources: ['*'], verbs: ['*'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: role },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'team-payments' }],
  },
];
const list = { apiVersion: 'v1', kind: 'List', items: [...definitions, ...rights] };

// Before the replica looks at what is served for the first time.
beforeAll(async () => {
  const { code, stderr } = await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin: list });
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  for (const { metadata } of definitions) {
    const args = ['wait', '--for=condition=Established', `crd/${metadata.name}`, '--timeout=30s'];
    expect(await cluster.kubectl('admin', args)).toMatchObject({ code: 0 });
  }
});
const { apply, until } = withHome(1);
beforeAll(async () => {
  await cluster.createNamespace('others-guarded', { [home]: 'a' });
  await cluster.createNamespace('others-free');
  expect(await apply('admin', boundary('others', { ingress: [] }))).toMatchObject({ code: 0 });
});
afterAll(async () => {
  const { code, stderr } = await cluster.kubectl('admin', ['delete', '-f', '-'], { stdin: list });
  expect([code, stderr]).toEqual([0, expect.any(String)]);
});

const policy = (kind: string, group: string, spec: object = { open: true }): object => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name: 'way-out' },
  spec,
});
const cilium = policy('CiliumNetworkPolicy', 'cilium.io');
const write = (who: IdentityName, object: object, namespace?: string): Promise<Printed> =>
  apply(who, object, namespace);

describe('in and about guarded namespaces', () => {
  test.each([
    ['CiliumNetworkPolicy', 'cilium.io', 'namespace "others-guarded" is guarded'],
    ['MultiNetworkPolicy', 'k8s.cni.cncf.io', 'namespace "others-guarded" is guarded'],
    ['AdminNetworkPolicy', 'policy.networking.k8s.io', 'it is about guarded namespaces too'],
    ['GlobalNetworkPolicy', 'crd.projectcalico.org', 'it is about guarded namespaces too'],
  ])('a %s is refused, whoever writes it', async (kind, group, why) => {
    for (const who of ['dev-payments', 'admin'] as const) {
      const refused = await write(who, policy(kind, group), 'others-guarded');
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain(
        `${kind} (${group}) can allow what NetworkPolicies do not, and ${why}`,
      );
    }
  });

  test('elsewhere a CiliumNetworkPolicy is nobody’s business', async () => {
    expect(await write('dev-payments', cilium, 'others-free')).toMatchObject({ code: 0 });
  });
});

describe('a kind that is not known', () => {
  const proven = (claim: (message: string) => boolean): Promise<unknown> =>
    until('Proven tells', '/apis/bulkhead.dev/v1alpha1/boundaries/others', (object) => {
      const found = condition(object, 'Proven');
      return found !== undefined && claim(stringAt(found, 'message') ?? '');
    });
  const named = 'OpenNetworkPolicy (others.example.com) is served and not guarded';
  const guardrail = {
    apiVersion: 'bulkhead.dev/v1alpha1',
    kind: 'GuardrailPolicy',
    metadata: { name: 'others', annotations: { 'bulkhead.dev/confirm': 'others' } },
    spec: {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['others.example.com'],
            apiVersions: ['*'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['*'],
          },
        ],
      },
      validations: [{ expression: 'false', message: 'only NetworkPolicies here' }],
    },
  };

  test('keeps a Boundary from being proven, by name; the known ones do not', async () => {
    await proven((message) => message.includes(named) && !message.includes('Cilium'));
  });

  test('no longer does so once a guardrail is about it', async () => {
    expect(await apply('admin', guardrail)).toMatchObject({ code: 0 });
    await eventually('it is told', () => proven((message) => !message.includes(named)).then(() => true));
  });
});
