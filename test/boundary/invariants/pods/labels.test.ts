/** Stamped and protected pod labels: at creation, later, through subresources and through Bindings. */
import { describe, expect, test } from '@jest/globals';
import { bindsPod, judgeBinding } from '../../../../src/boundary/invariants/pods/judgeBinding.ts';
import { judgePod } from '../../../../src/boundary/invariants/pods/judgePod.ts';
import type { NamespacedContext } from '../../../../src/boundary/invariants/context.ts';
import {
  admin,
  boundary,
  developer,
  environment,
  goodPod,
  inNamespace,
  namespace,
  plugin,
  podBound,
  podCreated,
  podUpdated,
  selector,
  stranger,
  tenancy,
  tenant,
  told,
} from '../scene.ts';

const stamp = 'pods.stamp /metadata/labels/bulkhead.dev~1tenant';
const protectedTenant = 'labels.podProtected /metadata/labels/bulkhead.dev~1tenant';
const protectedExposure = 'labels.podProtected /metadata/labels/exposure';

const labelled = (labels: Readonly<Record<string, string>> | null): object => goodPod({}, { labels });
const stamped = (labels: Readonly<Record<string, string>>): object =>
  labelled({ [tenant]: 'payments', ...labels });

/** A namespace of another tenant, to whom nothing is granted. */
const orders: Partial<NamespacedContext> = {
  namespace: namespace({ name: 'orders', labels: new Map([[tenant, 'orders']]) }),
};
/** A namespace that no Boundary selects. */
const unguarded: Partial<NamespacedContext> = {
  namespace: namespace({ name: 'free', labels: new Map() }),
  boundaries: [],
};

describe('a Pod at creation', () => {
  const cases: readonly [string, object, Partial<NamespacedContext>, readonly string[]][] = [
    ['with the stamp', stamped({}), {}, []],
    ['without the stamp: the mutating webhook was undone', labelled({}), {}, [stamp]],
    ['without any labels', labelled(null), {}, [stamp]],
    ['with another value than the stamp', labelled({ [tenant]: 'orders' }), {}, [protectedTenant, stamp]],
    ['with an empty value in place of the stamp', labelled({ [tenant]: '' }), {}, [protectedTenant, stamp]],
    ['with a granted value', stamped({ exposure: 'public' }), {}, []],
    ['with a value that is not granted', stamped({ exposure: 'internal' }), {}, [protectedExposure]],
    ['with an empty value that is not granted', stamped({ exposure: '' }), {}, [protectedExposure]],
    [
      'with a value granted elsewhere',
      labelled({ [tenant]: 'orders', exposure: 'public' }),
      orders,
      [protectedExposure],
    ],
    ['with free labels only, unguarded', labelled({ app: 'a' }), unguarded, []],
    ['with a protected label, unguarded', labelled({ exposure: 'public' }), unguarded, [protectedExposure]],
    ['with a stamped key, unguarded', labelled({ [tenant]: 'payments' }), unguarded, [protectedTenant]],
    [
      'with a stamped key whose label the namespace lacks',
      labelled({ [tenant]: 'payments' }),
      { namespace: namespace({ labels: new Map() }) },
      [protectedTenant],
    ],
  ];
  for (const [says, pod, context, expected] of cases) {
    test(says, () => {
      for (const user of [
        developer,
        { username: 'system:serviceaccount:kube-system:job-controller', groups: [] },
      ]) {
        expect(told(judgePod(podCreated(pod, { user }), inNamespace(context)))).toEqual(expected);
      }
      const byAdmin = expected.filter((one) => one.startsWith('pods.'));
      expect(told(judgePod(podCreated(pod, { user: admin }), inNamespace(context)))).toEqual(byAdmin);
    });
  }

  test('a grant to a namespace by its name holds, whatever labels are known of it', () => {
    const byName = {
      ...tenancy,
      podLabelGrants: [
        {
          namespaceSelector: selector({ 'kubernetes.io/metadata.name': 'free' }),
          labels: new Map([['exposure', ['internal', 'public']]]),
        },
      ],
    };
    const pod = labelled({ exposure: 'internal' });
    expect(judgePod(podCreated(pod), inNamespace({ ...unguarded, tenancy: byName }))).toEqual([]);
    expect(judgePod(podCreated(pod), inNamespace({ tenancy: byName }))).not.toEqual([]);
  });

  test('two boundaries stamp each their own key', () => {
    const context = inNamespace({
      namespace: namespace({
        labels: new Map([
          [tenant, 'payments'],
          [environment, 'prod'],
        ]),
      }),
      boundaries: [boundary({ name: 'a' }), boundary({ name: 'b', stampPods: [tenant, environment] })],
    });
    const violations = judgePod(podCreated(labelled({})), context);
    expect(violations.map(({ rule, field }) => `${rule} ${field}`)).toEqual([
      'a /metadata/labels/bulkhead.dev~1tenant',
      'b /metadata/labels/bulkhead.dev~1tenant',
      'b /metadata/labels/bulkhead.dev~1environment',
    ]);
    expect(judgePod(podCreated(stamped({ [environment]: 'prod' })), context)).toEqual([]);
  });
});

