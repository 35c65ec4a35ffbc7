/** Which kinds are listed, and which served kinds are told. */
import { describe, expect, test } from '@jest/globals';
import { judgeServed, kindsToScan } from '../../../src/admission/scanning/kinds.ts';
import type { ServedKind } from '../../../src/admission/scanning/kinds.ts';
import { tenants, worldOf } from '../scenario.ts';

const kind = (
  group: string,
  version: string,
  name: string,
  resource: string,
  more: Partial<ServedKind> = {},
): ServedKind => ({
  group,
  version,
  kind: name,
  resource,
  namespaced: true,
  preferred: true,
  storable: true,
  ...more,
});

const cilium = kind('cilium.io', 'v2', 'CiliumNetworkPolicy', 'ciliumnetworkpolicies');
const service = kind('', 'v1', 'Service', 'services');
const deployment = kind('apps', 'v1', 'Deployment', 'deployments');
const mesh = kind('mesh.example', 'v1', 'MeshNetworkPolicy', 'meshnetworkpolicies');

const guardrail = (rule: string): string => `
---
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: g}
spec:
  matchConstraints: {resourceRules: [${rule}]}
  validations: [{expression: 'true'}]
`;

const chosen = (served: readonly ServedKind[], rules = tenants): readonly string[] =>
  kindsToScan(served, worldOf(rules).rules).map(
    ({ group, version, resource }) => `${group}/${version}/${resource}`,
  );

const always = ['/v1/namespaces', 'networking.k8s.io/v1/networkpolicies', '/v1/pods'];

describe('kinds to list', () => {
  test('Namespaces, NetworkPolicies and Pods always', () => {
    expect(chosen([])).toEqual(always);
  });

  test('other policy kinds that are served, at the version that the server prefers', () => {
    const older = { ...cilium, version: 'v2alpha1', preferred: false };
    expect(chosen([older, cilium, service])).toEqual([...always, 'cilium.io/v2/ciliumnetworkpolicies']);
  });

  test('no other policy kinds without a Boundary that could forbid them', () => {
    const rules = guardrail("{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}");
    expect(chosen([cilium], rules)).toEqual(always);
  });

  test.each([
    ['named', '{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}'],
    ['by a wildcard', "{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*']}"],
  ])('kinds that a guardrail is about: %s', (_how, rule) => {
    expect(chosen([deployment], `${tenants}${guardrail(rule)}`)).toContain('apps/v1/deployments');
  });

  test('the version that a guardrail names rather than the preferred one', () => {
    const next = { ...deployment, version: 'v2' };
    const rule = '{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}';
    const kinds = chosen([next, { ...deployment, preferred: false }], `${tenants}${guardrail(rule)}`);
    expect(kinds).toEqual([...always, 'apps/v1/deployments']);
  });

  test.each([
    [
      'of which nothing can be stored',
      { ...deployment, storable: false },
      'operations: [CREATE], resources: [deployments]',
    ],
    [
      'about whose subresources alone a guardrail is',
      deployment,
      'operations: [CREATE], resources: [deployments/scale]',
    ],
    [
      'about whose deletion alone a guardrail is',
      deployment,
      'operations: [DELETE], resources: [deployments]',
    ],
  ])('no kind %s', (_sentence, served, rule) => {
    const rules = `${tenants}${guardrail(`{apiGroups: [apps], apiVersions: [v1], ${rule}}`)}`;
    expect(chosen([served], rules)).toEqual(always);
  });
});

describe('served kinds that no Boundary keeps out', () => {
  const told = (served: readonly ServedKind[], rules = tenants): readonly string[] =>
    judgeServed(served, worldOf(rules).rules).map(
      ({ resource, violation }) => `${resource.name} ${violation.rule} ${violation.action}`,
    );

  test('a known kind that every Boundary denies is kept out', () => {
    expect(told([cilium, service])).toEqual([]);
  });

  test('a known kind that a Boundary allows is told, once for all its versions', () => {
    const rules = tenants.replace('floor: {mode: Create}', 'floor: {mode: Create}\n  otherPolicies: Allow');
    expect(told([cilium, { ...cilium, version: 'v3' }], rules)).toEqual([
      'ciliumnetworkpolicies.cilium.io tenants Warn',
    ]);
  });

  test('what is only named after a policy is not told', () => {
    const report = kind('mesh.example', 'v1', 'NetworkPolicyReport', 'networkpolicyreports');
    expect(told([report, kind('mesh.example', 'v1', 'EgressFirewall', 'egressfirewalls')])).toEqual([
      'egressfirewalls.mesh.example  Warn',
    ]);
  });

  test('an unknown kind with a telling name is told', () => {
    expect(told([mesh, kind('networking.k8s.io', 'v1', 'NetworkPolicy', 'networkpolicies')])).toEqual([
      'meshnetworkpolicies.mesh.example  Warn',
    ]);
  });
});
