/** Boxes: the product of what can be said of a flow's subject pod, its peer, the destination's port names and the connection. */
import type { Family } from '../k8s/cidr.ts';
import type { Connections } from './connections.ts';
import * as connections from './connections.ts';
import type { Cube } from './cube.ts';
import * as cubes from './cube.ts';
import type { Ranges } from './ranges.ts';
import * as ranges from './ranges.ts';
import * as values from './valueSet.ts';

/** The other end of a flow: pods by namespace and pod labels, or addresses of one family. */
export type Peer =
  | { readonly sort: 'pods'; readonly namespace: Cube; readonly pod: Cube }
  | { readonly sort: Family; readonly addresses: Ranges<bigint> };

/**
 * A set of flows in one direction, seen from the pods it is about.
 *
 * `portNames` says which names the destination's container port carries at the connection's port: its keys are `TCP/web`, and "present"
 * means "the destination pod calls this port web". A named port is thus all ports of its protocol where that name is present, so that
 * names and numbers are one exact algebra: ports 1-32767 and 32768-65535 together cover every name.
 */
export interface Box {
  readonly subject: Cube;
  readonly peer: Peer;
  readonly portNames: Cube;
  readonly connections: Connections;
}

/** Whether no flow is in both boxes. */
export function disjoint(a: Box, b: Box): boolean {
  return (
    disjointPeers(a.peer, b.peer) ||
    connections.disjoint(a.connections, b.connections) ||
    cubes.disjoint(a.subject, b.subject) ||
    cubes.disjoint(a.portNames, b.portNames)
  );
}

function disjointPeers(a: Peer, b: Peer): boolean {
  if (a.sort === 'pods') {
    return b.sort !== 'pods' || cubes.disjoint(a.namespace, b.namespace) || cubes.disjoint(a.pod, b.pod);
  }
  return b.sort !== a.sort || !ranges.meets(a.addresses, b.addresses);
}

/** Whether every flow of `a` is in `b`. */
export function within(a: Box, b: Box): boolean {
  return (
    withinPeer(a.peer, b.peer) &&
    connections.isWithin(a.connections, b.connections) &&
    cubes.within(a.subject, b.subject) &&
    cubes.within(a.portNames, b.portNames)
  );
}

function withinPeer(a: Peer, b: Peer): boolean {
  if (a.sort === 'pods') {
    return b.sort === 'pods' && cubes.within(a.namespace, b.namespace) && cubes.within(a.pod, b.pod);
  }
  return b.sort === a.sort && ranges.isWithin(a.addresses, b.addresses);
}

/** The flows in both boxes; undefined if there are none. */
export function intersect(a: Box, b: Box): Box | undefined {
  if (disjointPeers(a.peer, b.peer)) return undefined;
  const both = connections.intersection(a.connections, b.connections);
  if (connections.isEmpty(both)) return undefined;
  const peer = intersectPeers(a.peer, b.peer);
  if (peer === undefined) return undefined;
  const subject = cubes.intersect(a.subject, b.subject);
  const portNames = cubes.intersect(a.portNames, b.portNames);
  if (subject === undefined || portNames === undefined) return undefined;
  return { subject, peer, portNames, connections: both };
}

function intersectPeers(a: Peer, b: Peer): Peer | undefined {
  if (a.sort === 'pods') {
    if (b.sort !== 'pods') return undefined;
    const namespace = cubes.intersect(a.namespace, b.namespace);
    const pod = cubes.intersect(a.pod, b.pod);
    return namespace === undefined || pod === undefined ? undefined : { sort: 'pods', namespace, pod };
  }
  if (b.sort !== a.sort) return undefined;
  const addresses = ranges.intersection(a.addresses, b.addresses);
  return addresses.length === 0 ? undefined : { sort: a.sort, addresses };
}

/** One way in which a box reaches outside another: `outside` lacks what `inside` keeps; together they are the box. */
export interface Cut {
  readonly outside: Box;
  readonly inside: Box;
}

/** In how many dimensions `a` reaches outside `b`; the splitter takes the box with the fewest. */
export function excessCount(a: Box, b: Box): number {
  const { peer } = a;
  const count =
    (connections.isWithin(a.connections, b.connections) ? 0 : 1) +
    cubes.excessCount(a.subject, b.subject) +
    cubes.excessCount(a.portNames, b.portNames);
  if (peer.sort === 'pods') {
    if (b.peer.sort !== 'pods') return Infinity;
    return (
      count + cubes.excessCount(peer.namespace, b.peer.namespace) + cubes.excessCount(peer.pod, b.peer.pod)
    );
  }
  if (b.peer.sort !== peer.sort) return Infinity;
  return count + (ranges.isWithin(peer.addresses, b.peer.addresses) ? 0 : 1);
}

/** The parts of `box` outside `other`, disjoint from each other; `box` must meet `other`. Dimensions in a fixed order: the answer is reproducible. */
export function subtract(box: Box, other: Box): Box[] {
  const pieces: Box[] = [];
  let rest = box;
  const cut = ({ outside, inside }: Cut): void => {
    pieces.push(outside);
    rest = inside;
  };
  const cutKeys = (aspects: readonly Aspect[]): void => {
    for (const aspect of aspects) {
      const limit = aspectOf(other, aspect);
      for (const key of cubes.excessKeys(aspectOf(rest, aspect), limit)) {
        cut(cutKey(rest, aspect, key, limit.get(key) ?? values.anything));
      }
    }
  };
  // Port names before ports: "no port of that name" makes a better witness than "port 0, which no name covers".
  cutKeys(['portNames']);
  if (!connections.isWithin(rest.connections, other.connections)) {
    cut({
      outside: { ...rest, connections: connections.difference(rest.connections, other.connections) },
      inside: { ...rest, connections: connections.intersection(rest.connections, other.connections) },
    });
  }
  cutAddresses(rest, other, cut);
  cutKeys(['subject', 'namespace', 'pod']);
  return pieces;
}

function cutAddresses(box: Box, other: Box, cut: (cut: Cut) => void): void {
  if (box.peer.sort === 'pods' || other.peer.sort !== box.peer.sort) return;
  const { sort, addresses } = box.peer;
  if (ranges.isWithin(addresses, other.peer.addresses)) return;
  const left = ranges.difference(ranges.addressSteps, addresses, other.peer.addresses);
  const kept = ranges.intersection(addresses, other.peer.addresses);
  cut({
    outside: { ...box, peer: { sort, addresses: left } },
    inside: { ...box, peer: { sort, addresses: kept } },
  });
}

type Aspect = 'subject' | 'namespace' | 'pod' | 'portNames';

function aspectOf(box: Box, aspect: Aspect): Cube {
  if (aspect === 'subject') return box.subject;
  if (aspect === 'portNames') return box.portNames;
  return box.peer.sort === 'pods' ? box.peer[aspect] : cubes.everyPod;
}

function cutKey(box: Box, aspect: Aspect, key: string, limit: values.ValueSet): Cut {
  const cube = aspectOf(box, aspect);
  const own = cube.get(key) ?? values.anything;
  return {
    outside: withAspect(box, aspect, cubes.replace(cube, key, values.subtract(own, limit))),
    inside: withAspect(box, aspect, cubes.replace(cube, key, values.intersect(own, limit))),
  };
}

function withAspect(box: Box, aspect: Aspect, cube: Cube): Box {
  if (aspect === 'subject') return { ...box, subject: cube };
  if (aspect === 'portNames') return { ...box, portNames: cube };
  return box.peer.sort === 'pods' ? { ...box, peer: { ...box.peer, [aspect]: cube } } : box;
}