describe('a Pod later', () => {
  const cases: readonly [string, object, object, readonly string[], readonly string[]][] = [
    ['an unrelated label', stamped({}), stamped({ app: 'b' }), [], []],
    ['a missing stamp that stays missing', labelled({}), labelled({ app: 'b' }), [], []],
    ['a wrong stamp that stays', labelled({ [tenant]: 'x' }), labelled({ [tenant]: 'x', a: 'b' }), [], []],
    ['an ungranted value that stays', stamped({ exposure: 'x' }), stamped({ exposure: 'x', a: 'b' }), [], []],
    ['a granted value that is added', stamped({}), stamped({ exposure: 'public' }), [protectedExposure], []],
    [
      'a value that is changed',
      stamped({ exposure: 'x' }),
      stamped({ exposure: 'public' }),
      [protectedExposure],
      [],
    ],
    ['a value that is removed', stamped({ exposure: 'public' }), stamped({}), [protectedExposure], []],
    ['a stamp that is removed', stamped({}), labelled({}), [protectedTenant, stamp], [stamp]],
    ['a stamp that is changed', stamped({}), labelled({ [tenant]: 'x' }), [protectedTenant, stamp], [stamp]],
    ['a stamp that is added', labelled({}), stamped({}), [protectedTenant], []],
    ['a wrong stamp that is put right', labelled({ [tenant]: 'x' }), stamped({}), [protectedTenant], []],
    [
      'a wrong stamp that is removed',
      labelled({ [tenant]: 'x' }),
      labelled({}),
      [protectedTenant, stamp],
      [stamp],
    ],
  ];
  for (const subresource of ['', 'status', 'ephemeralcontainers', 'resize']) {
    for (const [says, before, after, expected, byAdmin] of cases) {
      test(`${says}, through pods/${subresource}`, () => {
        const request = podUpdated(before, after, { subresource });
        expect(told(judgePod(request, inNamespace()))).toEqual(expected);
        expect(told(judgePod({ ...request, user: admin }, inNamespace()))).toEqual(byAdmin);
      });
    }
  }

  test('without an old object every protected label counts as new', () => {
    const request = podUpdated(null, stamped({ exposure: 'public' }));
    expect(told(judgePod(request, inNamespace()))).toEqual([protectedExposure, protectedTenant]);
  });

  test('in a namespace without boundaries the label is protected all the same', () => {
    const request = podUpdated(labelled({}), labelled({ exposure: 'public' }), { subresource: 'status' });
    expect(told(judgePod(request, inNamespace(unguarded)))).toEqual([protectedExposure]);
  });
});

describe('a Binding', () => {
  const guarded = { 'k8s.v1.cni.cncf.io/networks': 'x', 'cni.projectcalico.org/ipAddrs': 'y' };
  const cases: readonly [string, object | null, Partial<NamespacedContext>, readonly string[]][] = [
    ['without metadata', null, {}, []],
    ['with a name only', { name: 'p' }, {}, []],
    [
      'with the topology labels of the API server',
      { labels: { 'topology.kubernetes.io/zone': 'a', 'topology.kubernetes.io/region': 'b' } },
      {},
      [],
    ],
    ['with free annotations', { annotations: { 'scheduler.example.com/score': '1' } }, {}, []],
    ['with a protected label', { labels: { exposure: 'x' } }, {}, [protectedExposure]],
    ['with a granted value even', { labels: { exposure: 'public' } }, {}, [protectedExposure]],
    ['with the stamped value even', { labels: { [tenant]: 'payments' } }, {}, [protectedTenant]],
    [
      'with guarded annotations',
      { annotations: guarded },
      {},
      [
        'pods.secondaryNetworks /metadata/annotations/k8s.v1.cni.cncf.io~1networks',
        'pods.addressRequests /metadata/annotations/cni.projectcalico.org~1ipAddrs',
      ],
    ],
    ['with a protected label, unguarded', { labels: { exposure: 'public' } }, unguarded, [protectedExposure]],
    ['with guarded annotations, unguarded', { annotations: guarded }, unguarded, []],
    [
      'with annotations where the setting only warns',
      { annotations: guarded },
      { boundaries: [boundary({ pods: { secondaryNetworks: 'Warn', addressRequests: 'Allow' } })] },
      ['Warn pods.secondaryNetworks /metadata/annotations/k8s.v1.cni.cncf.io~1networks'],
    ],
    [
      'with anything in an exempt namespace',
      { labels: { exposure: 'x' }, annotations: guarded },
      { namespace: namespace({ name: 'kube-system' }) },
      [],
    ],
  ];
  test.each(cases)('%s', (_says, metadata, context, expected) => {
    for (const user of [developer, stranger, { username: plugin, groups: [] }]) {
      for (const change of [{}, { resource: 'bindings', subresource: '' }]) {
        expect(told(judgeBinding(podBound(metadata, { user, ...change }), inNamespace(context)))).toEqual(
          expected,
        );
      }
    }
    expect(judgeBinding(podBound(metadata, { user: admin }), inNamespace(context))).toEqual([]);
  });

  test('that cannot be read is denied, whoever sends it', () => {
    const request = podBound({ labels: { exposure: 3 }, annotations: [] }, { user: admin });
    expect(told(judgeBinding(request, inNamespace()))).toEqual([
      'object.unreadable /metadata/labels/exposure',
      'object.unreadable /metadata/annotations',
    ]);
    expect(told(judgeBinding({ ...request, object: null }, inNamespace()))).toEqual(['object.unreadable ']);
  });

  test('is told from what is none', () => {
    expect(bindsPod(podBound({}))).toBe(true);
    expect(bindsPod(podBound({}, { resource: 'bindings', subresource: '' }))).toBe(true);
    expect(bindsPod(podCreated({}))).toBe(false);
    expect(bindsPod(podCreated({}, { subresource: 'binding' }))).toBe(false);
    expect(bindsPod(podBound({}, { operation: 'DELETE' }))).toBe(false);
    expect(bindsPod(podBound({}, { group: 'example.com' }))).toBe(false);
    expect(bindsPod(podBound({}, { subresource: 'status' }))).toBe(false);
    expect(judgeBinding(podCreated(labelled({ exposure: 'x' })), inNamespace())).toEqual([]);
  });
});
