/** Each fault that a Boundary finds in a Pod, with the field that has it. */
import { describe, expect, test } from '@jest/globals';
import { judgePod } from '../../../../src/boundary/invariants/pods/judgePod.ts';
import { goodContainer, goodPod, inNamespace, podCreated, told } from '../scene.ts';

const secured = (securityContext: object): object => ({
  name: 'a',
  securityContext: { capabilities: { drop: ['ALL'] }, ...securityContext },
});
const capabilities = (add: readonly string[], drop: readonly string[] = ['ALL']): object =>
  secured({ capabilities: { add, drop } });

describe('denied, with the field at fault', () => {
  const cases: readonly [string, object, readonly string[]][] = [
    ['hostNetwork', goodPod({ hostNetwork: true }), ['pods.hostNetwork /spec/hostNetwork']],
    [
      'a hostPort',
      goodPod({ containers: [goodContainer({ ports: [{ containerPort: 1, hostPort: 2 }] })] }),
      ['pods.hostNetwork /spec/containers/0/ports/0/hostPort'],
    ],
    [
      'a hostPort of an init container',
      goodPod({ initContainers: [goodContainer({ ports: [{ containerPort: 1 }, { hostPort: 2 }] })] }),
      ['pods.hostNetwork /spec/initContainers/0/ports/1/hostPort'],
    ],
    ['hostPID', goodPod({ hostPID: true }), ['pods.hostAccess /spec/hostPID']],
    ['hostIPC', goodPod({ hostIPC: true }), ['pods.hostAccess /spec/hostIPC']],
    [
      'a hostPath volume',
      goodPod({
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'w', hostPath: { path: '/' } },
        ],
      }),
      ['pods.hostAccess /spec/volumes/1/hostPath'],
    ],
    [
      'a hostPath volume without a path',
      goodPod({ volumes: [{ name: 'w', hostPath: {} }] }),
      ['pods.hostAccess /spec/volumes/0/hostPath'],
    ],
    [
      'a privileged container',
      goodPod({ containers: [secured({ privileged: true })] }),
      ['pods.hostAccess /spec/containers/0/securityContext/privileged'],
    ],
    [
      'a privileged init container',
      goodPod({ initContainers: [secured({ privileged: true })] }),
      ['pods.hostAccess /spec/initContainers/0/securityContext/privileged'],
    ],
    [
      'procMount Unmasked',
      goodPod({ containers: [secured({ procMount: 'Unmasked' })] }),
      ['pods.hostAccess /spec/containers/0/securityContext/procMount'],
    ],
    [
      'hostProcess of the pod',
      goodPod({ securityContext: { windowsOptions: { hostProcess: true } } }),
      ['pods.hostAccess /spec/securityContext/windowsOptions/hostProcess'],
    ],
    [
      'hostProcess of a container',
      goodPod({ containers: [secured({ windowsOptions: { hostProcess: true } })] }),
      ['pods.hostAccess /spec/containers/0/securityContext/windowsOptions/hostProcess'],
    ],
    [
      'hostProcess in a pod for Windows',
      goodPod({
        os: { name: 'windows' },
        containers: [{ name: 'a', securityContext: { windowsOptions: { hostProcess: true } } }],
      }),
      ['pods.hostAccess /spec/containers/0/securityContext/windowsOptions/hostProcess'],
    ],
    [
      'SYS_ADMIN beside what the baseline has',
      goodPod({ containers: [capabilities(['CHOWN', 'SYS_ADMIN'])] }),
      ['pods.hostAccess /spec/containers/0/securityContext/capabilities/add/1'],
    ],
    [
      'net_admin in lower case',
      goodPod({ containers: [capabilities(['net_admin'])] }),
      ['pods.hostAccess /spec/containers/0/securityContext/capabilities/add/0'],
    ],
    [
      'Cap_Sys_Ptrace with its prefix',
      goodPod({ containers: [capabilities(['Cap_Sys_Ptrace'])] }),
      ['pods.hostAccess /spec/containers/0/securityContext/capabilities/add/0'],
    ],
    [
      'all capabilities',
      goodPod({ containers: [capabilities(['all'])] }),
      [
        'pods.hostAccess /spec/containers/0/securityContext/capabilities/add/0',
        'pods.rawSockets /spec/containers/0/securityContext/capabilities/add/0',
      ],
    ],
    [
      'net_raw added although ALL is dropped',
      goodPod({ containers: [capabilities(['net_raw'])] }),
      [
        'pods.hostAccess /spec/containers/0/securityContext/capabilities/add/0',
        'pods.rawSockets /spec/containers/0/securityContext/capabilities/add/0',
      ],
    ],
    [
      'CAP_NET_RAW added although NET_RAW is dropped',
      goodPod({ containers: [capabilities(['CAP_NET_RAW'], ['NET_RAW'])] }),
      [
        'pods.hostAccess /spec/containers/0/securityContext/capabilities/add/0',
        'pods.rawSockets /spec/containers/0/securityContext/capabilities/add/0',
      ],
    ],
    [
      'a container that keeps NET_RAW',
      goodPod({ containers: [{ name: 'a' }] }),
      ['pods.rawSockets /spec/containers/0/securityContext/capabilities/drop'],
    ],
    [
      'CAP_NET_RAW dropped, which containerd ignores',
      goodPod({ containers: [capabilities([], ['CAP_NET_RAW', 'CHOWN'])] }),
      ['pods.rawSockets /spec/containers/0/securityContext/capabilities/drop'],
    ],
    [
      'an ephemeral container that keeps NET_RAW',
      goodPod({ ephemeralContainers: [{ name: 'debug' }] }),
      ['pods.rawSockets /spec/ephemeralContainers/0/securityContext/capabilities/drop'],
    ],
    [
      'a null in place of a container',
      goodPod({ containers: [null] }),
      ['pods.rawSockets /spec/containers/0/securityContext/capabilities/drop'],
    ],
    [
      'Multus networks',
      goodPod({}, { annotations: { 'k8s.v1.cni.cncf.io/networks': 'macvlan' } }),
      ['pods.secondaryNetworks /metadata/annotations/k8s.v1.cni.cncf.io~1networks'],
    ],
    [
      'a Multus default network',
      goodPod({}, { annotations: { 'v1.multus-cni.io/default-network': 'kube-system/other' } }),
      ['pods.secondaryNetworks /metadata/annotations/v1.multus-cni.io~1default-network'],
    ],
    [
      'a resource claim',
      goodPod({ resourceClaims: [{ name: 'nic', resourceClaimTemplateName: 'nic' }] }),
      ['pods.secondaryNetworks /spec/resourceClaims/0'],
    ],
    [
      'a claim of a container',
      goodPod({ containers: [goodContainer({ resources: { claims: [{ name: 'nic' }] } })] }),
      ['pods.secondaryNetworks /spec/containers/0/resources/claims/0'],
    ],
    [
      'a configured extended resource',
      goodPod({ containers: [goodContainer({ resources: { limits: { 'intel.com/sriov': '1' } } })] }),
      ['pods.secondaryNetworks /spec/containers/0/resources/limits/intel.com~1sriov'],
    ],
    [
      'an extended resource of a configured prefix',
      goodPod({ initContainers: [goodContainer({ resources: { requests: { 'openshift.io/nic': 1 } } })] }),
      ['pods.secondaryNetworks /spec/initContainers/0/resources/requests/openshift.io~1nic'],
    ],
    [
      'an extended resource that stands for a device class',
      goodPod({
        containers: [
          goodContainer({ resources: { limits: { 'deviceclass.resource.kubernetes.io/nic': '1' } } }),
        ],
      }),
      ['pods.secondaryNetworks /spec/containers/0/resources/limits/deviceclass.resource.kubernetes.io~1nic'],
    ],
    ...[
      'cni.projectcalico.org/ipAddrs',
      'cni.projectcalico.org/ipAddrsNoIpam',
      'cni.projectcalico.org/floatingIPs',
      'cni.projectcalico.org/ipv4pools',
      'cni.projectcalico.org/ipv6pools',
      'cni.projectcalico.org/hwAddr',
      'ipam.antrea.io/pod-ips',
      'ovn.kubernetes.io/ip_address',
    ].map((key): [string, object, readonly string[]] => [
      key,
      goodPod({}, { annotations: { [key]: '["10.0.0.1"]' } }),
      [`pods.addressRequests /metadata/annotations/${key.replace('/', '~1')}`],
    ]),
    [
      'configured annotations',
      goodPod({}, { annotations: { 'example.com/address': 'x', 'cni.example.com/any': 'y' } }),
      [
        'annotations.guarded /metadata/annotations/example.com~1address',
        'annotations.guarded /metadata/annotations/cni.example.com~1any',
      ],
    ],
    [
      'a pinned port name on another number',
      goodPod({ containers: [goodContainer({ ports: [{ name: 'http', containerPort: 22 }] })] }),
      ['pods.portNames /spec/containers/0/ports/0'],
    ],
    [
      'a pinned port name with another protocol',
      goodPod({
        initContainers: [goodContainer({ ports: [{ name: 'http', containerPort: 8080, protocol: 'UDP' }] })],
      }),
      ['pods.portNames /spec/initContainers/0/ports/0'],
    ],
    [
      'a stamp that is missing',
      goodPod({}, { labels: {} }),
      ['pods.stamp /metadata/labels/bulkhead.dev~1tenant'],
    ],
    [
      'everything at once',
      goodPod({ hostNetwork: true, hostPID: true, containers: [{ name: 'a' }] }),
      [
        'pods.hostNetwork /spec/hostNetwork',
        'pods.hostAccess /spec/hostPID',
        'pods.rawSockets /spec/containers/0/securityContext/capabilities/drop',
      ],
    ],
    [
      'a field of a wrong type',
      goodPod({ hostNetwork: 'true', containers: {} }),
      ['object.unreadable /spec/hostNetwork', 'object.unreadable /spec/containers'],
    ],
  ];
  test.each(cases)('%s', (_says, pod, expected) => {
    expect(told(judgePod(podCreated(pod), inNamespace()))).toEqual(expected);
  });
});
