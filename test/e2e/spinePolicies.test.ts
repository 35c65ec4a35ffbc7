// NetworkPolicies through kubectl and a real API server: what is refused, with which witness, and what is stored.
import { beforeAll, describe, expect, test } from '@jest/globals';
import { listAt, ownAt, stringAt } from '../../src/k8s/json.ts';
import { expectDenied, podsIn, policiesIn, policy, tenant, withSpine } from './spine.ts';

const payments = 'policies-payments';
const narrowed = 'policies-narrowed';
const spine = withSpine();
const { cluster, apply, stored } = spine;

beforeAll(async () => {
  await cluster.createNamespace(payments, { [tenant]: 'payments' });
  await cluster.createNamespace('policies-orders', { [tenant]: 'orders' });
  await cluster.createNamespace(narrowed, { 'spine.example/mode': 'narrow' });
});

const egress = (...to: readonly object[]): object => ({
  podSelector: {},
  policyTypes: ['Egress'],
  egress: [{ to }],
});
const block = (cidr: string): object => ({ ipBlock: { cidr } });
const tenants = (value: string): object => ({ namespaceSelector: { matchLabels: { [tenant]: value } } });

describe('is denied, with the packet that would get out, and nothing is stored:', () => {
  test.each<[string, string, object, readonly string[]]>([
    [
      'an allow-all policy',
      'allow-all',
      { podSelector: {}, ingress: [{}], egress: [{}], policyTypes: ['Ingress', 'Egress'] },
      [
        'NetworkPolicy policies-payments/allow-all allows more than boundary "tenants" does',
        'spec.ingress[0]',
        'spec.egress[0]',
        '169.254.',
        'never: egress to 169.254.0.0/16',
        'Inside the boundary: bulkhead review --narrow FILE prints the part that is allowed. Decision 0',
      ],
    ],
    [
      'everything in two halves',
      'halves',
      egress(block('0.0.0.0/1'), block('128.0.0.0/1')),
      [
        'spec.egress[0].to[0] ipBlock 0.0.0.0/1: pods in policies-payments could reach ',
        'spec.egress[0].to[1] ipBlock 128.0.0.0/1: pods in policies-payments could reach ',
        'never: egress to 169.254.0.0/16',
      ],
    ],
    [
      'another tenant',
      'other-tenant',
      egress(tenants('orders')),
      ['spec.egress[0].to[0]', 'could reach', 'orders'],
    ],
    [
      'the one address that is left out',
      'left-out',
      egress(block('10.20.9.255/32')),
      ['pods in policies-payments could reach 10.20.9.255'],
    ],
  ])('%s', async (_sentence, name, spec, texts) => {
    expectDenied(await apply('dev-payments', payments, policy(name, spec)), ...texts);
    expect(await stored(`${policiesIn(payments)}/${name}`)).toBeUndefined();
  });
});

const kubeDns = {
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
  podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
};

/** All that `tenants` lets a payments namespace do, in other words: blocks split, In as two peers, a port as a range. */
const whole = (split: readonly string[]): object => ({
  podSelector: {},
  policyTypes: ['Egress', 'Ingress'],
  ingress: [{ from: [tenants('payments')] }],
  egress: [
    {
      to: [
        { namespaceSelector: { matchExpressions: [{ key: tenant, operator: 'In', values: ['payments'] }] } },
      ],
    },
    { to: [tenants('shared'), tenants('platform')], ports: [{ port: 443, endPort: 443 }] },
    {
      to: split.map(block),
      ports: [{ port: 5432 }, { port: 'metrics' }],
    },
    { to: [kubeDns], ports: [{ port: 53, protocol: 'UDP' }, { port: 53 }] },
  ],
});
const exactly = [
  ...['10.20.0.0/21', '10.20.8.0/24', '10.20.10.0/23', '10.20.12.0/22'],
  ...['10.20.16.0/20', '10.20.32.0/19', '10.20.64.0/18', '10.20.128.0/17'],
];

describe('a policy equal to the boundary but written differently', () => {
  test('is admitted and stored as it was written', async () => {
    const applied = await apply('dev-payments', payments, policy('whole', whole(exactly)));
    expect(applied).toEqual({
      code: 0,
      stdout: 'networkpolicy.networking.k8s.io/whole created\n',
      stderr: '',
    });
    const blocks = listAt(await stored(`${policiesIn(payments)}/whole`), 'spec', 'egress')[2];
    expect(listAt(blocks, 'to')).toEqual(exactly.map(block));
  });

  test('is denied with one address more, and the stored one stays', async () => {
    const more = [...exactly, '10.20.9.17/32'];
    const answer = await apply('dev-payments', payments, policy('whole', whole(more)));
    expectDenied(answer, 'could reach 10.20.9.17 on TCP 5432');
    const blocks = listAt(await stored(`${policiesIn(payments)}/whole`), 'spec', 'egress')[2];
    expect(listAt(blocks, 'to')).toHaveLength(exactly.length);
  });
});

