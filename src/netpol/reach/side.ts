/** All connections that one side's policies allow between a pod and a peer: the flow rule of semantics.md 1.1, for sets of ports. */
import { selects } from '../../k8s/labelSelector.ts';
import { rulesOf } from '../../k8s/networkPolicy.ts';
import type { Direction, NetworkPolicy, PolicyPort } from '../../k8s/networkPolicy.ts';
import { isNamedBySelectors, peerMatches } from '../concrete/rule.ts';
import type { Switches } from '../concrete/switches.ts';
import type { ConcreteEndpoint, ConcretePod } from '../concrete/world.ts';
import { allConnections, noConnections, portsOf, union } from './connectionSet.ts';
import type { ConnectionSet } from './connectionSet.ts';

/** The policies that isolate a pod in one direction; none means that the pod is open there. */
export type Isolation = readonly NetworkPolicy[];

/** The policies that select the pod in that direction, out of those of its own namespace. */
export function isolationOf(
  pod: ConcretePod,
  direction: Direction,
  policies: readonly NetworkPolicy[],
  switches: Switches,
): Isolation {
  if (!isNamedBySelectors(pod, switches)) return [];
  return policies.filter(
    (policy) => policy.policyTypes.includes(direction) && selects(policy.podSelector, pod.labels),
  );
}

/** What a pod's isolation in one direction lets through from or to a peer. */
export function allowedBy(
  isolation: Isolation,
  direction: Direction,
  subject: ConcretePod,
  peer: ConcreteEndpoint,
  switches: Switches,
): ConnectionSet {
  if (isolation.length === 0) return allConnections;
  const destination = direction === 'Egress' ? peer : subject;
  let allowed = noConnections;
  for (const policy of isolation) {
    for (const { peers, ports } of rulesOf(policy, direction)) {
      const matches =
        peers.length === 0 ||
        peers.some((item) => peerMatches(item, policy.metadata.namespace, peer, switches));
      if (matches) allowed = union(allowed, connectionsOn(ports, destination));
    }
  }
  return allowed;
}

/** The connections to this destination that a `ports` list names. */
export function connectionsOn(ports: readonly PolicyPort[], destination: ConcreteEndpoint): ConnectionSet {
  if (ports.length === 0) return allConnections;
  return ports
    .flatMap(({ protocol, port, endPort }) => {
      if (port === undefined) return [portsOf(protocol)];
      if (typeof port === 'number') return [portsOf(protocol, port, endPort ?? port)];
      if (destination.kind === 'address') return [];
      return destination.ports
        .filter((named) => named.name === port && named.protocol === protocol)
        .map(({ number }) => portsOf(protocol, number, number));
    })
    .reduce(union, noConnections);
}
