/** Which network plugins run, by their DaemonSets: each with whether it enforces NetworkPolicies, and how it reads what the API leaves open. */
import { listAt, ownAt, stringAt } from '../../k8s/json.ts';

/** `unknown`: it can, but whether it is told to is not seen from outside. */
export type Enforcement = 'yes' | 'no' | 'unknown';

export interface Plugin {
  readonly name: string;
  readonly enforces: Enforcement;
  /** Whether an ipBlock that holds a pod's address allows that pod (docs/semantics.md). */
  readonly ipBlockMatchesPods: boolean;
  /** What else it makes of the API's corners, in words. */
  readonly corners: readonly string[];
}

/** A container as far as plugins are told apart by it. */
interface Container {
  readonly name: string;
  /** The image's repository, without registry, tag and digest, for mirrors keep that. */
  readonly image: string;
  readonly tag: string;
  readonly args: readonly string[];
}

interface Candidate {
  readonly daemonSet: string;
  readonly containers: readonly Container[];
}

interface Known {
  readonly name: string;
  readonly is: (candidate: Candidate) => boolean;
  readonly enforces: (candidate: Candidate) => Enforcement;
  readonly ipBlockMatchesPods: boolean;
  readonly corners?: readonly string[];
}

const has =
  (...names: readonly string[]) =>
  ({ daemonSet, containers }: Candidate): boolean =>
    names.includes(daemonSet) || containers.some(({ name }) => names.includes(name));
const runs =
  (container: string) =>
  ({ containers }: Candidate): boolean =>
    containers.some(({ name, image }) => name === container || image.split('/').at(-1) === container);
const told =
  (...flags: readonly string[]) =>
  ({ containers }: Candidate): boolean =>
    containers.some(({ args }) => args.some((arg) => flags.includes(arg.replace(/^-+/, ''))));
const always = (): Enforcement => 'yes';
const never = (): Enforcement => 'no';
const ciliumEnforces = (candidate: Candidate): Enforcement =>
  told('enable-policy=never', 'enable-k8s-networkpolicy=false')(candidate) ? 'no' : 'yes';
const ciliumCorners = ['named ports of several pods may be mixed up (cilium #24779, #30003)'];

/** Images of kind's own plugin carry the day they were built; from kind 0.24 on it enforces. */
const firstEnforcingKindnet = 20_240_813;
function kindnetEnforces({ containers }: Candidate): Enforcement {
  const day = containers.map(({ tag }) => /^v(\d{8})-/.exec(tag)?.[1]).find((found) => found !== undefined);
  if (day === undefined) return 'unknown';
  return Number(day) >= firstEnforcingKindnet ? 'yes' : 'no';
}

/** In this order; a DaemonSet is the first that fits. */
const known: readonly Known[] = [
  {
    name: 'GKE Dataplane V2',
    is: ({ daemonSet }) => daemonSet === 'anetd',
    enforces: ciliumEnforces,
    ipBlockMatchesPods: false,
    corners: ciliumCorners,
  },
  {
    name: 'Cilium',
    is: has('cilium', 'cilium-agent'),
    enforces: ciliumEnforces,
    ipBlockMatchesPods: false,
    corners: ciliumCorners,
  },
  { name: 'Calico', is: has('calico-node', 'canal'), enforces: always, ipBlockMatchesPods: true },
  { name: 'Antrea', is: has('antrea-agent'), enforces: always, ipBlockMatchesPods: true },
  {
    name: 'OVN-Kubernetes',
    is: ({ daemonSet, containers }) =>
      daemonSet.startsWith('ovnkube-node') || containers.some(({ name }) => name === 'ovnkube-controller'),
    enforces: always,
    ipBlockMatchesPods: true,
    corners: [
      'a namespaceSelector beside podSelector {} selects host-network pods',
      'named ports of several pods may be mixed up (ovn-kubernetes #2117)',
    ],
  },
  {
    name: 'kube-router',
    is: has('kube-router'),
    enforces: (candidate) => (told('run-firewall=false')(candidate) ? 'no' : 'yes'),
    ipBlockMatchesPods: true,
  },
  {
    name: 'Weave Net',
    is: has('weave-net', 'weave'),
    enforces: (candidate) => (runs('weave-npc')(candidate) ? 'yes' : 'no'),
    ipBlockMatchesPods: true,
  },
  {
    name: 'Flannel',
    is: has('kube-flannel-ds', 'kube-flannel'),
    enforces: (candidate) => (runs('kube-network-policies')(candidate) ? 'yes' : 'no'),
    ipBlockMatchesPods: true,
  },
  { name: 'kindnet', is: has('kindnet', 'kindnet-cni'), enforces: kindnetEnforces, ipBlockMatchesPods: true },
  { name: 'Azure NPM', is: has('azure-npm'), enforces: always, ipBlockMatchesPods: true },
  { name: 'Azure CNI', is: has('azure-cns'), enforces: never, ipBlockMatchesPods: true },
  {
    name: 'AWS VPC CNI',
    is: has('aws-node'),
    enforces: (candidate) => (told('enable-network-policy=true')(candidate) ? 'yes' : 'no'),
    ipBlockMatchesPods: true,
    corners: ['named ports may be read wrongly (aws-network-policy-agent #52)'],
  },
  {
    name: 'kube-network-policies',
    is: has('kube-network-policies'),
    enforces: always,
    ipBlockMatchesPods: true,
  },
];

/** Namespaces that network plugins are installed into, beside those that the configuration exempts. */
export const pluginNamespaces: readonly string[] = [
  'kube-system',
  'calico-system',
  'cilium',
  'kube-flannel',
  'kube-router',
  'openshift-ovn-kubernetes',
  'ovn-kubernetes',
  'weave',
];

/** The plugin that a DaemonSet is; undefined for any other, and for one that no node runs. */
export function recognise(daemonSet: unknown): Plugin | undefined {
  const desired = ownAt(daemonSet, 'status', 'desiredNumberScheduled');
  if (typeof desired !== 'number' || desired < 1) return undefined;
  const candidate = {
    daemonSet: stringAt(daemonSet, 'metadata', 'name') ?? '',
    containers: listAt(daemonSet, 'spec', 'template', 'spec', 'containers').map(readContainer),
  };
  const found = known.find(({ is }) => is(candidate));
  if (found === undefined) return undefined;
  const { name, ipBlockMatchesPods, corners = [] } = found;
  return { name, enforces: found.enforces(candidate), ipBlockMatchesPods, corners };
}

function readContainer(container: unknown): Container {
  const whole = (stringAt(container, 'image') ?? '').split('@')[0] ?? '';
  const [, image = whole, tag = ''] = /^(.*?)(?::([^:/]*))?$/.exec(whole) ?? [];
  const words = [...listAt(container, 'command'), ...listAt(container, 'args')];
  return {
    name: stringAt(container, 'name') ?? '',
    image,
    tag,
    args: words.filter((word) => typeof word === 'string'),
  };
}
