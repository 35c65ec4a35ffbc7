/** Who can talk to whom, as the list that `reach` prints: between pods, and between pods and the addresses outside. */
import type { InventoryPod } from '../inventory/expandPods.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { toCidrs } from './addressSpace.ts';
import { isEmpty } from './connectionSet.ts';
import type { ConnectionSet } from './connectionSet.ts';
import { Reachability } from './reachability.ts';
import type { ReachabilityOptions } from './reachability.ts';

/** One end of a connection: a pod, or all addresses of a block outside the cluster. */
export type ReachEndpoint = { readonly namespace: string; readonly pod: string } | { readonly cidr: string };

/** Everything that one end can open to another. Never empty. */
export interface ReachConnection {
  readonly source: ReachEndpoint;
  readonly destination: ReachEndpoint;
  readonly allowed: ConnectionSet;
}

/**
 * Lists every pair with some allowed connection, sorted by source and destination, outside last. Pairs of pods grow with the square of
 * their number, so they are made one by one. A pod and itself are no pair, unless it stands for several pods of a workload. Addresses
 * outside are given, for each pod, as the fewest CIDRs that its policies can tell apart: an open pod reaches 0.0.0.0/0 and ::/0.
 */
export function* connectionsOf(
  inventory: Inventory,
  options: ReachabilityOptions = {},
): Generator<ReachConnection> {
  const reachability = new Reachability(inventory.policies, options);
  const pods = [...inventory.pods].sort(byName);
  for (const source of pods) {
    for (const destination of pods) {
      if (source === destination && !source.several) continue;
      const allowed = reachability.between(source, destination);
      if (!isEmpty(allowed)) {
        yield { source: endpointOf(source), destination: endpointOf(destination), allowed };
      }
    }
    for (const { cidr, allowed } of outsideOf(reachability, source, 'Egress')) {
      yield { source: endpointOf(source), destination: { cidr }, allowed };
    }
  }
  for (const destination of pods) {
    for (const { cidr, allowed } of outsideOf(reachability, destination, 'Ingress')) {
      yield { source: { cidr }, destination: endpointOf(destination), allowed };
    }
  }
}

const outsideOf = (
  reachability: Reachability,
  pod: InventoryPod,
  direction: 'Ingress' | 'Egress',
): readonly { readonly cidr: string; readonly allowed: ConnectionSet }[] =>
  reachability
    .outside(pod, direction)
    .flatMap(({ segments, connections }) =>
      toCidrs(segments).map((cidr) => ({ cidr, allowed: connections })),
    );

export const endpointOf = ({ namespace, name }: InventoryPod): ReachEndpoint => ({
  namespace: namespace.name,
  pod: name,
});

/** Sorts pods by namespace, then name. */
export const byName = (a: InventoryPod, b: InventoryPod): number =>
  compareText(a.namespace.name, b.namespace.name) || compareText(a.name, b.name);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
