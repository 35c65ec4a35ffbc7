/** Exact answers about who can talk to whom among known pods, and between them and the addresses outside. */
import type { Family } from '../../k8s/cidr.ts';
import type { Direction, IPBlock, NetworkPolicy } from '../../k8s/networkPolicy.ts';
import { blockContains } from '../concrete/ipBlock.ts';
import { documented } from '../concrete/switches.ts';
import type { Switches } from '../concrete/switches.ts';
import type { ConcreteAddress, ConcretePod } from '../concrete/world.ts';
import { cut, families } from './addressSpace.ts';
import type { Segment } from './addressSpace.ts';
import { intersection, isEmpty, keyOf, noConnections, union } from './connectionSet.ts';
import type { ConnectionSet } from './connectionSet.ts';
import { allowedBy, isolationOf } from './side.ts';
import type { Isolation } from './side.ts';

export interface ReachabilityOptions {
  /** Whether an ipBlock matches pods by their addresses (default: it does; Cilium's does not). */
  readonly ipBlockMatchesPods?: boolean;
}

/** Addresses outside, all with the same connections. Sets never overlap and leave out those without any connection. */
export interface OutsideReach {
  readonly segments: readonly Segment[];
  readonly connections: ConnectionSet;
}

interface PodClass {
  readonly member: ConcretePod;
  readonly byFamily: ReadonlyMap<Family, ConcretePod>;
  readonly isolation: { readonly [direction in Direction]: Isolation };
}

/**
 * Answers questions about a fixed set of policies. Pods that no policy can tell apart share their answers, which are worked out once; a
 * pod is compared by value, so the same object need not be given again. The meaning is that of {@link documented}; what a pod sends to
 * itself is not asked here, so a pod given twice stands for two pods that are alike.
 */
export class Reachability {
  readonly #switches: Switches;
  readonly #policies = new Map<string, NetworkPolicy[]>();
  readonly #blocks: readonly IPBlock[];
  readonly #classes = new Map<string, PodClass>();
  readonly #keys = new WeakMap<ConcretePod, PodClass>();
  readonly #between = new Map<PodClass, Map<PodClass, ConnectionSet>>();
  readonly #outside = new Map<string, readonly OutsideReach[]>();

  constructor(policies: readonly NetworkPolicy[], { ipBlockMatchesPods = true }: ReachabilityOptions = {}) {
    this.#switches = { ...documented, ipBlockMatchesPods };
    this.#blocks = distinctBlocks(policies);
    for (const policy of policies) {
      const { namespace } = policy.metadata;
      const siblings = this.#policies.get(namespace);
      if (siblings === undefined) this.#policies.set(namespace, [policy]);
      else siblings.push(policy);
    }
  }

  /** Every connection that `source` can open to `destination`. */
  between(source: ConcretePod, destination: ConcretePod): ConnectionSet {
    const from = this.#classOf(source);
    const to = this.#classOf(destination);
    const row = this.#between.get(from) ?? new Map<PodClass, ConnectionSet>();
    this.#between.set(from, row);
    const known = row.get(to);
    if (known !== undefined) return known;
    const found = this.#work(from, to);
    row.set(to, found);
    return found;
  }

