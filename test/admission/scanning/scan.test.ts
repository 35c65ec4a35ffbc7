/** What is found in stored objects: what admission would refuse, and nothing that only says who wrote it. */
import { describe, expect, test } from '@jest/globals';
import { namespaces, tenants } from '../scenario.ts';
import { codes, floor, scanned } from './scanned.ts';

const floors = `${floor('payments')}${floor('orders')}`;

const policy = (name: string, spec: string, namespace = 'payments'): string => `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
`;

const pod = (spec: string, metadata = ''): string => `
---
apiVersion: v1
kind: Pod
metadata: {name: app, namespace: payments${metadata}}
spec: ${spec}
`;

const dropped = 'containers: [{name: c, image: i, securityContext: {capabilities: {drop: [ALL]}}}]';

const namespace = (name: string, labels: string): string => `
---
apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: ${labels}}
`;

describe('an object', () => {
  test.each([
    [
      'a policy inside its boundary is fine',
      policy('in', '{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}'),
      [],
    ],
    [
      'a policy outside its boundary is found, with each limit that it breaks',
      policy('out', '{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}'),
      ['boundary.egress Deny', 'boundary.never Deny'],
    ],
    ['a pod on the guarded network is fine', pod(`{${dropped}}`), []],
    [
      'a pod is judged as it is stored, without what Bulkhead would have added',
      pod('{containers: [{name: c, image: i}]}'),
      ['pods.rawSockets Deny'],
    ],
    [
      'a pod on the network of its node is found',
      pod(`{hostNetwork: true, ${dropped}}`),
      ['pods.hostNetwork Deny'],
    ],
    [
      'a policy of another kind is found',
      '---\n{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: a, namespace: payments}, spec: {}}',
      ['otherPolicies.kind Deny'],
    ],
    [
      'an object in a namespace that is not there cannot be judged',
      policy('lost', '{podSelector: {}}', 'gone'),
      ['namespace.absent Deny'],
    ],
    [
      'an object in an unguarded namespace is nobody’s business',
      policy('free', '{podSelector: {}, ingress: [{}]}', 'free'),
      [],
    ],
    [
      'an object in an exempt namespace is nobody’s business',
      policy('dns', '{podSelector: {}, ingress: [{}]}', 'kube-system'),
      [],
    ],
    [
      'a kind that no rule is about is nobody’s business',
      '---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: payments}}',
      [],
    ],
    [
      'whoever labelled a namespace was an administrator',
      namespace('payments', '{bulkhead.dev/tenant: payments}'),
      [],
    ],
    ['a namespace without a tenant is found', namespace('free', '{}'), ['namespace.unassigned Deny']],
    ['the namespace that the API server itself makes is fine', namespace('default', '{}'), []],
    ['an exempt namespace is fine', namespace('kube-system', '{}'), []],
    ['the floor is fine, whoever wrote it', '', []],
  ])('%s', (_sentence, object, expected) => {
    expect(codes(scanned(`${floors}${object}`))).toEqual(expected);
  });

  test('is told with its tenant, its name and a witness', () => {
    const [finding] = scanned(`${floors}${policy('out', '{podSelector: {}, ingress: [{}]}')}`);
    expect(finding).toMatchObject({
      tenant: 'payments',
      resource: {
        group: 'networking.k8s.io',
        version: 'v1',
        kind: 'NetworkPolicy',
        namespace: 'payments',
        name: 'out',
      },
      violation: { rule: 'tenants', witness: { direction: 'Ingress' } },
    });
  });

  test.each(['Warn', 'Audit'])(
    'an excess of a Boundary that says onExcess: %s has that action',
    (onExcess) => {
      const rules = tenants.replace(
        'floor: {mode: Create}',
        `floor: {mode: Create}\n  onExcess: ${onExcess}`,
      );
      const found = scanned(`${floors}${policy('out', '{podSelector: {}, ingress: [{}]}')}`, { rules });
      expect(codes(found)).toEqual([`boundary.ingress ${onExcess}`]);
    },
  );

  test('a guardrail judges stored objects of its kind too', () => {
    const rules = `${tenants}
---
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: no-type}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [services]}]
  validations: [{expression: "!has(object.spec.type)", message: plain Services only}]
  validationActions: [Warn]
`;
    const service =
      '---\n{apiVersion: v1, kind: Service, metadata: {name: a, namespace: payments}, spec: {type: NodePort}}';
    const [finding] = scanned(`${floors}${service}`, { rules });
    expect(finding?.violation).toMatchObject({
      code: 'policy',
      action: 'Warn',
      message: 'plain Services only',
    });
  });
});

