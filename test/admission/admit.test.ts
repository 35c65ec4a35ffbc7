// The whole decision, from a request to its outcome, on the cases that the spine promises.
import { describe, expect, test } from '@jest/globals';
import { admit } from '../../src/admission/admit.ts';
import { mostNamesRead, required } from '../../src/admission/required.ts';
import {
  administrator,
  expectAdmits,
  expectDenies,
  object,
  request,
  send,
  tenants,
  worldOf,
} from './scenario.ts';

const world = worldOf();

const policy = (spec: string, extra = ''): ReturnType<typeof object> =>
  object(`
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: payments${extra}}
spec: ${spec}`);

describe('a NetworkPolicy is judged by what it means', () => {
  test.each([
    [
      'allow-all egress',
      '{podSelector: {}, policyTypes: [Egress], egress: [{}]}',
      ['boundary.egress', 'boundary.never'],
    ],
    [
      'two halves of everything',
      '{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}]}]}',
      ['boundary.egress', 'boundary.egress', 'boundary.never'],
    ],
    [
      'namespaces without a tenant',
      '{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: bulkhead.dev/tenant, operator: DoesNotExist}]}}]}]}',
      ['boundary.ingress'],
    ],
    [
      'a dash too many makes two peers of one',
      '{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}, {podSelector: {matchLabels: {app: x}}}]}]}',
      ['boundary.ingress'],
    ],
    [
      'another tenant by name, whose labels are known',
      '{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: orders}}}]}]}',
      ['boundary.ingress'],
    ],
  ])('%s is denied', (_, spec, codes) => {
    const decision = expectDenies(policy(spec), world, codes);
    expect(decision.violations.every(({ witness }) => witness !== undefined)).toBe(true);
  });

  test.each([
    ['nothing', '{podSelector: {}, policyTypes: [Ingress, Egress]}'],
    ['its own namespace', '{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}'],
    [
      'its own namespace by name',
      '{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: payments}}}]}]}',
    ],
    [
      'the whole limit, split',
      '{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.20.0.0/17, except: [10.20.9.0/24]}}, {ipBlock: {cidr: 10.20.128.0/17}}], ports: [{port: 443}]}]}',
    ],
    [
      'DNS',
      '{podSelector: {}, egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{port: 53, protocol: UDP}]}]}',
    ],
    ['rules that policyTypes makes void', '{podSelector: {}, policyTypes: [Ingress], egress: [{}]}'],
  ])('%s is admitted', (_, spec) => {
    expectAdmits(policy(spec), world);
  });

  test('a namespace without a boundary is free', () => {
    const free = policy('{podSelector: {}, egress: [{}]}');
    expectAdmits({ ...free, metadata: { name: 'p', namespace: 'free' } }, world);
  });

  test('void rules and a selector that selects nobody are told', () => {
    const decision = expectAdmits(
      policy(
        '{podSelector: {matchLabels: {a: b}, matchExpressions: [{key: a, operator: DoesNotExist}]}, policyTypes: [Ingress], egress: [{}]}',
      ),
      world,
    );
    expect(decision.warnings).toEqual([
      'spec.egress has no effect: policyTypes does not list Egress',
      'spec.podSelector contradicts itself: the policy selects no pod',
    ]);
  });
});

describe('nobody is exempt', () => {
  test('an administrator’s policy is judged like anyone’s', () => {
    expectDenies(policy('{podSelector: {}, ingress: [{}]}'), world, ['boundary.ingress'], {
      user: administrator,
    });
  });
});

describe('an update is judged by what it changes', () => {
  const excessive = policy('{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.20.0.0/15}}]}]}');

  test('a finalizer may leave an old bad policy', () => {
    const before = { ...excessive, metadata: { name: 'p', namespace: 'payments', finalizers: ['x/y'] } };
    const decision = expectAdmits(excessive, world, { old: before });
    expect(decision.warnings).toEqual([
      'spec.egress[0].to[0] was already outside boundary "tenants" and still is',
    ]);
  });

  test('less of what was there may stay', () => {
    expectAdmits(policy('{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.21.0.0/16}}]}]}'), world, {
      old: excessive,
    });
  });

  test('more than what was there is denied with what is new', () => {
    const wider = policy('{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.20.0.0/14}}]}]}');
    const { violations } = expectDenies(wider, world, ['boundary.egress'], { old: excessive });
    expect(violations[0]?.witness?.destination).toEqual({ ip: '10.22.0.0' });
  });

  test('a wider podSelector is new for the pods that it adds', () => {
    const narrow = {
      ...policy(
        '{podSelector: {matchLabels: {app: web}}, egress: [{to: [{ipBlock: {cidr: 10.20.0.0/15}}]}]}',
      ),
    };
    expectDenies(excessive, world, ['boundary.egress'], { old: narrow });
  });
});

