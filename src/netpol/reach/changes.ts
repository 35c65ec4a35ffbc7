/** What a change of manifests opens and closes: the difference of who can talk to whom before and after. */
import { directions } from '../../k8s/networkPolicy.ts';
import type { InventoryPod } from '../inventory/expandPods.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { families, toCidrs } from './addressSpace.ts';
import type { Segment } from './addressSpace.ts';
import { byName, endpointOf } from './connections.ts';
import type { ReachConnection, ReachEndpoint } from './connections.ts';
import { difference, isEmpty, keyOf, noConnections } from './connectionSet.ts';
import type { ConnectionSet } from './connectionSet.ts';
import { Reachability } from './reachability.ts';
import type { OutsideReach, ReachabilityOptions } from './reachability.ts';

/** `added` and `removed` are pods that only one side has; their connections count as opened and closed. */
export interface Changes {
  readonly opened: readonly ReachConnection[];
  readonly closed: readonly ReachConnection[];
  readonly added: readonly ReachEndpoint[];
  readonly removed: readonly ReachEndpoint[];
}

/** Compares two inventories pod by pod (same namespace and name), each pair exactly. */
export function changesBetween(
  before: Inventory,
  after: Inventory,
  options: ReachabilityOptions = {},
): Changes {
  const [old, now] = [sideOf(before, options), sideOf(after, options)];
  const pods = [...new Map([...old.pods, ...now.pods])].sort(([, a], [, b]) => byName(a, b));
  const opened: ReachConnection[] = [];
  const closed: ReachConnection[] = [];
  const compare = (
    source: ReachEndpoint,
    destination: ReachEndpoint,
    was: ConnectionSet,
    is: ConnectionSet,
  ): void => {
    if (was === is) return;
    const more = difference(is, was);
    const less = difference(was, is);
    if (!isEmpty(more)) opened.push({ source, destination, allowed: more });
    if (!isEmpty(less)) closed.push({ source, destination, allowed: less });
  };
  for (const [name, pod] of pods) {
    for (const [peerName, peer] of pods) {
      compare(endpointOf(pod), endpointOf(peer), pairOf(old, name, peerName), pairOf(now, name, peerName));
    }
    for (const direction of directions) {
      const [was, is] = [outsideOf(old, name, direction), outsideOf(now, name, direction)];
      for (const { segments, was: before, is: after } of aligned(was, is)) {
        for (const cidr of toCidrs(segments)) {
          const ends = [endpointOf(pod), { cidr }] as const;
          if (direction === 'Egress') compare(ends[0], ends[1], before, after);
          else compare(ends[1], ends[0], before, after);
        }
      }
    }
  }
  const only = (one: Side, other: Side): readonly ReachEndpoint[] =>
    pods.flatMap(([name, pod]) => (one.pods.has(name) && !other.pods.has(name) ? [endpointOf(pod)] : []));
  return { opened, closed, added: only(now, old), removed: only(old, now) };
}

interface Side {
  readonly reachability: Reachability;
  readonly pods: ReadonlyMap<string, InventoryPod>;
}

const sideOf = ({ policies, pods }: Inventory, options: ReachabilityOptions): Side => ({
  reachability: new Reachability(policies, options),
  pods: new Map(pods.map((pod) => [`${pod.namespace.name}/${pod.name}`, pod])),
});

function pairOf({ reachability, pods }: Side, from: string, to: string): ConnectionSet {
  const source = pods.get(from);
  const destination = pods.get(to);
  if (source === undefined || destination === undefined) return noConnections;
  if (source === destination && !source.several) return noConnections;
  return reachability.between(source, destination);
}

function outsideOf(
  { reachability, pods }: Side,
  name: string,
  direction: 'Ingress' | 'Egress',
): readonly OutsideReach[] {
  const pod = pods.get(name);
  return pod === undefined ? [] : reachability.outside(pod, direction);
}

interface Aligned {
  readonly segments: readonly Segment[];
  readonly was: ConnectionSet;
  readonly is: ConnectionSet;
}

/** Cuts the space wherever one of the two sides changes, and joins what has the same pair of answers. */
function aligned(was: readonly OutsideReach[], is: readonly OutsideReach[]): readonly Aligned[] {
  const groups = new Map<string, { segments: Segment[]; was: ConnectionSet; is: ConnectionSet }>();
  for (const family of families) {
    for (const segment of refine(family, [...was, ...is])) {
      const pair = { was: answerAt(was, segment), is: answerAt(is, segment) };
      const key = `${keyOf(pair.was)}|${keyOf(pair.is)}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { segments: [segment], ...pair });
      else group.segments.push(segment);
    }
  }
  return [...groups.values()];
}

/** The pieces of all segments of a family, so fine that each lies wholly inside or outside of every one of them. */
function refine(family: Segment['family'], reach: readonly OutsideReach[]): readonly Segment[] {
  const segments = reach.flatMap((one) => one.segments.filter((segment) => segment.family === family));
  const cuts = new Set(segments.flatMap(({ low, high }) => [low, high + 1n]));
  const sorted = [...cuts].sort((a, b) => (a < b ? -1 : 1));
  return sorted
    .slice(0, -1)
    .map((low, index) => ({ family, low, high: (sorted[index + 1] ?? low + 1n) - 1n }));
}

const answerAt = (reach: readonly OutsideReach[], { family, low }: Segment): ConnectionSet =>
  reach.find(({ segments }) =>
    segments.some((segment) => segment.family === family && segment.low <= low && low <= segment.high),
  )?.connections ?? noConnections;
