// Floors on a real API server: written for every guarded namespace, repaired, told of in status; pods wait for them behind a gate.
import { beforeAll, describe, expect, test } from '@jest/globals';
import { boundary, condition, floorIn, home, podIn, withHome } from './home.ts';
import { pod } from './spine.ts';
import { eventually } from '../cluster/eventually.ts';
import { isObject, listAt, ownAt, stringAt } from '../../src/k8s/json.ts';

const { cluster, replicas, apply, stored, until } = withHome(1);
const namespace = 'floors-home';
const walls = {
  ingress: [{ from: [{ sameLabels: [home] }] }],
  egress: [{ to: [{ sameLabels: [home] }, { kubeAPI: true }] }],
};
const boundaryPath = '/apis/bulkhead.dev/v1alpha1/boundaries/walls';
const gatesOf = (object: unknown): readonly unknown[] => listAt(object, 'spec', 'schedulingGates');
const startsAt =
  (port: number) =>
  (object: unknown): boolean =>
    JSON.stringify(ownAt(object, 'spec', 'ingress') ?? '').includes(`"port":${port},`);
const exists = (object: unknown): boolean => object !== undefined;

describe('a floor', () => {
  beforeAll(async () => {
    await cluster.createNamespace(namespace, { [home]: 'a' });
  });

  test('appears when a Boundary does, with DNS and nothing else', async () => {
    expect(await apply('admin', boundary('walls', walls))).toMatchObject({ code: 0 });
    const floor = await until('the floor stands', floorIn(namespace), exists);
    expect(ownAt(floor, 'spec')).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
              podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            },
          ],
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 },
          ],
        },
      ],
    });
    expect(ownAt(floor, 'metadata', 'labels')).toEqual({ 'app.kubernetes.io/managed-by': 'bulkhead' });
    const managers = listAt(floor, 'metadata', 'managedFields').map((one) => stringAt(one, 'manager'));
    expect(managers).toEqual(['bulkhead']);
  });

  test('appears in a namespace that comes later', async () => {
    await cluster.createNamespace('floors-late', { [home]: 'b' });
    await until('the floor stands', floorIn('floors-late'), exists);
  });

  test('holds what floor.allow says, cut to what every Boundary allows', async () => {
    const allow = {
      ingress: [{ from: [{ sameLabels: [home] }], ports: [{ port: 80, endPort: 90 }] }],
      egress: [{ to: [{ kubeAPI: true }] }],
    };
    expect(
      (await apply('admin', boundary('walls', { ...walls, floor: { mode: 'Create', allow } }))).code,
    ).toBe(0);
    const narrower = boundary('narrower', {
      ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 85, endPort: 99 }] }],
    });
    expect((await apply('admin', narrower)).code).toBe(0);
    const floor = await until('both are in it', floorIn(namespace), startsAt(85));
    expect(ownAt(floor, 'spec', 'ingress')).toEqual([
      {
        from: [{ namespaceSelector: { matchLabels: { [home]: 'a' } } }],
        ports: [{ protocol: 'TCP', port: 85, endPort: 90 }],
      },
    ]);
    expect(ownAt(floor, 'spec', 'egress')).toContainEqual({
      to: [{ ipBlock: { cidr: '192.168.10.1/32' } }],
      ports: [{ protocol: 'TCP', port: 6443 }],
    });
    // The tests after this one compare with what stands then.
    await until('the other one is narrower too', floorIn('floors-late'), startsAt(85));
    await cluster.kubectl('admin', ['delete', 'boundary', 'narrower']);
    for (const name of [namespace, 'floors-late'])
      await until('it is as wide as before', floorIn(name), startsAt(80));
  });

  test.each([
    [
      'edited',
      ['patch', 'networkpolicy', 'bulkhead-floor', '--type=merge', '-p', '{"spec":{"ingress":[{}]}}'],
    ],
    ['deleted', ['delete', 'networkpolicy', 'bulkhead-floor']],
  ])('that a tenant would have %s is not: denied', async (_, args) => {
    const { code, stderr } = await cluster.kubectl('dev-payments', ['--namespace', namespace, ...args]);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('only Bulkhead and administrators'),
    });
  });

  test.each<[string, readonly string[]]>([
    [
      'edited',
      [
        'patch',
        'networkpolicy',
        'bulkhead-floor',
        '--type=merge',
        '-p',
        '{"spec":{"egress":[],"podSelector":{"matchLabels":{"a":"b"}},"policyTypes":["Ingress"]}}',
      ],
    ],
    ['unlabelled', ['label', 'networkpolicy', 'bulkhead-floor', 'app.kubernetes.io/managed-by-']],
    ['deleted', ['delete', 'networkpolicy', 'bulkhead-floor']],
  ])('that an administrator has %s is repaired', async (_, args) => {
    const before = await stored(floorIn('floors-late'));
    const changed = await cluster.kubectl('admin', ['--namespace', 'floors-late', ...args]);
    expect(changed.code).toBe(0);
    await until('it is as before', floorIn('floors-late'), (object) => {
      const now = JSON.stringify([ownAt(object, 'spec'), ownAt(object, 'metadata', 'labels')]);
      return now === JSON.stringify([ownAt(before, 'spec'), ownAt(before, 'metadata', 'labels')]);
    });
  });

  test('that is right is not written again', async () => {
    const version = (object: unknown): unknown => ownAt(object, 'metadata', 'resourceVersion');
    const before = await stored(floorIn(namespace));
    await cluster.kubectl('admin', ['label', 'namespace', namespace, 'unrelated=yes']);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(version(await stored(floorIn(namespace)))).toBe(version(before));
  });

  test('is counted in the status of its Boundary, which names what its proof lacks', async () => {
    const told = await until(
      'both floors are counted',
      boundaryPath,
      (object) => ownAt(object, 'status', 'floors', 'present') === 2,
    );
    expect(ownAt(told, 'status', 'namespaces')).toBe(2);
    expect(ownAt(told, 'status', 'floors')).toEqual({ present: 2, missing: 0 });
    expect(ownAt(told, 'status', 'observedGeneration')).toBe(ownAt(told, 'metadata', 'generation'));
    expect(condition(told, 'Accepted')).toMatchObject({ status: 'True', reason: 'InForce' });
    expect(condition(told, 'Proven')).toMatchObject({
      status: 'False',
      message: expect.stringContaining('not attested (bulkhead adopt): floors-home, floors-late; '),
    });
    const { stdout } = await cluster.kubectl('admin', ['get', 'bnd', 'walls', '--no-headers']);
    expect(stdout).toMatch(/^walls +2 +2 +0 +True +False +/);
  });

  test('is not written where every Boundary only tells, and pods do not wait there', async () => {
    await cluster.createNamespace('floors-audit', { 'home.example/audited': 'a' });
    const audited = boundary('audited', {
      namespaceSelector: { matchLabels: { 'home.example/audited': 'a' } },
      floor: { mode: 'Audit' },
      ingress: [],
    });
    expect((await apply('admin', audited)).code).toBe(0);
    await until(
      'its absence is told',
      '/apis/bulkhead.dev/v1alpha1/boundaries/audited',
      (object) => ownAt(object, 'status', 'floors', 'missing') === 1,
    );
    expect(await stored(floorIn('floors-audit'))).toBeUndefined();
  });
});

