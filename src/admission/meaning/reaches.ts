/** `network.reaches`: whether some pod that a policy selects might reach an address, on some network plugin. */
import type { Addresses, Cluster } from '../../netpol/cluster.ts';
import { imagesInIPv4, intersect, isNone, unite } from '../../netpol/cluster.ts';
import * as connections from '../../netpol/connections.ts';
import type { Connections } from '../../netpol/connections.ts';
import type { Flows } from '../../netpol/lift.ts';
import { meets } from '../../netpol/ranges.ts';
import type { Protocol } from '../../k8s/networkPolicy.ts';

/** What is asked for: a destination port of a protocol, or with undefined anything at all. */
export type Wanted = { readonly protocol: Protocol; readonly port: number } | undefined;

/**
 * False only where it is certain that no egress rule lets any selected pod reach any of the addresses. An IPv6 address that stands for an IPv4
 * one (mapped, NAT64, 6to4) is asked for as both. Selectors may name the pod at an address of the pod ranges, and the host-network pod at one
 * of the node ranges. Behind an address of the service ranges may be any address, and any port of the protocol.
 */
export function mightReach(
  flows: readonly Flows[],
  addresses: Addresses,
  wanted: Wanted,
  cluster: Cluster,
): boolean {
  const images: Addresses = { IPv4: imagesInIPv4(addresses.IPv6, cluster), IPv6: [] };
  const targets = unite(addresses, images);
  const isService = !isNone(intersect(targets, cluster.services));
  const atPods = !isNone(intersect(targets, unite(cluster.pods, cluster.nodes)));
  const asked = askedFor(wanted, isService);
  return flows.some(({ box, viaPods }) => {
    if (connections.disjoint(box.connections, asked)) return false;
    if (isService) return true;
    if (box.peer.sort !== 'pods') return meets(box.peer.addresses, targets[box.peer.sort]);
    return viaPods === undefined ? atPods : !isNone(intersect(targets, viaPods));
  });
}

function askedFor(wanted: Wanted, anyPort: boolean): Connections {
  if (wanted === undefined) return connections.everyConnection;
  const { protocol, port } = wanted;
  return anyPort ? connections.connectionsOf(protocol) : connections.connectionsOf(protocol, [port, port]);
}
