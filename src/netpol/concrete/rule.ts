/** Whether the rules of one NetworkPolicy allow one concrete connection (semantics.md 1.1, peerMatch and portMatch). */
import { selects } from '../../k8s/labelSelector.ts';
import { rulesOf } from '../../k8s/networkPolicy.ts';
import type { Direction, NetworkPolicy, PolicyPeer, PolicyPort } from '../../k8s/networkPolicy.ts';
import { blockContains } from './ipBlock.ts';
import type { Switches } from './switches.ts';
import { addressesOf, namespaceLabels } from './world.ts';
import type { ConcreteEndpoint, ConcretePod, Connection } from './world.ts';

/** `field` points at the peer that let the flow through, or at the rule where the rule names no peers. */
export type RuleAnswer = { readonly allowed: true; readonly field: string } | { readonly allowed: false };

/**
 * Whether this one policy's rules of that direction allow the connection between a subject that the policy is known to select and a peer.
 * A direction that `policyTypes` leaves out has no rules.
 */
export function policyAllows(
  policy: NetworkPolicy,
  namespaceOfPolicy: string,
  direction: Direction,
  subject: ConcretePod,
  peer: ConcreteEndpoint,
  connection: Connection,
  switches: Switches,
): RuleAnswer {
  const destination = direction === 'Egress' ? peer : subject;
  for (const rule of rulesOf(policy, direction)) {
    if (!portsMatch(rule.ports, connection, destination)) continue;
    if (rule.peers.length === 0) return { allowed: true, field: rule.field };
    const matching = rule.peers.find((item) => peerMatches(item, namespaceOfPolicy, peer, switches));
    if (matching !== undefined) return { allowed: true, field: matching.field };
  }
  return { allowed: false };
}

/** Whether one item of `from` or `to` names this endpoint; `ownNamespace` is where an item without namespaceSelector looks for pods. */
export function peerMatches(
  item: Pick<PolicyPeer, 'podSelector' | 'namespaceSelector' | 'ipBlock'>,
  ownNamespace: string,
  peer: ConcreteEndpoint,
  switches: Switches,
): boolean {
  const { ipBlock, podSelector, namespaceSelector } = item;
  if (ipBlock !== undefined) {
    if (!isNamedByAddress(peer, switches)) return false;
    return addressesOf(peer).some((address) => blockContains(ipBlock, address, switches));
  }
  if (!isNamedBySelectors(peer, switches)) return false;
  if (podSelector === undefined && namespaceSelector === undefined) return false;
  const namespaceMatches =
    namespaceSelector === undefined
      ? peer.namespace.name === ownNamespace
      : selects(namespaceSelector, namespaceLabels(peer.namespace));
  return namespaceMatches && (podSelector === undefined || selects(podSelector, peer.labels));
}

/** Whether selectors can select this endpoint at all, as subject or as peer. */
export const isNamedBySelectors = (
  endpoint: ConcreteEndpoint,
  { hostNetworkSelected }: Switches,
): endpoint is ConcretePod => endpoint.kind === 'pod' && (!endpoint.hostNetwork || hostNetworkSelected);

/** A hostNetwork pod sends from its node's address, which is no pod address. */
const isNamedByAddress = (endpoint: ConcreteEndpoint, { ipBlockMatchesPods }: Switches): boolean =>
  endpoint.kind === 'address' || endpoint.hostNetwork || ipBlockMatchesPods;

/** Whether a `ports` list allows the connection; an empty list allows every port of every protocol, others too. */
export function portsMatch(
  ports: readonly PolicyPort[],
  connection: Connection,
  destination: ConcreteEndpoint,
): boolean {
  return ports.length === 0 || ports.some((item) => portMatches(item, connection, destination));
}

function portMatches(item: PolicyPort, connection: Connection, destination: ConcreteEndpoint): boolean {
  if (connection.protocol === 'OTHER' || connection.protocol !== item.protocol) return false;
  const { port, endPort } = item;
  if (port === undefined) return true;
  if (typeof port === 'number') return port <= connection.port && connection.port <= (endPort ?? port);
  return (
    destination.kind === 'pod' &&
    destination.ports.some(
      ({ name, protocol, number }) =>
        name === port && protocol === connection.protocol && number === connection.port,
    )
  );
}
