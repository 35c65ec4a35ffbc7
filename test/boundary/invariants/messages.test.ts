/** What a refused user reads of the invariants: one golden line a code at least, each saying what is wrong and what would be right. */
import { describe, expect, test } from '@jest/globals';
import type { Violation } from '../../../src/k8s/violation.ts';
import { invariantCodes } from '../../../src/boundary/invariants/codes.ts';
import { judgeNamespace } from '../../../src/boundary/invariants/namespaces/judgeNamespace.ts';
import { judgeRecorded } from '../../../src/boundary/invariants/namespaces/recorded.ts';
import { judgeBinding } from '../../../src/boundary/invariants/pods/judgeBinding.ts';
import { judgePod } from '../../../src/boundary/invariants/pods/judgePod.ts';
import { judgeFloor } from '../../../src/boundary/invariants/policies/floor.ts';
import { judgeOtherPolicy } from '../../../src/boundary/invariants/policies/otherPolicies.ts';
import {
  admin,
  boundary,
  goodContainer,
  goodPod,
  inGroups,
  inNamespace,
  namespace,
  namespaceCreated,
  namespaceObject,
  namespaceUpdated,
  ofFloor,
  ofNamespace,
  podBound,
  podCreated,
  podUpdated,
  policyRequest,
  stranger,
  tenant,
  threeTeams,
} from './scene.ts';

const pod = (spec: object, metadata: object = {}): readonly Violation[] =>
  judgePod(podCreated(goodPod({ ...spec }, metadata)), inNamespace());
const container = (change: object): readonly Violation[] =>
  pod({ containers: [goodContainer({ ...change })] });
const created = (labels: object, user = stranger, name = 'shop'): readonly Violation[] =>
  judgeNamespace(
    namespaceCreated(namespaceObject(labels, name), { user }),
    ofNamespace({ tenancy: threeTeams }),
  );
const relabelled = (user = stranger): ReturnType<typeof namespaceUpdated> =>
  namespaceUpdated(namespaceObject({ [tenant]: 'payments' }), namespaceObject({ [tenant]: 'orders' }), {
    user,
  });
const floorGoes = (terminating: boolean, user = stranger): readonly Violation[] =>
  judgeFloor(
    policyRequest({ operation: 'DELETE', oldObject: { metadata: { name: 'bulkhead-floor' } }, user }),
    ofFloor({
      namespace: namespace({ terminating }),
      orderedDeletion: false,
      contents: { pods: 2, policies: 0 },
    }),
  );
const controller = { username: 'system:kube-controller-manager', groups: [] };
const cilium = { group: 'cilium.io', kind: 'CiliumNetworkPolicy', resource: 'ciliumnetworkpolicies' };

