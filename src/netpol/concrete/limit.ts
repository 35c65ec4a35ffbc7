/** Whether the rules of a Boundary's limit, or of its `never`, speak of one concrete connection: what a witness is replayed on. */
import { parseCidr } from '../../k8s/cidr.ts';
import type { AddressRange } from '../../k8s/cidr.ts';
import { selects } from '../../k8s/labelSelector.ts';
import type { LabelSelector } from '../../k8s/labelSelector.ts';
import type { Direction, IPBlock, PolicyPort, Protocol } from '../../k8s/networkPolicy.ts';
import { isNamedBySelectors, peerMatches, portsMatch } from './rule.ts';
import type { Switches } from './switches.ts';
import { blockContains } from './ipBlock.ts';
import { addressesOf, namespaceLabels } from './world.ts';
import type { ConcreteEndpoint, ConcretePod, Connection, HostAddress } from './world.ts';

/** A peer of a limit: a NetworkPolicy's peer, with the two forms that only Boundaries have. Several parts in one peer must all hold. */
export interface LimitPeer {
  readonly field?: string;
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: IPBlock;
  /** Peers whose namespace carries the subject namespace's own values of these labels. */
  readonly sameLabels?: readonly string[];
  readonly kubeAPI?: boolean;
}

/** `appliesTo`: only for these pods of the subject's namespace. */
export interface LimitRule {
  readonly field?: string;
  readonly peers: readonly LimitPeer[];
  readonly ports: readonly PolicyPort[];
  readonly appliesTo?: LabelSelector;
}

/** What the configuration says of the cluster's addresses; CIDR texts. */
export interface ClusterRanges {
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  readonly nodeCIDRs: readonly string[];
  readonly apiServer: {
    readonly cidrs: readonly string[];
    readonly ports: readonly { readonly protocol: Protocol; readonly port: number }[];
  };
}

/**
 * How the rules are meant. `limit`: what they certainly allow; addresses of the cluster's own ranges only where a rule names them on purpose.
 * `never`: all that they could possibly mean.
 */
export type LimitReading = 'limit' | 'never';

export interface LimitContext {
  readonly direction: Direction;
  readonly subject: ConcretePod;
  readonly peer: ConcreteEndpoint;
  readonly connection: Connection;
  readonly ranges: ClusterRanges;
  readonly switches: Switches;
  readonly reading: LimitReading;
}

/** `rule` and `peer` are indices into what was handed over; `peer` is absent where the rule names no peers. */
export type LimitAnswer =
  { readonly allowed: true; readonly rule: number; readonly peer?: number } | { readonly allowed: false };

/** Whether some rule of the list covers the connection between the subject and the peer. An empty list covers nothing. */
export function ruleListAllows(rules: readonly LimitRule[], context: LimitContext): LimitAnswer {
  for (const [index, rule] of rules.entries()) {
    if (rule.appliesTo !== undefined && !selects(rule.appliesTo, context.subject.labels)) continue;
    if (!limitPortsMatch(rule.ports, context)) continue;
    if (rule.peers.length === 0) return { allowed: true, rule: index };
    const peer = rule.peers.findIndex((item) => limitPeerMatches(item, context));
    if (peer >= 0) return { allowed: true, rule: index, peer };
  }
  return { allowed: false };
}

/** In a `never`, a name is every port of its protocol, at addresses too: nobody knows what a stranger calls its ports. */
function limitPortsMatch(ports: readonly PolicyPort[], context: LimitContext): boolean {
  const destination = context.direction === 'Egress' ? context.peer : context.subject;
  if (portsMatch(ports, context.connection, destination)) return true;
  return (
    context.reading === 'never' &&
    ports.some(({ protocol, port }) => typeof port === 'string' && protocol === context.connection.protocol)
  );
}

function limitPeerMatches(item: LimitPeer, context: LimitContext): boolean {
  if (item.kubeAPI === true) return isApiServer(context);
  if (item.ipBlock !== undefined) return limitBlockMatches(item.ipBlock, context);
  if (item.sameLabels === undefined) {
    return peerMatches(item, context.subject.namespace.name, context.peer, context.switches);
  }
  const wanted = sameLabelsOf(item.sameLabels, context.subject);
  if (wanted === undefined) return context.reading === 'never';
  const { peer } = context;
  if (!isNamedBySelectors(peer, context.switches)) return false;
  const labels = namespaceLabels(peer.namespace);
  return (
    [...wanted].every(([key, value]) => labels.get(key) === value) &&
    (item.namespaceSelector === undefined || selects(item.namespaceSelector, labels)) &&
    (item.podSelector === undefined || selects(item.podSelector, peer.labels))
  );
}

/** The subject namespace's values of these keys; undefined where one is missing or empty. */
function sameLabelsOf(
  keys: readonly string[],
  subject: ConcretePod,
): ReadonlyMap<string, string> | undefined {
  const labels = namespaceLabels(subject.namespace);
  const values = new Map<string, string>();
  for (const key of keys) {
    const value = labels.get(key);
    if (value === undefined || value === '') return undefined;
    values.set(key, value);
  }
  return values;
}

/** The API server's addresses, on its ports. */
function isApiServer({ peer, connection, ranges, switches }: LimitContext): boolean {
  const { cidrs, ports } = ranges.apiServer;
  const onItsPorts =
    connection.protocol !== 'OTHER' &&
    ports.some(({ protocol, port }) => protocol === connection.protocol && port === connection.port);
  return (
    onItsPorts &&
    peer.kind === 'address' &&
    cidrs.some((cidr) => blockContains({ cidr, except: [] }, peer.address, switches))
  );
}

function limitBlockMatches(block: IPBlock, context: LimitContext): boolean {
  const { peer, switches, ranges, reading } = context;
  if (!peerMatches({ ipBlock: block }, context.subject.namespace.name, peer, switches)) return false;
  if (reading === 'never' || peer.kind === 'pod') return true;
  return addressesOf(peer).every(
    (address) =>
      !liesIn(address, ranges.podCIDRs) &&
      [ranges.nodeCIDRs, ranges.serviceCIDRs].every(
        (range) => !liesIn(address, range) || isInside(block.cidr, range),
      ),
  );
}

const liesIn = (address: HostAddress, cidrs: readonly string[]): boolean =>
  cidrs.some((cidr) => {
    const range = parseCidr(cidr)?.block;
    return range?.family === address.family && range.low <= address.value && address.value <= range.high;
  });

/** Whether a block lies wholly inside a range of the cluster, which may be written as several CIDRs: then the rule names it on purpose. */
function isInside(cidr: string, ranges: readonly string[]): boolean {
  const inner: AddressRange | undefined = parseCidr(cidr)?.block;
  if (inner === undefined) return false;
  const outer = ranges
    .flatMap((text) => parseCidr(text)?.block ?? [])
    .filter(({ family }) => family === inner.family)
    .sort((a, b) => (a.low < b.low ? -1 : 1));
  let next = inner.low;
  for (const { low, high } of outer) if (low <= next && next <= high) next = high + 1n;
  return next > inner.high;
}
