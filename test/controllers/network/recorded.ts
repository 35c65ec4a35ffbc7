// DaemonSets of network plugins as their installations leave them, reduced to what is looked at: names, images, arguments, how many nodes run them.

export type Container = readonly [name: string, image: string, ...args: string[]];

/** A DaemonSet that three nodes run. */
export const daemonSet = (
  namespace: string,
  name: string,
  containers: readonly Container[],
  nodes = 3,
): object => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { namespace, name },
  spec: {
    template: {
      spec: {
        hostNetwork: true,
        containers: containers.map(([called, image, ...args]) => ({ name: called, image, args })),
      },
    },
  },
  status: { desiredNumberScheduled: nodes, numberReady: nodes },
});

const eks = '602401143452.dkr.ecr.us-west-2.amazonaws.com';
const aks = 'mcr.microsoft.com';
const digest = `@sha256:${'a'.repeat(64)}`;
const nodeAgent = (on: boolean): Container => [
  'aws-eks-nodeagent',
  `${eks}/amazon/aws-network-policy-agent:v1.2.0`,
  '--enable-ipv6=false',
  `--enable-network-policy=${String(on)}`,
];
const awsNode: Container = ['aws-node', `${eks}/amazon-k8s-cni:v1.19.0`];
const flannel: Container = [
  'kube-flannel',
  'ghcr.io/flannel-io/flannel:v0.26.1',
  '--ip-masq',
  '--kube-subnet-mgr',
];
const kubeProxy = daemonSet('kube-system', 'kube-proxy', [
  ['kube-proxy', 'registry.k8s.io/kube-proxy:v1.36.3'],
]);