describe('objects that are yet to be applied', () => {
  test('are judged with what Bulkhead adds to them, floors included', () => {
    expect(scanned(pod('{containers: [{name: c, image: i}]}'), { toApply: true })).toEqual([]);
    expect(codes(scanned(pod(`{hostNetwork: true, ${dropped}}`), { toApply: true }))).toEqual([
      'pods.hostNetwork Deny',
    ]);
  });
});

describe('a floor', () => {
  const only = (spec: string): string => `${floor('orders')}${floor('payments', spec)}`;

  test.each([
    ['that isolates every pod both ways is fine', floors, []],
    ['that is missing is found', floor('orders'), ['floor.missing Deny']],
    [
      'by another name is none: anybody may delete it',
      `${floor('orders')}${policy('deny', '{podSelector: {}, policyTypes: [Ingress, Egress]}')}`,
      ['floor.missing Deny'],
    ],
    [
      'for ingress alone is incomplete',
      only('{podSelector: {}, policyTypes: [Ingress]}'),
      ['floor.incomplete Deny'],
    ],
    [
      'for some pods is incomplete',
      only('{podSelector: {matchLabels: {a: b}}, policyTypes: [Ingress, Egress]}'),
      ['floor.incomplete Deny'],
    ],
    [
      'for no pod at all is incomplete',
      only(
        '{podSelector: {matchExpressions: [{key: a, operator: Exists}, {key: a, operator: DoesNotExist}]}, policyTypes: [Ingress, Egress]}',
      ),
      ['floor.incomplete Deny'],
    ],
    [
      'that isolates and allows too much is a policy outside its boundary',
      only('{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}]}'),
      ['boundary.ingress Deny'],
    ],
  ])('%s', (_sentence, objects, expected) => {
    expect(codes(scanned(objects))).toEqual(expected);
  });

  test('is only asked for in limited directions', () => {
    const rules = tenants.replace(/ {2}egress:[\s\S]*/, '');
    expect(scanned(only('{podSelector: {}, policyTypes: [Ingress]}'), { rules })).toEqual([]);
  });

  test('is not asked for where no Boundary limits anything', () => {
    const rules = tenants.replace(/ {2}ingress:[\s\S]*/, '');
    expect(scanned('', { rules })).toEqual([]);
  });

  test('is only audited where every Boundary says mode: Audit', () => {
    const audit = tenants.replace('mode: Create', 'mode: Audit');
    expect(codes(scanned(floor('orders'), { rules: audit }))).toEqual(['floor.missing Audit']);
    const both = `${audit}---${tenants.replace('name: tenants', 'name: strict')}`;
    const [finding] = scanned(floor('orders'), { rules: both });
    expect(finding?.violation).toMatchObject({ action: 'Deny', rule: 'strict' });
  });

  test('is asked for in a namespace that is being deleted while pods are left in it', () => {
    const leaving = namespaces.replace(
      'metadata: {name: payments,',
      'metadata: {name: payments, deletionTimestamp: "2026-01-01T00:00:00Z",',
    );
    expect(scanned(floor('orders'), { namespaces: leaving })).toEqual([]);
    const withPod = scanned(`${floor('orders')}${pod(`{${dropped}}`)}`, { namespaces: leaving });
    expect(codes(withPod)).toEqual(['floor.missing Deny']);
  });
});
