/** Which kinds of policy are served and not guarded: those that are not sent to Bulkhead whenever they are written. */
import { describe, expect, test } from '@jest/globals';
import { unregisteredPolicyKinds } from '../../../src/admission/registration/policyKinds.ts';
import type { ServedKind } from '../../../src/admission/registration/policyKinds.ts';
import { otherPolicyKinds } from '../../../src/boundary/invariants/policies/otherPolicyKinds.ts';
import { worldOf } from '../scenario.ts';

const boundary = (more: string): string => `
apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata: {name: tenants${more.length}}
spec: {namespaceSelector: {matchLabels: {a: b}}, floor: {mode: Create}, ingress: []${more}}
`;
const guardrail = (operations: string, resources = 'openpolicies', group = 'example.com'): string => `
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: others}
spec:
  matchConstraints: {resourceRules: [{apiGroups: ['${group}'], apiVersions: ['*'], operations: [${operations}], resources: ['${resources}']}]}
  validations: [{expression: 'false'}]
`;
const kind = (name: string, group = 'example.com', resource = 'openpolicies'): ServedKind => ({
  group,
  kind: name,
  resource,
});
const told = (rules: string, ...served: readonly ServedKind[]): readonly string[] =>
  unregisteredPolicyKinds(worldOf(rules, '').rules, served).map((one) => one.kind);

describe('what is guarded', () => {
  test.each(otherPolicyKinds.map((one): [string, ServedKind] => [`${one.kind} (${one.group})`, one]))(
    '%s is, unless every Boundary allows other policies',
    (_name, one) => {
      expect(told(boundary(''), one)).toEqual([]);
      expect(told(`${boundary('')}---${boundary(', otherPolicies: Allow')}`, one)).toEqual([]);
      expect(told(boundary(', otherPolicies: Allow'), one)).toEqual([one.kind]);
    },
  );

  test('NetworkPolicy of Kubernetes itself is, with and without a Boundary', () => {
    const own = kind('NetworkPolicy', 'networking.k8s.io', 'networkpolicies');
    expect(told(boundary(''), own)).toEqual([]);
    expect(told('', own)).toEqual([]);
  });

  test.each<[string, string, readonly string[]]>([
    ['that matches creation and update is guarded', guardrail('CREATE, UPDATE'), []],
    ['that matches every operation is guarded', guardrail("'*'"), []],
    ['that matches all resources is guarded', guardrail("'*'", '*', '*'), []],
    ['that matches creation alone is not', guardrail('CREATE'), ['OpenNetworkPolicy']],
    ['that matches another resource is not', guardrail("'*'", 'others'), ['OpenNetworkPolicy']],
    ['that matches another group is not', guardrail("'*'", '*', 'example.org'), ['OpenNetworkPolicy']],
  ])('an unknown kind with a guardrail %s', (_which, rules, expected) => {
    expect(told(`${boundary('')}---${rules}`, kind('OpenNetworkPolicy'))).toEqual(expected);
  });
});

describe('what is named like a policy', () => {
  test.each([
    'OpenNetworkPolicy',
    'PolicyEndpoint',
    'NetworkExtraPolicy',
    'EgressFirewall',
    'NetworkFirewall',
    'CiliumEgressGatewayPolicy',
  ])('%s', (name) => {
    expect(told(boundary(''), kind(name))).toEqual([name]);
  });

  test.each(['AuthorizationPolicy', 'BackendTLSPolicy', 'ClusterPolicy', 'NetworkPolicyReport', 'Network'])(
    'not %s',
    (name) => {
      expect(told(boundary(''), kind(name))).toEqual([]);
    },
  );
});