describe('what cannot be known is never allowed', () => {
  test('a namespace that could not be looked up', () => {
    const { decision } = send(policy('{podSelector: {}}'), { ...world, lookup: () => 'unknown' });
    expect(decision).toMatchObject({ allowed: false, failure: { code: 'namespace.unknown', status: 500 } });
  });

  test('a namespace that does not exist', () => {
    const { decision } = send(policy('{podSelector: {}}'), { ...world, lookup: () => 'absent' });
    expect(decision).toMatchObject({ allowed: false, failure: { code: 'namespace.absent', status: 422 } });
  });

  test('a policy with a field that nobody here knows', () => {
    const { decision } = send(policy('{podSelector: {}, egress: [{to: [{serviceSelector: {}}]}]}'), world);
    expect(decision).toMatchObject({ allowed: false, failure: { code: 'object.unreadable', status: 422 } });
  });

  test('a budget that is spent', () => {
    const { decision } = send(policy('{podSelector: {}, ingress: [{}]}'), { ...world, budget: 0 });
    expect(decision.violations).toMatchObject([{ code: 'boundary.unproven', action: 'Deny' }]);
    expect(decision.allowed).toBe(false);
  });
});

describe('onExcess', () => {
  const narrowing = worldOf(tenants.replace('floor:', 'onExcess: Narrow\n  floor:'));
  const wide = policy(
    '{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}, {ipBlock: {cidr: 8.8.8.8/32}}], ports: [{port: 443}, {port: 80}]}]}',
  );

  test('Narrow patches at mutate and admits what is left', () => {
    const { decision } = admit(request(wide), narrowing, 'mutate');
    expect(decision.patch).toEqual([
      {
        op: 'replace',
        path: '/spec/egress',
        value: [
          {
            to: [{ ipBlock: { cidr: '10.20.0.0/16', except: ['10.20.9.0/24'] } }],
            ports: [{ protocol: 'TCP', port: 443 }],
          },
        ],
      },
    ]);
    expect(send(wide, narrowing).decision).toMatchObject({ allowed: true, violations: [] });
  });

  test('Narrow denies at validate what nobody narrowed', () => {
    const { decision } = send(wide, narrowing, {}, 'validate');
    expect(decision.allowed).toBe(false);
  });

  test.each([
    ['Warn', 1],
    ['Audit', 0],
  ])('%s admits', (action, warned) => {
    const { decision } = send(wide, worldOf(tenants.replace('floor:', `onExcess: ${action}\n  floor:`)));
    expect(decision.allowed).toBe(true);
    expect(decision.violations.length).toBeGreaterThan(0);
    expect(decision.violations.every((violation) => violation.action === action)).toBe(true);
    expect(warned === 1).toBe(action === 'Warn');
  });

  test('a policy without policyTypes keeps its isolation when its last egress rule goes', () => {
    const lost = policy('{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 8.8.8.8/32}}]}]}');
    const { decision } = admit(request(lost), narrowing, 'mutate');
    expect(decision.patch).toEqual([
      { op: 'add', path: '/spec/policyTypes', value: ['Ingress', 'Egress'] },
      { op: 'replace', path: '/spec/egress', value: [] },
    ]);
  });
});

describe('other kinds', () => {
  test('another policy kind is denied in a guarded namespace', () => {
    const cilium = object(
      '{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: c, namespace: payments}, spec: {}}',
    );
    expectDenies(cilium, world, ['otherPolicies.kind']);
  });

  test('a ConfigMap is no rule’s business', () => {
    const { decision } = send(
      object('{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: payments}}'),
      world,
    );
    expect(decision).toMatchObject({ allowed: true, applied: false });
  });
});

describe('a stored policy that cannot be read', () => {
  const strange = policy('{podSelector: {}, egress: [{to: [{serviceSelector: {}}]}]}');

  test('may lose a finalizer, with a warning', () => {
    const before = { ...strange, metadata: { name: 'p', namespace: 'payments', finalizers: ['x/y'] } };
    const decision = expectAdmits(strange, world, { old: before });
    expect(decision.warnings).toEqual(['spec cannot be read and is stored already; it was not judged again']);
  });

  test('may not change into another', () => {
    const other = policy('{podSelector: {}, egress: [{to: [{serviceSelector: {a: 1}}]}]}');
    expect(send(other, world, { old: strange }).decision.allowed).toBe(false);
  });
});

describe('required', () => {
  test('the namespace of a floor that is to be deleted is read live, and every namespace that a policy names', () => {
    const floor = {
      ...policy('{podSelector: {}}'),
      metadata: { name: 'bulkhead-floor', namespace: 'payments' },
    };
    const nothing = { namespaces: [], contents: [], records: [], floors: [], stored: [] };
    expect(required(request(floor, { operation: 'DELETE' }), world)).toEqual({
      ...nothing,
      namespaces: ['payments'],
    });
    const named = policy(
      '{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: orders}}}]}]}',
    );
    expect(required(request(named), world)).toEqual({ ...nothing, namespaces: ['orders'] });
    expect(required(request(policy('{podSelector: {}}')), world)).toEqual(nothing);
    const values = Array.from({ length: 5_000 }, (_, at) => `n${at}`).join(', ');
    const thousands = policy(
      `{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [${values}]}]}}]}]}`,
    );
    expect(required(request(thousands), world).namespaces).toHaveLength(mostNamesRead);
    const unknown = { ...world, lookup: () => 'unknown' as const };
    expect(required(request(policy('{podSelector: {}}')), unknown)).toEqual({
      ...nothing,
      namespaces: ['payments'],
    });
  });
});