describe('where a boundary narrows', () => {
  const wide = {
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Egress'],
    egress: [{ to: [block('10.0.0.0/8')], ports: [{ protocol: 'TCP', port: 5000, endPort: 6000 }] }],
  };

  test('the stored policy is the part inside, and the user is told', async () => {
    const applied = await apply('dev-payments', narrowed, policy('wide', wide));
    expect(applied).toMatchObject({
      code: 0,
      stdout: 'networkpolicy.networking.k8s.io/wide created\n',
    });
    expect(applied.stderr).toContain('Warning: ');
    expect(ownAt(await stored(`${policiesIn(narrowed)}/wide`), 'spec')).toEqual({
      podSelector: { matchLabels: { app: 'web' } },
      policyTypes: ['Egress'],
      egress: [
        {
          to: [{ ipBlock: { cidr: '10.20.0.0/16', except: ['10.20.9.0/24'] } }],
          ports: [{ protocol: 'TCP', port: 5432 }],
        },
      ],
    });
  });

  test('applying it again changes nothing', async () => {
    expect(await apply('dev-payments', narrowed, policy('wide', wide))).toMatchObject({ code: 0 });
    const again = await stored(`${policiesIn(narrowed)}/wide`);
    expect(ownAt(again, 'metadata', 'generation')).toBe(1);
  });

  test('a policy inside is stored untouched', async () => {
    const spec = {
      ...wide,
      egress: [{ to: [block('10.20.1.0/24')], ports: [{ protocol: 'TCP', port: 5432 }] }],
    };
    const applied = await apply('dev-payments', narrowed, policy('inside', spec));
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    expect(ownAt(await stored(`${policiesIn(narrowed)}/inside`), 'spec')).toEqual(spec);
  });
});

test('label and annotation keys of JavaScript are data', async () => {
  const keys = Object.fromEntries(
    ['constructor', 'prototype', 'toString', 'hasOwnProperty', 'example.com/constructor'].map((key) => [
      key,
      'x',
    ]),
  );
  const { metadata, ...rest } = { metadata: {}, ...policy('keys', { podSelector: { matchLabels: keys } }) };
  const object = { ...rest, metadata: { ...metadata, labels: keys, annotations: keys } };
  expect(await apply('dev-payments', payments, object)).toMatchObject({ code: 0, stderr: '' });
  const saved = await stored(`${policiesIn(payments)}/keys`);
  expect(ownAt(saved, 'metadata', 'labels')).toEqual(keys);
  expect(ownAt(saved, 'metadata', 'annotations')).toMatchObject(keys);
  expect(ownAt(saved, 'spec', 'podSelector', 'matchLabels')).toEqual(keys);
});

// Narrowed, for of the mutating webhook only what it changes is recorded.
const wide = '{"podSelector":{},"policyTypes":["Egress"],"egress":[{}]}';

test.each([
  ['labels', 'a NetworkPolicy', policiesIn(narrowed), wide],
  ['annotations', 'a NetworkPolicy', policiesIn(narrowed), wide],
  ['labels', 'a Pod', podsIn(payments), '{"containers":[{"name":"app","image":"registry.example/app:1"}]}'],
  [
    'annotations',
    'a Pod',
    podsIn(payments),
    '{"containers":[{"name":"app","image":"registry.example/app:1"}]}',
  ],
])('the key __proto__ in %s of %s is the API server’s to refuse', async (field, _kind, path, spec) => {
  const name = `proto-${field}`;
  const text = `{"metadata":{"name":"${name}","${field}":{"__proto__":"x"}},"spec":${spec}}`;
  const answer = await cluster.call('dev-payments', path, { method: 'POST', body: text });
  expect(answer.status).toBe(422);
  expect(stringAt(answer.body, 'message')).toContain(`metadata.${field}: Invalid value: "__proto__"`);
  // The mutating webhook saw it first, and had nothing against it.
  const seen = await spine
    .product()
    .decided(({ resource }) => resource.name === name && path.includes(`/${resource.namespace}/`));
  expect(seen.filter(({ decision }) => decision !== 'allowed' && decision !== 'patched')).toEqual([]);
});

test('the API server’s audit log names the decision', async () => {
  const body = policy('audited', egress(block('0.0.0.0/0')));
  const answer = await cluster.call('dev-payments', policiesIn(payments), { method: 'POST', body });
  expect(answer.status).toBe(403);
  const { annotations } = await cluster.auditOf(answer);
  const decisionId = /Decision ([0-9a-f-]{36}), /.exec(stringAt(answer.body, 'message') ?? '')?.[1];
  const entry = 'tenants.boundaries.bulkhead.dev';
  expect(annotations).toMatchObject({
    [`${entry}/decision`]: 'denied',
    [`${entry}/decision-id`]: decisionId,
    [`${entry}/violations`]: expect.stringContaining('tenants /spec/egress/0/to/0 Deny'),
  });
  const resource = { kind: 'NetworkPolicy', namespace: payments, name: 'audited' };
  expect(await spine.product().decided((line) => line.decisionId === decisionId)).toMatchObject([
    { decision: 'denied', user: { username: 'dev-payments' }, resource },
  ]);
});

describe('another kind of policy', () => {
  const group = 'cilium.io';
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `ciliumnetworkpolicies.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        plural: 'ciliumnetworkpolicies',
        singular: 'ciliumnetworkpolicy',
        kind: 'CiliumNetworkPolicy',
      },
      versions: [
        {
          name: 'v2',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
  const other = { apiVersion: `${group}/v2`, kind: 'CiliumNetworkPolicy', metadata: { name: 'other' } };

  test('is denied in a guarded namespace, whoever asks, and free elsewhere', async () => {
    expect(await apply('admin', payments, crd)).toMatchObject({ code: 0 });
    try {
      await cluster.kubectl('admin', ['wait', '--for=condition=Established', `crd/${crd.metadata.name}`]);
      const denied = await apply('admin', payments, other);
      expectDenied(denied, 'CiliumNetworkPolicy', 'use networking.k8s.io/v1 NetworkPolicy');
      const path = `/apis/${group}/v2/namespaces/${payments}/ciliumnetworkpolicies/other`;
      expect(await stored(path)).toBeUndefined();
      expect(await apply('admin', 'default', other)).toMatchObject({ code: 0 });
    } finally {
      const { code, stderr } = await cluster.kubectl('admin', ['delete', 'crd', crd.metadata.name]);
      // What is left would be in the way of the other tests that make this kind.
      expect([code, stderr]).toEqual([0, expect.any(String)]);
    }
  });
});
