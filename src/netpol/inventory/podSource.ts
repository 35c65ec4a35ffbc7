/** Where pods come from: a Pod itself, or the template of a workload that would create some. */
import type { Issue } from '../../config/issue.ts';
import { listAt, own, ownAt, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { isObject } from '../../k8s/json.ts';
import type { Labels } from '../../k8s/labelSelector.ts';
import { protocols } from '../../k8s/networkPolicy.ts';
import { readPod } from '../../k8s/pod.ts';
import type { ContainerPort } from '../../k8s/podContainer.ts';
import { isPortName } from '../../k8s/syntax.ts';
import { hostAddress } from '../concrete/world.ts';
import type { HostAddress, NamedPort } from '../concrete/world.ts';
import type { WorkloadKind } from './kind.ts';

/** What NetworkPolicies see of a pod, with every mistake made in writing it. */
export interface PodTraits {
  readonly labels: Labels;
  readonly ips: readonly HostAddress[];
  readonly hostNetwork: boolean;
  readonly ports: readonly NamedPort[];
  readonly issues: readonly Issue[];
}

/** Reads a Pod. */
export function traitsOfPod(value: JsonObject): PodTraits {
  const traits = readTraits(value, '');
  const listed = listAt(value, 'status', 'podIPs').map((item) => stringAt(item, 'ip'));
  const texts = listed.length > 0 ? listed : [stringAt(value, 'status', 'podIP')];
  const issues: Issue[] = [];
  const ips = texts.flatMap((text, index) => {
    if (text === undefined || text === '') return [];
    const address = hostAddress(text);
    if (address !== undefined) return [address];
    const pointer = listed.length > 0 ? `/status/podIPs/${index}/ip` : '/status/podIP';
    issues.push({ code: 'inventory.podIP', pointer, message: `"${text.slice(0, 80)}" is no IP address` });
    return [];
  });
  return { ...traits, ips, issues: [...traits.issues, ...issues] };
}

/** Reads the template of a workload; pods of a Job carry its name as labels, those that only a running cluster could name are left out. */
export function traitsOfWorkload(value: JsonObject, kind: WorkloadKind): PodTraits {
  const path = kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template'];
  const pointer = `/${path.join('/')}`;
  const template = ownAt(value, ...path);
  if (!isObject(template)) {
    const message = `a ${kind} needs a pod template at ${path.join('.')}`;
    return { ...noTraits, issues: [{ code: 'inventory.template', pointer, message }] };
  }
  const traits = readTraits(template, pointer);
  const name = stringAt(value, 'metadata', 'name');
  if (kind !== 'Job' || name === undefined) return traits;
  const labels = new Map([['job-name', name], ['batch.kubernetes.io/job-name', name], ...traits.labels]);
  return { ...traits, labels };
}

const noTraits: PodTraits = { labels: new Map(), ips: [], hostNetwork: false, ports: [], issues: [] };

function readTraits(object: JsonObject, pointer: string): PodTraits {
  const { pod, issues } = readPod(object, 'whole');
  const found = issues.map((issue) => ({ ...issue, pointer: `${pointer}${issue.pointer ?? ''}` }));
  const ports = pod.containers.flatMap((container) =>
    container.ports.flatMap((port) => readPort(port, pointer, found)),
  );
  return { ...noTraits, labels: pod.metadata.labels, hostNetwork: pod.hostNetwork, ports, issues: found };
}

/** Only ports that have a name matter; what the API server would refuse is reported for all. */
function readPort(port: ContainerPort, pointer: string, issues: Issue[]): readonly NamedPort[] {
  const report = (field: string, message: string): readonly NamedPort[] => {
    issues.push({ code: 'inventory.containerPort', pointer: `${pointer}${port.field}/${field}`, message });
    return [];
  };
  const protocol = protocols.find((known) => known === port.protocol);
  const { name, containerPort: number } = port;
  if (protocol === undefined) {
    return report('protocol', `"${port.protocol.slice(0, 80)}" is no protocol; use TCP, UDP or SCTP`);
  }
  if (number < 1 || number > 65_535) return report('containerPort', `${number} must be between 1 and 65535`);
  if (name === '') return [];
  if (!isPortName(name)) return report('name', `"${name.slice(0, 80)}" is no port name`);
  return [{ name, protocol, number }];
}

/** Whether a workload may run more than one pod at a time, so that its pods can also talk to each other. */
export function runsSeveral(value: JsonObject, kind: WorkloadKind): boolean {
  const count = (...path: readonly string[]): number => {
    const found = ownAt(value, 'spec', ...path);
    return typeof found === 'number' ? found : 1;
  };
  switch (kind) {
    case 'DaemonSet':
      return true;
    case 'Job':
      return count('parallelism') > 1;
    case 'CronJob':
      return count('jobTemplate', 'spec', 'parallelism') > 1;
    case 'Deployment':
    case 'StatefulSet':
    case 'ReplicaSet':
    case 'ReplicationController':
      return count('replicas') > 1;
  }
}

/** A workload that was scaled to nothing, as a Deployment leaves its old ReplicaSets behind. */
export const runsNone = (value: JsonObject): boolean => ownAt(value, 'spec', 'replicas') === 0;

/** A pod that has ended holds no address any more. */
export const hasEnded = (value: JsonObject): boolean =>
  ['Succeeded', 'Failed'].includes(stringAt(value, 'status', 'phase') ?? '');

/** `Kind/name` of the controller that made this object, if one did. */
export function ownerOf(value: JsonObject): string | undefined {
  const reference = listAt(value, 'metadata', 'ownerReferences').find(
    (item) => isObject(item) && own(item, 'controller') === true,
  );
  const kind = stringAt(reference, 'kind');
  const name = stringAt(reference, 'name');
  return kind === undefined || name === undefined ? undefined : `${kind}/${name}`;
}
