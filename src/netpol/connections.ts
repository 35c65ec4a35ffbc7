/** Sets of (protocol, destination port): ports 0..65535 of TCP, UDP and SCTP, and OTHER, which is all or nothing. */
import type { PolicyPort, Protocol } from '../k8s/networkPolicy.ts';
import type { Ranges } from './ranges.ts';
import * as ranges from './ranges.ts';

export interface Connections {
  readonly TCP: Ranges<number>;
  readonly UDP: Ranges<number>;
  readonly SCTP: Ranges<number>;
  /** Every protocol but those three: ICMP, ESP and so on. NetworkPolicies can only mean all of them or none. */
  readonly OTHER: boolean;
}

const everyPort: Ranges<number> = [0, 65535];
const steps = ranges.portSteps;

export const noConnections: Connections = { TCP: [], UDP: [], SCTP: [], OTHER: false };
export const everyConnection: Connections = { TCP: everyPort, UDP: everyPort, SCTP: everyPort, OTHER: true };

/** All ports of one protocol, or the given ones. */
export const connectionsOf = (protocol: Protocol, ports: Ranges<number> = everyPort): Connections => ({
  ...noConnections,
  [protocol]: ports,
});

/** What the numeric entries of a `ports` list stand for; named ports are left to the caller. */
export function numericConnections(ports: readonly PolicyPort[]): Connections {
  const sets: Readonly<Record<Protocol, Ranges<number>[]>> = { TCP: [], UDP: [], SCTP: [] };
  for (const { protocol, port, endPort } of ports) {
    if (typeof port === 'string') continue;
    sets[protocol].push(port === undefined ? everyPort : [port, endPort ?? port]);
  }
  return {
    TCP: ranges.union(steps, ...sets.TCP),
    UDP: ranges.union(steps, ...sets.UDP),
    SCTP: ranges.union(steps, ...sets.SCTP),
    OTHER: false,
  };
}

export const union = (a: Connections, b: Connections): Connections => ({
  TCP: ranges.union(steps, a.TCP, b.TCP),
  UDP: ranges.union(steps, a.UDP, b.UDP),
  SCTP: ranges.union(steps, a.SCTP, b.SCTP),
  OTHER: a.OTHER || b.OTHER,
});

export const intersection = (a: Connections, b: Connections): Connections => ({
  TCP: ranges.intersection(a.TCP, b.TCP),
  UDP: ranges.intersection(a.UDP, b.UDP),
  SCTP: ranges.intersection(a.SCTP, b.SCTP),
  OTHER: a.OTHER && b.OTHER,
});

export const difference = (a: Connections, b: Connections): Connections => ({
  TCP: ranges.difference(steps, a.TCP, b.TCP),
  UDP: ranges.difference(steps, a.UDP, b.UDP),
  SCTP: ranges.difference(steps, a.SCTP, b.SCTP),
  OTHER: a.OTHER && !b.OTHER,
});

export const isEmpty = (set: Connections): boolean =>
  set.TCP.length === 0 && set.UDP.length === 0 && set.SCTP.length === 0 && !set.OTHER;

export const disjoint = (a: Connections, b: Connections): boolean =>
  !(a.OTHER && b.OTHER) &&
  !ranges.meets(a.TCP, b.TCP) &&
  !ranges.meets(a.UDP, b.UDP) &&
  !ranges.meets(a.SCTP, b.SCTP);

export const isWithin = (a: Connections, b: Connections): boolean =>
  (!a.OTHER || b.OTHER) &&
  ranges.isWithin(a.TCP, b.TCP) &&
  ranges.isWithin(a.UDP, b.UDP) &&
  ranges.isWithin(a.SCTP, b.SCTP);

export const equal = (a: Connections, b: Connections): boolean => isWithin(a, b) && isWithin(b, a);

/** A text under which equal sets, and only equal sets, meet. */
export const keyOf = (set: Connections): string => JSON.stringify([set.TCP, set.UDP, set.SCTP, set.OTHER]);