/** What each cluster runs, and what that makes it: the plugins that count, whether they enforce, whether blocks match pods. */
export const recorded: readonly (readonly [
  cluster: string,
  daemonSets: readonly object[],
  plugins: string,
  enforced: 'yes' | 'no' | 'unknown',
  blocksMatchPods: boolean | undefined,
])[] = [
  [
    'Calico from its manifest',
    [daemonSet('kube-system', 'calico-node', [['calico-node', 'docker.io/calico/node:v3.29.1']])],
    'Calico',
    'yes',
    true,
  ],
  [
    'Calico from its operator',
    [daemonSet('calico-system', 'calico-node', [['calico-node', 'quay.io/calico/node:v3.31.0']])],
    'Calico',
    'yes',
    true,
  ],
  [
    'Canal: Flannel with policies by Calico',
    [daemonSet('kube-system', 'canal', [['calico-node', 'rancher/hardened-calico:v3.29.1'], flannel])],
    'Calico',
    'yes',
    true,
  ],
  [
    'Cilium',
    [daemonSet('kube-system', 'cilium', [['cilium-agent', `quay.io/cilium/cilium:v1.16.5${digest}`]])],
    'Cilium',
    'yes',
    false,
  ],
  [
    'Cilium that is told not to',
    [
      daemonSet('kube-system', 'cilium', [
        ['cilium-agent', 'quay.io/cilium/cilium:v1.16.5', '--enable-policy=never'],
      ]),
    ],
    'Cilium',
    'no',
    false,
  ],
  [
    'GKE with Dataplane V2',
    [
      daemonSet('kube-system', 'anetd', [['cilium-agent', 'gke.gcr.io/cilium/cilium:v1.14.7-gke.1']]),
      daemonSet('kube-system', 'netd', [['netd', 'gke.gcr.io/netd:v0.3.10']]),
    ],
    'GKE Dataplane V2',
    'yes',
    false,
  ],
  [
    'Antrea',
    [
      daemonSet('kube-system', 'antrea-agent', [
        ['antrea-agent', 'antrea/antrea-agent-ubuntu:v2.2.0', '--config', '/etc/antrea/antrea-agent.conf'],
        ['antrea-ovs', 'antrea/antrea-agent-ubuntu:v2.2.0'],
      ]),
    ],
    'Antrea',
    'yes',
    true,
  ],
  [
    'OpenShift with OVN-Kubernetes',
    [
      daemonSet('openshift-ovn-kubernetes', 'ovnkube-node', [
        ['ovn-controller', `quay.io/openshift-release-dev/ocp-v4.0-art-dev${digest}`],
        ['ovnkube-controller', `quay.io/openshift-release-dev/ocp-v4.0-art-dev${digest}`],
      ]),
    ],
    'OVN-Kubernetes',
    'yes',
    true,
  ],
  [
    'kube-router',
    [
      daemonSet('kube-system', 'kube-router', [
        [
          'kube-router',
          'docker.io/cloudnativelabs/kube-router:v2.4.0',
          '--run-router=true',
          '--run-firewall=true',
        ],
      ]),
    ],
    'kube-router',
    'yes',
    true,
  ],
  [
    'kube-router as a router alone',
    [
      daemonSet('kube-system', 'kube-router', [
        [
          'kube-router',
          'docker.io/cloudnativelabs/kube-router:v2.4.0',
          '--run-router=true',
          '--run-firewall=false',
        ],
      ]),
    ],
    'kube-router',
    'no',
    true,
  ],
  [
    'Weave Net',
    [
      daemonSet('kube-system', 'weave-net', [
        ['weave', 'weaveworks/weave-kube:2.8.1'],
        ['weave-npc', 'weaveworks/weave-npc:2.8.1'],
      ]),
    ],
    'Weave Net',
    'yes',
    true,
  ],
  [
    'Weave Net without its policy controller',
    [daemonSet('kube-system', 'weave-net', [['weave', 'weaveworks/weave-kube:2.8.1']])],
    'Weave Net',
    'no',
    true,
  ],
  ['Flannel', [daemonSet('kube-flannel', 'kube-flannel-ds', [flannel])], 'Flannel', 'no', true],
  [
    'Flannel beside kube-router as a firewall',
    [
      daemonSet('kube-flannel', 'kube-flannel-ds', [flannel]),
      daemonSet('kube-system', 'kube-router', [
        [
          'kube-router',
          'docker.io/cloudnativelabs/kube-router:v2.4.0',
          '--run-router=false',
          '--run-firewall=true',
        ],
      ]),
    ],
    'kube-router',
    'yes',
    true,
  ],
  [
    'kind 0.23',
    [daemonSet('kube-system', 'kindnet', [['kindnet-cni', 'docker.io/kindest/kindnetd:v20240513-cd2ac642']])],
    'kindnet',
    'no',
    true,
  ],
  [
    'kind 0.24',
    [daemonSet('kube-system', 'kindnet', [['kindnet-cni', 'docker.io/kindest/kindnetd:v20240813-c6f155d6']])],
    'kindnet',
    'yes',
    true,
  ],
  [
    "kindnet of a build of one's own",
    [daemonSet('kube-system', 'kindnet', [['kindnet-cni', 'registry.example:5000/kindnetd:mine']])],
    'kindnet',
    'unknown',
    true,
  ],
  [
    'Azure CNI alone',
    [
      daemonSet('kube-system', 'azure-cns', [
        ['cns-container', `${aks}/containernetworking/azure-cns:v1.6.13`],
      ]),
    ],
    'Azure CNI',
    'no',
    true,
  ],
  [
    'Azure CNI with its policy manager',
    [
      daemonSet('kube-system', 'azure-cns', [
        ['cns-container', `${aks}/containernetworking/azure-cns:v1.6.13`],
      ]),
      daemonSet('kube-system', 'azure-npm', [['azure-npm', `${aks}/containernetworking/azure-npm:v1.5.38`]]),
    ],
    'Azure NPM',
    'yes',
    true,
  ],
  [
    'Azure CNI powered by Cilium',
    [
      daemonSet('kube-system', 'azure-cns', [
        ['cns-container', `${aks}/containernetworking/azure-cns:v1.6.13`],
      ]),
      daemonSet('kube-system', 'cilium', [['cilium-agent', `${aks}/oss/cilium/cilium:v1.14.15`]]),
    ],
    'Cilium',
    'yes',
    false,
  ],
  [
    'AWS VPC CNI with policies off',
    [daemonSet('kube-system', 'aws-node', [awsNode, nodeAgent(false)])],
    'AWS VPC CNI',
    'no',
    true,
  ],
  [
    'AWS VPC CNI with policies on',
    [daemonSet('kube-system', 'aws-node', [awsNode, nodeAgent(true)])],
    'AWS VPC CNI',
    'yes',
    true,
  ],
  [
    'AWS VPC CNI with Calico for policies',
    [
      daemonSet('kube-system', 'aws-node', [awsNode, nodeAgent(false)]),
      daemonSet('calico-system', 'calico-node', [['calico-node', 'quay.io/calico/node:v3.29.1']]),
    ],
    'Calico',
    'yes',
    true,
  ],
  ['nothing but kube-proxy', [kubeProxy], '', 'unknown', undefined],
  [
    'Calico that no node runs',
    [daemonSet('kube-system', 'calico-node', [['calico-node', 'docker.io/calico/node:v3.29.1']], 0)],
    '',
    'unknown',
    undefined,
  ],
];
