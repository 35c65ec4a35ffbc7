/** Limits that CEL can decide exactly: every selector only asks labels for one value, so a peer is inside the union only if it is inside one rule. */
import type { LimitPeer, LimitRule } from '../../boundary/limitRule.ts';
import type { Surroundings } from '../../boundary/surroundings.ts';
import { blocksBetween, formatBlock, isMapped } from '../../k8s/cidr.ts';
import type { LabelSelector } from '../../k8s/labelSelector.ts';
import type { PolicyPort } from '../../k8s/networkPolicy.ts';
import type { Addresses } from '../../netpol/cluster.ts';
import { unite } from '../../netpol/cluster.ts';
import * as connections from '../../netpol/connections.ts';
import type { Connections } from '../../netpol/connections.ts';
import { meaningOf } from '../../netpol/ipBlock.ts';
import * as ranges from '../../netpol/ranges.ts';

/** One label that must have one value. */
export interface Equality {
  readonly key: string;
  readonly value: string;
}

export interface SimplePorts {
  readonly connections: Connections;
  /** Named ports, as `TCP/metrics`. */
  readonly names: readonly string[];
}

export type SimplePeer =
  | { readonly sort: 'anyone' }
  | { readonly sort: 'blocks'; readonly addresses: Addresses; readonly blocks: readonly string[] }
  | {
      readonly sort: 'pods';
      /** Pods of the guarded namespace itself. */
      readonly own: boolean;
      readonly namespace: readonly Equality[];
      /** Labels in which the peer's namespace equals the guarded one. */
      readonly same: readonly string[];
      readonly pod: readonly Equality[];
    };

/** One peer of a rule of a limit, or all addresses of rules that differ in nothing else. */
export interface SimpleRule {
  readonly subject: readonly Equality[];
  readonly ports: SimplePorts;
  readonly peer: SimplePeer;
}

export type Simple =
  | { readonly ok: true; readonly rules: readonly SimpleRule[] }
  | { readonly ok: false; readonly reason: string };

/** Thrown where a rule is not simple; caught below, so that reading one is no ladder of conditions. */
class NotSimple extends Error {}

/** Reads the rules of one direction; the reason says the first thing that is not simple. */
export function simplify(rules: readonly LimitRule[], around: Surroundings): Simple {
  try {
    const read = rules.flatMap((rule) => readRule(rule, around));
    const others = read.filter(({ peer }) => peer.sort !== 'blocks');
    return { ok: true, rules: [...others, ...mergedBlocks(read)] };
  } catch (error) {
    if (error instanceof NotSimple) return { ok: false, reason: error.message };
    throw error;
  }
}

function readRule(
  { field, peers, ports, appliesTo }: LimitRule,
  around: Surroundings,
): readonly SimpleRule[] {
  const subject = appliesTo === undefined ? [] : equalities(appliesTo, `${field}/appliesTo`);
  const read = readPorts(ports);
  if (peers.length === 0) return [{ subject, ports: read, peer: { sort: 'anyone' } }];
  return peers.map((peer) => {
    if (peer.kubeAPI === true) {
      const only = connections.intersection(read.connections, around.apiServer.ports);
      return { subject, ports: { connections: only, names: [] }, peer: blocks(around.apiServer.addresses) };
    }
    return { subject, ports: read, peer: readPeer(peer, around) };
  });
}

export function readPorts(ports: readonly PolicyPort[]): SimplePorts {
  if (ports.length === 0) return { connections: connections.everyConnection, names: [] };
  return {
    connections: connections.numericConnections(ports),
    names: ports.flatMap(({ protocol, port }) => (typeof port === 'string' ? [`${protocol}/${port}`] : [])),
  };
}

function readPeer(peer: LimitPeer, around: Surroundings): SimplePeer {
  const { field, ipBlock, namespaceSelector, podSelector, sameLabels } = peer;
  if (ipBlock !== undefined) return blocks(meaningOf(ipBlock, 'must', around.ranges).addresses);
  return {
    sort: 'pods',
    own: namespaceSelector === undefined && sameLabels === undefined,
    namespace:
      namespaceSelector === undefined ? [] : equalities(namespaceSelector, `${field}/namespaceSelector`),
    same: sameLabels ?? [],
    pod: podSelector === undefined ? [] : equalities(podSelector, `${field}/podSelector`),
  };
}

/** What a selector asks, if it only asks labels for one value, each label once. */
function equalities({ matchLabels, matchExpressions }: LabelSelector, field: string): readonly Equality[] {
  const found = [...matchLabels].map(([key, value]) => ({ key, value }));
  for (const { key, operator, values } of matchExpressions) {
    const [value, ...more] = values;
    if (operator !== 'In' || value === undefined || more.length > 0)
      throw new NotSimple(`${field} asks more of label ${key} than one value (${operator})`);
    found.push({ key, value });
  }
  if (new Set(found.map(({ key }) => key)).size < found.length)
    throw new NotSimple(`${field} asks one label twice`);
  return found;
}

/** Addresses as the blocks that make them up, each as large as can be. */
export function blocks(addresses: Addresses): Extract<SimplePeer, { sort: 'blocks' }> {
  const texts = (['IPv4', 'IPv6'] as const).flatMap((family) =>
    ranges
      .pairs(addresses[family])
      .flatMap(([low, high]) => blocksBetween(family, low, high))
      // CEL cannot read a mapped block, neither here nor in a policy.
      .filter((block) => !isMapped(block))
      .map(formatBlock),
  );
  return { sort: 'blocks', addresses, blocks: texts };
}

/**
 * Rules about addresses, those that differ in nothing else put together. A block lies in a union of two sets exactly if it lies in one of them,
 * unless the two make up a larger block together: such limits are not simple.
 */
function mergedBlocks(rules: readonly SimpleRule[]): readonly SimpleRule[] {
  const groups = new Map<string, { readonly rule: SimpleRule; readonly addresses: Addresses }>();
  for (const rule of rules) {
    if (rule.peer.sort !== 'blocks') continue;
    const key = JSON.stringify([rule.subject, rule.ports]);
    const known = groups.get(key);
    const addresses = known === undefined ? rule.peer.addresses : unite(known.addresses, rule.peer.addresses);
    groups.set(key, { rule: known?.rule ?? rule, addresses });
  }
  const merged = [...groups.values()];
  for (const [index, one] of merged.entries()) {
    for (const other of merged.slice(index + 1)) {
      const both = blocks(unite(one.addresses, other.addresses)).blocks;
      const known = new Set([...blocks(one.addresses).blocks, ...blocks(other.addresses).blocks]);
      if (both.some((block) => !known.has(block)))
        throw new NotSimple('blocks of rules with different ports touch each other');
    }
  }
  return merged.map(({ rule, addresses }) => ({ ...rule, peer: blocks(addresses) }));
}