const golden: readonly [string, readonly Violation[]][] = [
  [
    'pods.hostNetwork: the pod uses the network of its node, where NetworkPolicies do not hold; remove hostNetwork: true',
    pod({ hostNetwork: true }),
  ],
  [
    'pods.hostNetwork: container "a" takes port 22 of its node, past every NetworkPolicy; remove hostPort and use a Service',
    container({ ports: [{ containerPort: 1, hostPort: 22 }] }),
  ],
  ['pods.hostAccess: the pod reaches into its node; remove hostPID: true', pod({ hostPID: true })],
  [
    'pods.hostAccess: volume "v" is a path of the node; use a persistentVolumeClaim, an emptyDir or a configMap',
    pod({ volumes: [{ name: 'v', hostPath: {} }] }),
  ],
  [
    'pods.hostAccess: container "a" adds capability "SYS_ADMIN", which is beyond the Pod Security baseline; remove it',
    container({ securityContext: { capabilities: { add: ['cap_sys_admin'], drop: ['ALL'] } } }),
  ],
  [
    'pods.rawSockets: container "a" keeps NET_RAW; set securityContext.capabilities.drop: [NET_RAW] (without CAP_) or [ALL]',
    container({ securityContext: {} }),
  ],
  [
    'pods.secondaryNetworks: annotation "k8s.v1.cni.cncf.io/networks" attaches a network on which NetworkPolicies do not hold; remove it, or let the network plugin\'s ServiceAccount (guards.annotationWriters) write it',
    pod({}, { annotations: { 'k8s.v1.cni.cncf.io/networks': 'x' } }),
  ],
  [
    'pods.secondaryNetworks: resource "intel.com/sriov" attaches a network on which NetworkPolicies do not hold; remove it from requests and limits',
    container({ resources: { limits: { 'intel.com/sriov': '1' } } }),
  ],
  [
    'pods.addressRequests: annotation "cni.projectcalico.org/ipAddrs" chooses an address, which other rules may trust; remove it, or let the network plugin\'s ServiceAccount (guards.annotationWriters) write it',
    pod({}, { annotations: { 'cni.projectcalico.org/ipAddrs': 'x' } }),
  ],
  [
    'annotations.guarded: annotation "example.com/address" is guarded by the configuration (guards.annotations); remove it, or let the network plugin\'s ServiceAccount (guards.annotationWriters) write it',
    pod({}, { annotations: { 'example.com/address': 'x' } }),
  ],
  [
    'pods.portNames: container "a" gives port name "http" to TCP/22, but it is pinned to TCP/8080; rename the port or move it there',
    container({ ports: [{ name: 'http', containerPort: 22 }] }),
  ],
  [
    'pods.stamp: the pod lacks label "bulkhead.dev/tenant", which every pod of its namespace carries; set it to "payments"',
    pod({}, { labels: {} }),
  ],
  [
    'labels.podProtected: label "exposure" is protected and "internal" is not granted to pods of namespace "shop"; remove it, or ask an administrator for a grant (tenancy.podLabelGrants)',
    pod({}, { labels: { [tenant]: 'payments', exposure: 'internal' } }),
  ],
  [
    'labels.podProtected: protected label "exposure" is added on a stored pod, which only an administrator may do; keep it absent',
    judgePod(
      podUpdated(goodPod(), goodPod({}, { labels: { [tenant]: 'payments', exposure: 'public' } })),
      inNamespace(),
    ),
  ],
  [
    'labels.podProtected: the binding would write protected label "exposure" onto the pod, which only an administrator may do; remove it from the Binding',
    judgeBinding(podBound({ labels: { exposure: 'public' } }), inNamespace()),
  ],
  [
    'object.unreadable: cannot be judged: must be a list, not an object; correct this field',
    pod({ containers: {} }),
  ],
  [
    'labels.protected: label "bulkhead.dev/tenant" is protected and only an administrator may set it; remove it or ask one',
    created({ [tenant]: 'payments' }),
  ],
  [
    'labels.protected: label "bulkhead.dev/tenant" is protected and it is assigned to you as "payments"; set it to that or leave it out',
    created({ [tenant]: 'orders' }, inGroups('team-payments')),
  ],
  [
    'labels.protected: label "bulkhead.dev/tenant" is protected and only an administrator may change it; keep it "payments"',
    judgeNamespace(relabelled(), ofNamespace()),
  ],
  [
    'labels.protected: label "bulkhead.dev/tenant" may be changed or removed only while the namespace is empty, and it holds pods (3) or NetworkPolicies besides the floor (1); keep it "payments"',
    judgeNamespace(relabelled(admin), ofNamespace({ contents: { pods: 3, policies: 1 } })),
  ],
  [
    'labels.protected: label "bulkhead.dev/tenant" may be changed or removed only while the namespace is empty, and what it holds could not be listed; keep it "payments"',
    judgeNamespace(relabelled(admin), ofNamespace({ contents: 'unavailable' })),
  ],
  [
    'labels.assignment: you are in groups to which different values of label "bulkhead.dev/tenant" are assigned; ask an administrator to create the namespace',
    created({}, inGroups('team-payments', 'team-orders')),
  ],
  [
    'namespace.unassigned: the namespace has no label "bulkhead.dev/tenant", so no boundary would guard it; ask an administrator to create it or to assign the label to your group',
    created({}),
  ],
  [
    'namespace.exempt: no boundary guards a namespace named "kube-system", so only an administrator may create it; choose another name',
    created({}, stranger, 'kube-system'),
  ],
  [
    'namespace.recorded: the name belonged to a namespace with "bulkhead.dev/tenant" "payments"; choose another name or that label, or let an administrator forget it (bulkhead adopt --forget NAME)',
    judgeRecorded(new Map([[tenant, 'orders']]), new Map([[tenant, 'payments']]), ofNamespace().tenancy),
  ],
  [
    'namespace.recorded: whether the name belonged to somebody else could not be looked up; try again, and see that Bulkhead may read namespacerecords',
    judgeRecorded(new Map(), 'unavailable', ofNamespace().tenancy),
  ],
  [
    'pods.beforeFloor: bulkhead-floor does not stand in the namespace yet, and the pod lacks the gate bulkhead.dev/floor; leave the gate alone, and see that the mutating webhook is registered',
    judgePod(podCreated(goodPod()), { ...inNamespace(), floorStands: false }),
  ],
  [
    'pods.beforeFloor: bulkhead-floor does not stand in the namespace yet, and a pod with spec.nodeName cannot wait for it; leave nodeName out or try again in a moment',
    judgePod(podCreated(goodPod({ nodeName: 'one' })), { ...inNamespace(), floorStands: false }),
  ],
  [
    'pods.beforeFloor: only Bulkhead lifts the gate bulkhead.dev/floor, once bulkhead-floor stands; keep it',
    judgePod(
      podUpdated(goodPod({ schedulingGates: [{ name: 'bulkhead.dev/floor' }] }), goodPod()),
      inNamespace(),
    ),
  ],
  [
    'floor.protected: only Bulkhead and administrators may delete bulkhead-floor; use a policy of another name, or ask an administrator to change the Boundary',
    floorGoes(false),
  ],
  [
    'floor.protected: the namespace is being deleted and its pods still need the floor; the namespace controller deletes it last, just wait',
    floorGoes(true, admin),
  ],
  [
    'floor.protected: pods are left in the namespace that is being deleted (2); the deletion succeeds once they are gone',
    floorGoes(true, controller),
  ],
  [
    'otherPolicies.kind: CiliumNetworkPolicy (cilium.io) can allow what NetworkPolicies do not, and namespace "shop" is guarded; use networking.k8s.io/v1 NetworkPolicy',
    judgeOtherPolicy(policyRequest({ ...cilium, object: {} }), [boundary()]),
  ],
];

describe('the refusal reads', () => {
  test.each(golden)('%s', (line, violations) => {
    expect(violations.map(({ code, message }) => `${code}: ${message}`)).toEqual([line]);
  });

  test('every code of the table has such a line', () => {
    const codes = new Set(golden.map(([line]) => line.slice(0, line.indexOf(':'))));
    expect([...codes].sort()).toEqual(Object.keys(invariantCodes).sort());
  });
});