describe('a pod before the floor', () => {
  const late = 'floors-other';

  test('carries the gate until Bulkhead lifts it, and nobody else may', async () => {
    // No leader writes while all replicas are stopped, but the webhook answers: the Boundary comes first, the namespace after the leader went.
    const [product] = replicas;
    await cluster.createNamespace(late);
    const gated = boundary('gated', {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': late } },
      ingress: [],
      pods: { rawSockets: 'Allow' },
    });
    // The floor cannot be written while another policy engine, here a quota, refuses it.
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none' },
      spec: { hard: { 'count/networkpolicies.networking.k8s.io': '0' } },
    };
    expect((await apply('admin', quota, late)).code).toBe(0);
    await until('the quota counts', `/api/v1/namespaces/${late}/resourcequotas/none`, (object) =>
      isObject(ownAt(object, 'status', 'used')),
    );
    await cluster.kubectl('admin', ['label', 'namespace', late, `${home}=c`]);
    expect((await apply('admin', gated)).code).toBe(0);
    await until(
      'it is in force',
      '/apis/bulkhead.dev/v1alpha1/boundaries/gated',
      (object) => ownAt(object, 'status', 'floors', 'missing') === 1,
    );
    expect(await stored(floorIn(late))).toBeUndefined();

    const created = await apply('dev-payments', pod('waiting'), late);
    expect(created).toMatchObject({ code: 0 });
    expect(gatesOf(await stored(podIn(late, 'waiting')))).toEqual([{ name: 'bulkhead.dev/floor' }]);

    const lift = [
      '--namespace',
      late,
      'patch',
      'pod',
      'waiting',
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/spec/schedulingGates"}]',
    ];
    for (const who of ['dev-payments', 'admin'] as const) {
      const { code, stderr } = await cluster.kubectl(who, lift);
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('only Bulkhead lifts the gate'),
      });
    }
    const bound = await apply('dev-payments', pod('bound', {}, { nodeName: 'some-node' }), late);
    expect(bound.stderr).toContain('a pod with spec.nodeName cannot wait');

    await cluster.kubectl('admin', ['--namespace', late, 'delete', 'resourcequota', 'none']);
    await until('the floor stands', floorIn(late), exists);
    await until('the gate is lifted', podIn(late, 'waiting'), (object) => gatesOf(object).length === 0);
    await eventually('it says so', async () =>
      (await product?.printed())?.includes(`the gate of pod ${late}/waiting is lifted`),
    );
    expect((await apply('dev-payments', pod('later'), late)).code).toBe(0);
    expect(gatesOf(await stored(podIn(late, 'later')))).toEqual([]);
  });
});