  /**
   * Every connection between a pod and addresses outside the cluster: `Egress` to them, `Ingress` from them. The whole space of both
   * families is taken for outside; a family that the pod's known addresses lack is left out.
   */
  outside(pod: ConcretePod, direction: Direction): readonly OutsideReach[] {
    const policies = this.#policies.get(pod.namespace.name) ?? [];
    const isolation = isolationOf(pod, direction, policies, this.#switches);
    const own = families.filter((family) => pod.ips.some((address) => address.family === family));
    // All that addresses outside can see of a pod: in a cluster of many pods few differ in it.
    const seen = [
      direction,
      pod.namespace.name,
      own,
      isolation.map((policy) => policies.indexOf(policy)),
      direction === 'Ingress' ? pod.ports.map(({ name, protocol, number }) => [name, protocol, number]) : [],
    ];
    const key = isolation.length === 0 ? own.join() : JSON.stringify(seen);
    const known = this.#outside.get(key);
    if (known !== undefined) return known;
    const present = own.length === 0 ? families : own;
    const found = this.#workOutside(pod, direction, isolation, present);
    this.#outside.set(key, found);
    return found;
  }

  /** A connection is opened in one family: the one in which both have addresses, or the only view there is where that is not known. */
  #work(from: PodClass, to: PodClass): ConnectionSet {
    const shared = families.filter((family) => from.byFamily.has(family) && to.byFamily.has(family));
    if (shared.length === 0) return this.#meet(from, from.member, to, to.member);
    return shared.reduce(
      (sum, family) =>
        union(
          sum,
          this.#meet(
            from,
            from.byFamily.get(family) ?? from.member,
            to,
            to.byFamily.get(family) ?? to.member,
          ),
        ),
      noConnections,
    );
  }

  #meet(from: PodClass, source: ConcretePod, to: PodClass, destination: ConcretePod): ConnectionSet {
    const out = allowedBy(from.isolation.Egress, 'Egress', source, destination, this.#switches);
    if (isEmpty(out)) return out;
    return intersection(out, allowedBy(to.isolation.Ingress, 'Ingress', destination, source, this.#switches));
  }

  #workOutside(
    subject: ConcretePod,
    direction: Direction,
    isolation: Isolation,
    present: readonly Family[],
  ): readonly OutsideReach[] {
    const peers = isolation.flatMap(({ ingress, egress }) =>
      (direction === 'Ingress' ? ingress : egress).flatMap((rule) => rule.peers),
    );
    const blocks = peers.flatMap(({ ipBlock }) => ipBlock ?? []);
    const groups = new Map<string, { segments: Segment[]; connections: ConnectionSet }>();
    for (const family of present) {
      for (const segment of cut(family, blocks)) {
        const peer: ConcreteAddress = { kind: 'address', address: { family, value: segment.low } };
        const connections = allowedBy(isolation, direction, subject, peer, this.#switches);
        if (isEmpty(connections)) continue;
        const key = keyOf(connections);
        const group = groups.get(key);
        if (group === undefined) groups.set(key, { segments: [segment], connections });
        else group.segments.push(segment);
      }
    }
    return [...groups.values()];
  }

  #classOf(pod: ConcretePod): PodClass {
    const known = this.#keys.get(pod);
    if (known !== undefined) return known;
    const key = this.#keyOf(pod);
    const found = this.#classes.get(key) ?? this.#newClass(pod);
    this.#classes.set(key, found);
    this.#keys.set(pod, found);
    return found;
  }

  #newClass(pod: ConcretePod): PodClass {
    const policies = this.#policies.get(pod.namespace.name) ?? [];
    const isolation = (direction: Direction): Isolation =>
      isolationOf(pod, direction, policies, this.#switches);
    const inFamily = families.flatMap((family): [Family, ConcretePod][] => {
      const ips = pod.ips.filter((address) => address.family === family);
      return ips.length === 0 ? [] : [[family, { ...pod, ips }]];
    });
    return {
      member: pod,
      byFamily: new Map(inFamily),
      isolation: { Ingress: isolation('Ingress'), Egress: isolation('Egress') },
    };
  }

  /** All that policies can see of a pod. */
  #keyOf({ namespace, labels, ports, hostNetwork, ips }: ConcretePod): string {
    const pairs = (map: ReadonlyMap<string, string>): unknown =>
      [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    const named = ports.map(({ name, protocol, number }) => `${name} ${protocol} ${number}`).sort();
    const seen = families.map((family) => {
      const own = ips.filter((address) => address.family === family);
      if (own.length === 0) return 'none';
      return this.#blocks
        .map((block) => (own.some((address) => blockContains(block, address, this.#switches)) ? 1 : 0))
        .join('');
    });
    return JSON.stringify([namespace.name, pairs(namespace.labels), pairs(labels), named, hostNetwork, seen]);
  }
}

/** Every ipBlock that some rule names, once. */
function distinctBlocks(policies: readonly NetworkPolicy[]): readonly IPBlock[] {
  const blocks = new Map<string, IPBlock>();
  for (const { ingress, egress } of policies) {
    for (const { ipBlock } of [...ingress, ...egress].flatMap(({ peers }) => peers)) {
      if (ipBlock !== undefined) blocks.set([ipBlock.cidr, ...ipBlock.except].join(' '), ipBlock);
    }
  }
  return [...blocks.values()];
}
