/** Turns Pods and workloads into pods: the real ones where they are listed, else one that stands for the workload. */
import type { Issue } from '../../config/issue.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { ConcreteNamespace, ConcretePod, NamedPort } from '../concrete/world.ts';
import type { WorkloadKind } from './kind.ts';
import { hasEnded, ownerOf, runsNone, runsSeveral, traitsOfPod, traitsOfWorkload } from './podSource.ts';
import type { PodTraits } from './podSource.ts';

/** All that matters of a Pod or a workload, so that the object itself need not be kept. */
export interface PodSource extends PodTraits {
  readonly kind: 'Pod' | WorkloadKind;
  /** Its namespace. */
  readonly home: string;
  readonly name: string;
  /** `Kind/name` of what made it. */
  readonly owner: string | undefined;
  /** It has ended, or was scaled to nothing by its owner. */
  readonly nobody: boolean;
  /** May run more than one pod at a time. */
  readonly several: boolean;
}

/** A pod, or one that stands for all pods of a workload and then has the workload's name. */
export interface InventoryPod extends ConcretePod {
  /** The kind of the object it was read from. */
  readonly from: string;
  /** It stands for several pods, which can talk to each other. */
  readonly several: boolean;
}

export interface Expansion {
  readonly pods: readonly InventoryPod[];
  readonly issues: readonly Issue[];
}

/** What a reader of many objects does with each: adds its place to a mistake, keeps lists of ports that many have once. */
export interface Reader {
  readonly placed: (issue: Issue) => Issue;
  readonly shared: (ports: readonly NamedPort[]) => readonly NamedPort[];
}

/** Takes what matters out of a Pod or a workload. */
export function podSource(
  value: JsonObject,
  { kind, home, name }: Pick<PodSource, 'kind' | 'home' | 'name'>,
  { placed, shared }: Reader,
): PodSource {
  const traits = kind === 'Pod' ? traitsOfPod(value) : traitsOfWorkload(value, kind);
  const owner = ownerOf(value);
  return {
    kind,
    home,
    name,
    owner,
    nobody: kind === 'Pod' ? hasEnded(value) : owner !== undefined && runsNone(value),
    several: kind !== 'Pod' && runsSeveral(value, kind),
    // Each by its name: an export has a hundred thousand of these, and what is spread takes more room.
    labels: traits.labels,
    ips: traits.ips,
    hostNetwork: traits.hostNetwork,
    ports: shared(traits.ports),
    issues: traits.issues.map(placed),
  };
}

/**
 * A workload becomes one pod with the workload's name, unless the pods (or ReplicaSets, or Jobs) that it made are listed too: then those
 * speak for it. Ended pods, and ReplicaSets that their owner scaled to nothing, are nobody. Two workloads of one name and different kinds
 * are told apart as `name.kind`.
 */
export function expandPods(
  sources: readonly PodSource[],
  namespaceOf: (home: string) => ConcreteNamespace,
): Expansion {
  const present = sources.filter(({ nobody }) => !nobody);
  const replaced = new Set(
    present.flatMap(({ home, owner }) => (owner === undefined ? [] : [`${home} ${owner}`])),
  );
  const speaking = present.filter(({ home, kind, name }) => !replaced.has(`${home} ${kind}/${name}`));
  const namesakes = new Map<string, number>();
  for (const { kind, home, name } of speaking) if (kind !== 'Pod') namesakes.set(`${home}/${name}`, 0);
  for (const { home, name } of namesakes.size === 0 ? [] : speaking) {
    const key = `${home}/${name}`;
    const known = namesakes.get(key);
    if (known !== undefined) namesakes.set(key, known + 1);
  }
  const pods = speaking.map((source): InventoryPod => {
    const { kind, home, name } = source;
    const alone = kind === 'Pod' || namesakes.get(`${home}/${name}`) === 1;
    return {
      kind: 'pod',
      namespace: namespaceOf(home),
      name: alone ? name : `${name}.${kind.toLowerCase()}`,
      labels: source.labels,
      ips: source.ips,
      hostNetwork: source.hostNetwork,
      ports: source.ports,
      from: kind,
      several: source.several,
    };
  });
  return { pods, issues: speaking.flatMap(({ issues }) => issues) };
}
