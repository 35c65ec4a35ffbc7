/** What a Boundary's setting makes of a fault, and for which requests it is asked. */
import { describe, expect, test } from '@jest/globals';
import { judgePod } from '../../../../src/boundary/invariants/pods/judgePod.ts';
import type { PodSettings } from '../../../../src/boundary/invariants/context.ts';
import {
  boundary,
  goodContainer,
  goodPod,
  inNamespace,
  podCreated,
  podUpdated,
  tenant,
  told,
} from '../scene.ts';

const judged = (pod: unknown, pods: Partial<PodSettings> = {}): readonly string[] =>
  told(judgePod(podCreated(pod), inNamespace({ boundaries: [boundary({ pods })] })));

describe('the setting decides the action', () => {
  const bad: readonly [keyof PodSettings, object][] = [
    ['hostNetwork', goodPod({ hostNetwork: true })],
    ['hostAccess', goodPod({ hostPID: true })],
    ['rawSockets', goodPod({ containers: [{ name: 'a' }] })],
    ['secondaryNetworks', goodPod({ resourceClaims: [{ name: 'c' }] })],
    ['secondaryNetworks', goodPod({}, { annotations: { 'k8s.v1.cni.cncf.io/networks': 'x' } })],
    ['addressRequests', goodPod({}, { annotations: { 'ipam.antrea.io/ippools': 'x' } })],
  ];
  for (const [setting, pod] of bad) {
    for (const value of ['Deny', 'Drop', 'Warn', 'Audit', 'Allow'] as const) {
      if (value === 'Drop' && setting !== 'rawSockets') continue;
      test(`${setting}: ${value}`, () => {
        const context = inNamespace({ boundaries: [boundary({ pods: { [setting]: value } })] });
        const actions = judgePod(podCreated(pod), context).map(({ action, code }) => [action, code]);
        const action = value === 'Drop' ? 'Deny' : value;
        expect(actions).toEqual(value === 'Allow' ? [] : [[action, `pods.${setting}`]]);
      });
    }
  }

  test('what a configured annotation does is not known, so the stricter of both settings counts', () => {
    const pod = goodPod({}, { annotations: { 'example.com/address': 'x' } });
    expect(judged(pod, { secondaryNetworks: 'Allow', addressRequests: 'Warn' })).toEqual([
      'Warn annotations.guarded /metadata/annotations/example.com~1address',
    ]);
    expect(judged(pod, { secondaryNetworks: 'Deny', addressRequests: 'Audit' })).toEqual([
      'annotations.guarded /metadata/annotations/example.com~1address',
    ]);
    expect(judged(pod, { secondaryNetworks: 'Allow', addressRequests: 'Allow' })).toEqual([]);
  });

  test('every violated boundary is named with its own action', () => {
    const boundaries = [
      boundary({ name: 'a', pods: { hostNetwork: 'Warn' } }),
      boundary({ name: 'b', pods: { hostNetwork: 'Allow' } }),
      boundary({ name: 'c', portNames: new Map([['http', []]]) }),
    ];
    const pod = goodPod({
      hostNetwork: true,
      containers: [goodContainer({ ports: [{ name: 'http', containerPort: 8080 }] })],
    });
    const violations = judgePod(podCreated(pod), inNamespace({ boundaries }));
    expect(violations.map(({ kind, rule, action, code }) => [kind, rule, action, code])).toEqual([
      ['Boundary', 'a', 'Warn', 'pods.hostNetwork'],
      ['Boundary', 'c', 'Deny', 'pods.hostNetwork'],
      ['Boundary', 'c', 'Deny', 'pods.portNames'],
    ]);
  });

  test('pods of a namespace that no boundary selects may do all that', () => {
    const annotations = { 'k8s.v1.cni.cncf.io/networks': 'x' };
    const pod = goodPod({ hostNetwork: true, hostPID: 'yes' }, { labels: null, annotations });
    expect(judgePod(podCreated(pod), inNamespace({ boundaries: [] }))).toEqual([]);
  });

  test('nobody is exempt, administrators and controllers included', () => {
    const pod = goodPod({ hostNetwork: true }, { annotations: { 'ovn.kubernetes.io/ip_address': 'x' } });
    for (const user of [
      { username: 'root', groups: ['system:masters'] },
      { username: 'system:serviceaccount:kube-system:replicaset-controller', groups: [] },
    ]) {
      expect(told(judgePod(podCreated(pod, { user }), inNamespace()))).toEqual([
        'pods.hostNetwork /spec/hostNetwork',
        'pods.addressRequests /metadata/annotations/ovn.kubernetes.io~1ip_address',
      ]);
    }
  });
});

describe('what is no Pod being written', () => {
  const pod = goodPod({ hostNetwork: true }, { labels: { exposure: 'x', [tenant]: 'other' } });
  test.each([
    ['a deletion', { operation: 'DELETE', object: null, oldObject: pod }],
    ['exec', { operation: 'CONNECT', subresource: 'exec', kind: 'PodExecOptions' }],
    ['an eviction', { subresource: 'eviction', kind: 'Eviction', group: '' }],
    ['another kind', { resource: 'deployments', kind: 'Deployment', group: 'apps' }],
    ['a metric of the same name', { group: 'metrics.k8s.io' }],
  ] as const)('%s is not judged', (_says, change) => {
    expect(judgePod(podCreated(pod, change), inNamespace())).toEqual([]);
  });

  test('a spec sent to pods/status is not judged, because the API server resets it', () => {
    const bad = goodPod({ hostNetwork: true, containers: 'none' });
    expect(judgePod(podUpdated(goodPod(), bad, { subresource: 'status' }), inNamespace())).toEqual([]);
    expect(judgePod(podUpdated(goodPod(), bad), inNamespace())).toHaveLength(2);
  });

  test('an exempt namespace is not judged', () => {
    const context = inNamespace({
      namespace: { name: 'kube-system', labels: new Map(), terminating: false },
    });
    expect(judgePod(podCreated(pod), context)).toEqual([]);
  });

  test('a request without its object is denied', () => {
    expect(told(judgePod(podCreated(null), inNamespace()))).toEqual(['object.unreadable ']);
  });
});
