/** What mutation adds to a Pod, and what it leaves alone. */
import { describe, expect, test } from '@jest/globals';
import { mutatePod } from '../../../../src/boundary/invariants/pods/mutatePod.ts';
import type { NamespacedContext } from '../../../../src/boundary/invariants/context.ts';
import {
  boundary,
  environment,
  goodContainer,
  goodPod,
  inNamespace,
  namespace,
  podBound,
  podCreated,
  podUpdated,
  tenant,
} from '../scene.ts';

const mutated = (pod: unknown, change: Partial<NamespacedContext> = {}): readonly unknown[] =>
  mutatePod(podCreated(pod), inNamespace(change));
const drop = (kind: string, index: number): string =>
  `/spec/${kind}/${index}/securityContext/capabilities/drop`;

describe('stamps', () => {
  const twoKeys = {
    namespace: namespace({
      labels: new Map([
        [tenant, 'payments'],
        [environment, 'prod'],
      ]),
    }),
    boundaries: [boundary(), boundary({ name: 'b', stampPods: [tenant, environment, 'absent'] })],
  };
  test.each([
    [
      'one on labels that are there',
      { app: 'a' },
      {},
      [['/metadata/labels/bulkhead.dev~1tenant', 'payments']],
    ],
    ['all at once where labels are absent', undefined, {}, [['/metadata/labels', { [tenant]: 'payments' }]]],
    [
      'all at once where labels are null',
      null,
      twoKeys,
      [['/metadata/labels', { [tenant]: 'payments', [environment]: 'prod' }]],
    ],
    [
      'each key once, from every boundary',
      {},
      twoKeys,
      [
        ['/metadata/labels/bulkhead.dev~1tenant', 'payments'],
        ['/metadata/labels/bulkhead.dev~1environment', 'prod'],
      ],
    ],
    ['none that is there already', { [tenant]: 'payments' }, {}, []],
    ['none over a differing value, which is denied', { [tenant]: 'orders' }, {}, []],
    ['none that the namespace lacks', {}, { namespace: namespace({ labels: new Map() }) }, []],
    ['none without boundaries', {}, { boundaries: [] }, []],
    ['none in an exempt namespace', {}, { namespace: namespace({ name: 'kube-system' }) }, []],
  ] as const)('%s', (_says, labels, context, expected) => {
    expect(mutated(goodPod({}, { labels }), context)).toEqual(
      expected.map(([path, value]) => ({ op: 'add', path, value })),
    );
  });

  test('a Pod without metadata gets its parents too', () => {
    expect(mutated({ spec: {} })).toEqual([
      { op: 'add', path: '/metadata', value: { labels: { [tenant]: 'payments' } } },
    ]);
  });
});

describe('drop NET_RAW', () => {
  test('on every kind of container, creating what is absent', () => {
    const pod = goodPod({
      initContainers: [{ name: 'i', securityContext: { capabilities: { drop: ['CHOWN'] } } }],
      containers: [{ name: 'a' }, goodContainer(), { name: 'b', securityContext: { runAsUser: 1 } }],
      ephemeralContainers: [{ name: 'e', securityContext: { capabilities: { add: ['KILL'], drop: null } } }],
    });
    expect(mutated(pod)).toEqual([
      { op: 'add', path: `${drop('initContainers', 0)}/-`, value: 'NET_RAW' },
      {
        op: 'add',
        path: '/spec/containers/0/securityContext',
        value: { capabilities: { drop: ['NET_RAW'] } },
      },
      {
        op: 'add',
        path: '/spec/containers/2/securityContext/capabilities',
        value: { drop: ['NET_RAW'] },
      },
      { op: 'add', path: drop('ephemeralContainers', 0), value: ['NET_RAW'] },
    ]);
  });

  test.each([
    ['NET_RAW is dropped', ['NET_RAW'], 0],
    ['net_raw is dropped', ['net_raw'], 0],
    ['ALL is dropped', ['CHOWN', 'ALL'], 0],
    ['all is dropped', ['all'], 0],
    ['something else is dropped', ['NET_ADMIN'], 1],
    ['CAP_NET_RAW is dropped, which drops nothing on containerd', ['CAP_NET_RAW'], 1],
    ['nothing is dropped', [], 1],
  ])('%s', (_says, dropped, operations) => {
    const pod = goodPod({
      containers: [{ name: 'a', securityContext: { capabilities: { drop: dropped } } }],
    });
    expect(mutated(pod)).toHaveLength(operations);
  });

  const bare = goodPod({ containers: [{ name: 'a' }] });
  test.each([
    ['Drop', ['Drop'], 1],
    ['Drop beside Warn', ['Warn', 'Drop'], 1],
    ['Drop beside Allow', ['Drop', 'Allow'], 1],
    ['Deny: the manifest must say it', ['Deny'], 0],
    ['Drop beside Deny: the stricter wins', ['Drop', 'Deny'], 0],
    ['Warn', ['Warn'], 0],
    ['Allow', ['Allow'], 0],
  ] as const)('%s', (_says, all, operations) => {
    const boundaries = all.map((rawSockets) => boundary({ pods: { rawSockets } }));
    expect(mutated(bare, { boundaries })).toHaveLength(operations);
  });

  test('not in a pod for Windows, where the field is invalid', () => {
    expect(mutated(goodPod({ os: { name: 'windows' }, containers: [{ name: 'a' }] }))).toEqual([]);
    expect(mutated(goodPod({ os: { name: 'linux' }, containers: [{ name: 'a' }] }))).toHaveLength(1);
  });
});

describe('later', () => {
  const before = goodPod(
    { containers: [{ name: 'a' }], ephemeralContainers: [{ name: 'old' }] },
    { labels: {} },
  );
  const after = goodPod(
    {
      containers: [{ name: 'a' }],
      ephemeralContainers: [{ name: 'new' }, { name: 'old' }, goodContainer({ name: 'good' })],
    },
    { labels: {} },
  );
  test('an ephemeral container gets the drop if it is new and lacks it, and nothing else is touched', () => {
    const request = podUpdated(before, after, { subresource: 'ephemeralcontainers' });
    expect(mutatePod(request, inNamespace())).toEqual([
      {
        op: 'add',
        path: '/spec/ephemeralContainers/0/securityContext',
        value: { capabilities: { drop: ['NET_RAW'] } },
      },
    ]);
  });

  test.each(['', 'status', 'resize'])('nothing through pods/%s', (subresource) => {
    expect(mutatePod(podUpdated(before, after, { subresource }), inNamespace())).toEqual([]);
  });

  test.each([
    ['a Binding', podBound({ labels: {} })],
    ['a deletion', podUpdated(before, null, { operation: 'DELETE' })],
    ['a request without an object', podCreated(null)],
    [
      'a Pod that cannot be read',
      podCreated(goodPod({ hostNetwork: 'x', containers: [{}] }, { labels: {} })),
    ],
  ])('nothing of %s', (_says, request) => {
    expect(mutatePod(request, inNamespace())).toEqual([]);
  });
});
