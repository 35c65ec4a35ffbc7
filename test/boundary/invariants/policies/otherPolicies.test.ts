/** Other policy kinds: which ones are known, and when writing one is denied. */
import { describe, expect, test } from '@jest/globals';
import { judgeOtherPolicy } from '../../../../src/boundary/invariants/policies/otherPolicies.ts';
import {
  otherPolicyKindOf,
  otherPolicyKinds,
} from '../../../../src/boundary/invariants/policies/otherPolicyKinds.ts';
import { admin, boundary, policyRequest } from '../scene.ts';

const cilium = policyRequest({
  group: 'cilium.io',
  kind: 'CiliumNetworkPolicy',
  resource: 'ciliumnetworkpolicies',
  object: { metadata: { name: 'x' }, spec: { ingress: [{}] } },
});
const judged = (change: object, boundaries = [boundary()]): readonly string[] =>
  judgeOtherPolicy({ ...cilium, ...change }, boundaries).map(
    ({ action, code, rule }) => `${action} ${code} ${rule}`,
  );
const denied = ['Deny otherPolicies.kind tenants'];

describe('the kinds', () => {
  test.each([
    ['cilium.io', 'CiliumNetworkPolicy', 'Namespaced'],
    ['cilium.io', 'CiliumClusterwideNetworkPolicy', 'Cluster'],
    ['crd.projectcalico.org', 'NetworkPolicy', 'Namespaced'],
    ['projectcalico.org', 'NetworkPolicy', 'Namespaced'],
    ['projectcalico.org', 'GlobalNetworkPolicy', 'Cluster'],
    ['crd.projectcalico.org', 'StagedNetworkPolicy', 'Namespaced'],
    ['crd.projectcalico.org', 'StagedKubernetesNetworkPolicy', 'Namespaced'],
    ['projectcalico.org', 'StagedGlobalNetworkPolicy', 'Cluster'],
    ['crd.antrea.io', 'NetworkPolicy', 'Namespaced'],
    ['crd.antrea.io', 'ClusterNetworkPolicy', 'Cluster'],
    ['k8s.ovn.org', 'EgressFirewall', 'Namespaced'],
    ['policy.networking.k8s.io', 'AdminNetworkPolicy', 'Cluster'],
    ['policy.networking.k8s.io', 'BaselineAdminNetworkPolicy', 'Cluster'],
    ['policy.networking.k8s.io', 'ClusterNetworkPolicy', 'Cluster'],
    ['k8s.cni.cncf.io', 'MultiNetworkPolicy', 'Namespaced'],
  ])('%s %s is %s', (group, kind, scope) => {
    expect(otherPolicyKindOf({ group, kind, resource: '' })?.scope).toBe(scope);
  });

  test.each([
    ['networking.k8s.io', 'NetworkPolicy', 'networkpolicies'],
    ['cilium.io', 'CiliumEndpoint', 'ciliumendpoints'],
    ['crd.projectcalico.org', 'IPPool', 'ippools'],
    ['', 'Pod', 'pods'],
  ])('%s %s is none', (group, kind, resource) => {
    expect(otherPolicyKindOf({ group, kind, resource })).toBeUndefined();
    expect(judged({ group, kind, resource })).toEqual([]);
  });

  test('is listed once, and never one that is decided here', () => {
    const names = otherPolicyKinds.map(({ group, resource }) => `${resource}.${group}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain('networkpolicies.networking.k8s.io');
    expect(names.filter((name) => !/^[a-z-]+\.[a-z0-9.]+$/.test(name))).toEqual([]);
  });
});

describe('judged', () => {
  const old = { metadata: { name: 'x', finalizers: ['a'] }, spec: { ingress: [{}] }, status: {} };
  test.each([
    ['a new one', {}, denied],
    ['by an administrator too', { user: admin }, denied],
    ['known by its resource alone', { kind: 'Whatever' }, denied],
    ['a deletion', { operation: 'DELETE', object: null, oldObject: old }, []],
    [
      'an update of metadata and status',
      { operation: 'UPDATE', oldObject: old, object: { ...old, metadata: {}, status: { ok: true } } },
      [],
    ],
    [
      'an update of the spec',
      { operation: 'UPDATE', oldObject: old, object: { ...old, spec: { ingress: [] } } },
      denied,
    ],
    [
      'an update of the specs beside it',
      { operation: 'UPDATE', oldObject: old, object: { ...old, specs: [{ ingress: [{}] }] } },
      denied,
    ],
    ['an update without its old object', { operation: 'UPDATE', object: old }, denied],
    ['its status', { operation: 'UPDATE', subresource: 'status', oldObject: old, object: {} }, []],
  ])('%s', (_says, change, expected) => {
    expect(judged(change)).toEqual(expected);
  });

  test.each([
    ['in an unguarded namespace', [], []],
    ['where the boundary allows them', [boundary({ otherPolicies: 'Allow' })], []],
    [
      'where boundaries differ',
      [
        boundary({ name: 'a', otherPolicies: 'Audit' }),
        boundary({ name: 'b', otherPolicies: 'Warn' }),
        boundary({ name: 'c', otherPolicies: 'Allow' }),
        boundary(),
      ],
      ['Audit otherPolicies.kind a', 'Warn otherPolicies.kind b', ...denied],
    ],
  ])('%s', (_says, boundaries, expected) => {
    expect(judged({}, boundaries)).toEqual(expected);
  });

  test('a cluster-scoped kind is about every guarded namespace', () => {
    const change = {
      kind: 'CiliumClusterwideNetworkPolicy',
      resource: 'ciliumclusterwidenetworkpolicies',
      namespace: '',
    };
    expect(judged(change)).toEqual(denied);
    const [violation] = judgeOtherPolicy({ ...cilium, ...change }, [boundary()]);
    expect(violation?.message).toBe(
      'CiliumClusterwideNetworkPolicy (cilium.io) can allow what NetworkPolicies do not, and it is about guarded namespaces too; use networking.k8s.io/v1 NetworkPolicy',
    );
  });
});
