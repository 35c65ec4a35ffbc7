/** Turns Pods and workloads into pods: the real ones where they are listed, else one that stands for the workload. */
import type { Document } from '../../config/document.ts';
import type { Issue } from '../../config/issue.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { WorkloadKind } from './kind.ts';
import { hasEnded, ownerOf, runsNone, runsSeveral, traitsOfPod, traitsOfWorkload } from './podSource.ts';
import type { PodTraits } from './podSource.ts';

/** A Pod or a workload as it was read. `home` is its namespace. */
export interface PodDocument {
  readonly document: Document;
  readonly value: JsonObject;
  readonly kind: 'Pod' | WorkloadKind;
  readonly home: string;
  readonly name: string;
}

export interface ExpandedPod extends Omit<PodTraits, 'issues'> {
  readonly home: string;
  readonly name: string;
  readonly from: string;
  readonly several: boolean;
}

export interface Expansion {
  readonly pods: readonly ExpandedPod[];
  readonly issues: readonly { readonly document: Document; readonly issue: Issue }[];
}

/**
 * A workload becomes one pod with the workload's name, unless the pods (or ReplicaSets, or Jobs) that it made are listed too: then those
 * speak for it. Ended pods, and ReplicaSets that their owner scaled to nothing, are nobody. Two workloads of one name and different kinds
 * are told apart as `name.kind`.
 */
export function expandPods(documents: readonly PodDocument[]): Expansion {
  const present = documents.filter((item) => !isNobody(item));
  const replaced = new Set(
    present.flatMap(({ value, home }) => {
      const owner = ownerOf(value);
      return owner === undefined ? [] : [`${home} ${owner}`];
    }),
  );
  const speaking = present.filter(({ home, kind, name }) => !replaced.has(`${home} ${kind}/${name}`));
  const namesakes = new Map<string, number>();
  for (const { home, name } of speaking) {
    const key = `${home}/${name}`;
    namesakes.set(key, (namesakes.get(key) ?? 0) + 1);
  }
  const issues: { document: Document; issue: Issue }[] = [];
  const pods = speaking.map((item): ExpandedPod => {
    const { document, value, kind, home, name } = item;
    const { issues: found, ...traits } = kind === 'Pod' ? traitsOfPod(value) : traitsOfWorkload(value, kind);
    for (const issue of found) issues.push({ document, issue });
    const alone = kind === 'Pod' || namesakes.get(`${home}/${name}`) === 1;
    return {
      home,
      name: alone ? name : `${name}.${kind.toLowerCase()}`,
      from: kind,
      several: kind !== 'Pod' && runsSeveral(value, kind),
      ...traits,
    };
  });
  return { pods, issues };
}

const isNobody = ({ kind, value }: PodDocument): boolean =>
  kind === 'Pod' ? hasEnded(value) : ownerOf(value) !== undefined && runsNone(value);
