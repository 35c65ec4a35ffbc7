/** Each pod setting of a Boundary: what it denies and the look-alike that it admits. */
import { describe, expect, test } from '@jest/globals';
import { judgePod } from '../../../../src/boundary/invariants/pods/judgePod.ts';
import {
  boundary,
  goodContainer,
  goodPod,
  inNamespace,
  plugin,
  podCreated,
  podUpdated,
  tenant,
  told,
} from '../scene.ts';
import type { PodSettings } from '../../../../src/boundary/invariants/context.ts';

const judged = (pod: unknown, pods: Partial<PodSettings> = {}): readonly string[] =>
  told(judgePod(podCreated(pod), inNamespace({ boundaries: [boundary({ pods })] })));

const secured = (securityContext: object, change: object = {}): object => ({
  name: 'a',
  ...change,
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
    expect(judged(pod)).toEqual(expected);
  });
});

describe('admitted, because it only looks like it', () => {
  test.each([
    ['a plain pod', goodPod()],
    [
      'host flags that are false',
      goodPod({ hostNetwork: false, hostPID: false, hostIPC: null, volumes: null, securityContext: null }),
    ],
    ['hostPort 0', goodPod({ containers: [goodContainer({ ports: [{ containerPort: 1, hostPort: 0 }] })] })],
    ['other volumes', goodPod({ volumes: [{ name: 'v', configMap: {}, hostPath: null }] })],
    [
      'privileged: false and the default procMount',
      goodPod({
        containers: [
          secured({ privileged: false, procMount: 'Default', windowsOptions: { hostProcess: false } }),
        ],
      }),
    ],
    [
      'every capability of the baseline in any casing',
      goodPod({
        containers: [
          capabilities(
            'AUDIT_WRITE,chown,Dac_Override,FOWNER,CAP_FSETID,kill,MKNOD,cap_net_bind_service,SETFCAP,SETGID,SETPCAP,SETUID,SYS_CHROOT'.split(
              ',',
            ),
          ),
        ],
      }),
    ],
    ['net_raw dropped in lower case', goodPod({ containers: [capabilities([], ['kill', 'net_raw'])] })],
    ['all dropped in lower case', goodPod({ containers: [capabilities(['chown'], ['all'])] })],
    ['a pod for Windows without drops', goodPod({ os: { name: 'windows' }, containers: [{ name: 'a' }] })],
    [
      'annotations that plugins write on every pod',
      goodPod(
        {},
        {
          annotations: {
            'k8s.v1.cni.cncf.io/network-status': '[]',
            'cni.projectcalico.org/podIP': '10.0.0.1/32',
            'cni.projectcalico.org/podIPs': '10.0.0.1/32',
            'cni.projectcalico.org/containerID': 'x',
            'k8s.v1.cni.cncf.io/Networks': 'another key',
            'example.com/address2': 'x',
            ovn: 'x',
          },
        },
      ),
    ],
    [
      'ordinary and other extended resources',
      goodPod({
        containers: [
          goodContainer({ resources: { limits: { cpu: '1', 'nvidia.com/gpu': '1' }, requests: null } }),
        ],
      }),
    ],
    [
      'the pinned port, its protocol left out, and free names',
      goodPod({
        containers: [
          goodContainer({
            ports: [
              { name: 'http', containerPort: 8080 },
              { name: 'https', containerPort: 22 },
              { containerPort: 8080 },
            ],
          }),
        ],
      }),
    ],
    [
      'a port name that JavaScript knows',
      goodPod({ containers: [goodContainer({ ports: [{ name: 'constructor', containerPort: 1 }] })] }),
    ],
  ])('%s', (_says, pod) => {
    expect(judged(pod)).toEqual([]);
  });
});

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

describe('guarded annotations later', () => {
  const bare = goodPod();
  const with_ = (value: string): object =>
    goodPod({}, { annotations: { 'ovn.kubernetes.io/ip_address': value } });
  const found = 'pods.addressRequests /metadata/annotations/ovn.kubernetes.io~1ip_address';
  for (const subresource of ['', 'status', 'ephemeralcontainers', 'resize']) {
    test.each([
      ['setting one is denied', bare, with_('10.0.0.1'), [found]],
      ['changing one is denied', with_('10.0.0.1'), with_('10.0.0.2'), [found]],
      ['keeping one passes', with_('10.0.0.1'), with_('10.0.0.1'), []],
      ['removing one passes', with_('10.0.0.1'), bare, []],
    ])(`through pods/${subresource}, %s`, (_says, before, after, expected) => {
      const request = podUpdated(before, after, { subresource });
      expect(told(judgePod(request, inNamespace()))).toEqual(expected);
      const user = { username: plugin, groups: [] };
      expect(judgePod({ ...request, user }, inNamespace())).toEqual([]);
    });
  }

  test("the network plugin's account may set them at creation, and nothing else", () => {
    const user = { username: plugin, groups: [] };
    const pod = goodPod({ hostNetwork: true }, { annotations: { 'ovn.kubernetes.io/ip_address': 'x' } });
    expect(told(judgePod(podCreated(pod, { user }), inNamespace()))).toEqual([
      'pods.hostNetwork /spec/hostNetwork',
    ]);
    const other = { username: `${plugin}2`, groups: [] };
    expect(judgePod(podCreated(pod, { user: other }), inNamespace())).toHaveLength(2);
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
