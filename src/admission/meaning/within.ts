/** `network.egressWithin`, `network.ingressWithin`: whether all that a policy might open lies inside a set of addresses and ports. */
import type { Box } from '../../netpol/box.ts';
import { type Addresses, everyAddress, isNone, unite } from '../../netpol/cluster.ts';
import type { Cluster } from '../../netpol/cluster.ts';
import { type Budget, remainder } from '../../netpol/cover.ts';
import { everyPod } from '../../netpol/cube.ts';
import type { Flows } from '../../netpol/lift.ts';
import type { PortPart } from '../../netpol/ports.ts';
import { type Refusal, tooComplex } from './refusal.ts';

/**
 * True only where every flow is inside for certain: the policy is read as all that it might open on some plugin, the set as exactly its
 * addresses. A pod is where its address is: one that selectors name may be anywhere in the cluster's pod and node ranges, and anywhere at all
 * where those are not configured.
 */
export function isWithin(
  flows: readonly Flows[],
  addresses: Addresses,
  ports: readonly PortPart[],
  cluster: Cluster,
  budget: Budget,
): boolean | Refusal {
  const cover = ports.flatMap((part) => boxesAt(addresses, { subject: everyPod, ...part }));
  for (const flow of flows) {
    for (const box of placed(flow, cluster)) {
      const left = remainder(box, cover, budget, 1);
      if (left === 'tooComplex') return tooComplex;
      if (left.length > 0) return false;
    }
  }
  return true;
}

type Rest = Omit<Box, 'peer'>;

const boxesAt = (addresses: Addresses, { subject, portNames, connections }: Rest): Box[] =>
  (['IPv4', 'IPv6'] as const).flatMap((sort) =>
    addresses[sort].length === 0
      ? []
      : [{ subject, portNames, connections, peer: { sort, addresses: addresses[sort] } }],
  );

/** The flows with addresses in place of pods. */
const placed = ({ box, viaPods }: Flows, cluster: Cluster): readonly Box[] =>
  box.peer.sort === 'pods' ? boxesAt(viaPods ?? podAddresses(cluster), box) : [box];

/** Where the pods that selectors name may be: a pod on the host network, which some plugins select too, has its node's address. */
export const podAddresses = ({ pods, nodes }: Cluster): Addresses =>
  isNone(pods) || isNone(nodes) ? everyAddress : unite(pods, nodes);
