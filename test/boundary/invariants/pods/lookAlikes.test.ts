/** Pods that only look as if they left the guarded network: over-blocking is a fault as much as a hole. */
import { describe, expect, test } from '@jest/globals';
import { judgePod } from '../../../../src/boundary/invariants/pods/judgePod.ts';
import { goodContainer, goodPod, inNamespace, podCreated } from '../scene.ts';

const secured = (securityContext: object): object => ({
  name: 'a',
  securityContext: { capabilities: { drop: ['ALL'] }, ...securityContext },
});
const capabilities = (add: readonly string[], drop: readonly string[] = ['ALL']): object =>
  secured({ capabilities: { add, drop } });

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
    expect(judgePod(podCreated(pod), inNamespace())).toEqual([]);
  });
});
