/** Small universes in which every point can be looked at: what sets, cubes and boxes are compared with. */
import fc from 'fast-check';
import type { Box, Peer } from '../../src/netpol/box.ts';
import type { Connections } from '../../src/netpol/connections.ts';
import type { Cube } from '../../src/netpol/cube.ts';
import * as cubes from '../../src/netpol/cube.ts';
import type { Point } from '../../src/netpol/point.ts';
import type { Ranges } from '../../src/netpol/ranges.ts';
import * as ranges from '../../src/netpol/ranges.ts';
import type { ValueSet } from '../../src/netpol/valueSet.ts';
import * as values from '../../src/netpol/valueSet.ts';

/** All that a set over the constants `a` and `b` can tell apart. */
export const valuePoints: readonly (string | undefined)[] = ['a', 'b', 'fresh', undefined];

/** Every set over the constants `a` and `b`. */
export const valueSets: readonly ValueSet[] = [[], ['a'], ['b'], ['a', 'b']].flatMap((listed) =>
  [false, true].flatMap((complement) =>
    [false, true].map((absent) => ({ complement, values: listed, absent })),
  ),
);

/** The set of whole numbers as ranges, number by number. */
export function rangesOf<T extends number | bigint>(members: readonly T[]): Ranges<T> {
  const flat: T[] = [];
  for (const member of members) {
    const last = flat.at(-1);
    if (last !== undefined && Number(last) + 1 === Number(member)) flat[flat.length - 1] = member;
    else flat.push(member, member);
  }
  return flat;
}

/** Every label assignment over some keys. */
export const assignments = (keys: readonly string[]): ReadonlyMap<string, string>[] =>
  keys.reduce<ReadonlyMap<string, string>[]>(
    (all, key) =>
      all.flatMap((labels) =>
        valuePoints.map((value) => (value === undefined ? labels : new Map(labels).set(key, value))),
      ),
    [new Map()],
  );

/** A cube over some keys; an entry that is anything is left out, as cubes promise. */
export function cubeFrom(entries: readonly (readonly [string, ValueSet])[]): Cube {
  return new Map(entries.filter(([, set]) => !values.isAnything(set)));
}

const someSet = fc.oneof(
  { arbitrary: fc.constant(values.anything), weight: 2 },
  { arbitrary: fc.constantFrom(...valueSets.filter((set) => !values.isEmpty(set))), weight: 3 },
);
export const someCube = (keys: readonly string[]): fc.Arbitrary<Cube> =>
  fc
    .tuple(...keys.map(() => someSet))
    .map((sets) => cubeFrom(keys.map((key, at) => [key, sets[at] ?? values.anything])));

const ports = [0, 1, 2, 65535];
const addresses = [0n, 1n, 2n, 3n];
const subset = <T extends number | bigint>(members: readonly T[]): fc.Arbitrary<Ranges<T>> =>
  fc.subarray([...members]).map(rangesOf);

const somePorts = fc.oneof(fc.constant<Ranges<number>>([0, 65535]), subset(ports));
export const someConnections: fc.Arbitrary<Connections> = fc.record({
  TCP: somePorts,
  UDP: fc.constantFrom<Ranges<number>>([], [0, 65535]),
  SCTP: fc.constant<Ranges<number>>([]),
  OTHER: fc.boolean(),
});

const someAddresses = fc.oneof(fc.constant<Ranges<bigint>>([0n, 3n]), subset(addresses));
const somePeer: fc.Arbitrary<Peer> = fc.oneof(
  {
    arbitrary: fc.record({
      sort: fc.constant('pods' as const),
      namespace: someCube(['n', 'm']),
      pod: someCube(['p']),
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      sort: fc.constantFrom('IPv4' as const, 'IPv6' as const),
      addresses: someAddresses,
    }),
    weight: 1,
  },
);

/** Boxes over three peer keys, one subject key, one port name, four addresses of each family, some ports and OTHER; never empty. */
export const someBox: fc.Arbitrary<Box> = fc
  .record({
    subject: someCube(['s']),
    peer: somePeer,
    portNames: fc
      .constantFrom(values.anything, values.present, values.missing)
      .map((set) => cubeFrom([['TCP/w', set]])),
    connections: someConnections,
  })
  .filter(
    ({ peer, connections }) =>
      (peer.sort === 'pods' || peer.addresses.length > 0) &&
      (connections.OTHER || connections.TCP.length + connections.UDP.length > 0),
  );

/** One flow, seen as the boxes see it. */
export interface Spot {
  readonly subject: ReadonlyMap<string, string>;
  readonly peer:
    | {
        readonly sort: 'pods';
        readonly namespace: ReadonlyMap<string, string>;
        readonly pod: ReadonlyMap<string, string>;
      }
    | { readonly sort: 'IPv4' | 'IPv6'; readonly address: bigint };
  readonly portNames: ReadonlyMap<string, string>;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP' | 'OTHER';
  readonly port: number;
}

/** Whether a box holds a flow: the definition, dimension by dimension. */
export const holds = (box: Box, spot: Spot): boolean =>
  reaches(box, spot) &&
  cubes.selects(box.subject, spot.subject) &&
  cubes.selects(box.portNames, spot.portNames) &&
  isPeerOf(box, spot.peer);

const reaches = ({ connections }: Box, { protocol, port }: Pick<Spot, 'protocol' | 'port'>): boolean =>
  protocol === 'OTHER' ? connections.OTHER : ranges.has(connections[protocol], port);

const isPeerOf = (box: Box, peer: Spot['peer']): boolean =>
  box.peer.sort === 'pods'
    ? peer.sort === 'pods' &&
      cubes.selects(box.peer.namespace, peer.namespace) &&
      cubes.selects(box.peer.pod, peer.pod)
    : peer.sort === box.peer.sort && ranges.has(box.peer.addresses, peer.address);

const spotPeers: readonly Spot['peer'][] = [
  ...assignments(['n', 'm']).flatMap((namespace) =>
    assignments(['p']).map((pod) => ({ sort: 'pods' as const, namespace, pod })),
  ),
  ...(['IPv4', 'IPv6'] as const).flatMap((sort) => addresses.map((address) => ({ sort, address }))),
];

const spotSubjects = assignments(['s']);
const spotNames: readonly ReadonlyMap<string, string>[] = [new Map(), new Map([['TCP/w', 'yes']])];
/** Port 7 stands for all ports that nobody mentions. */
const spotConnections: readonly Pick<Spot, 'protocol' | 'port'>[] = [
  ...[...ports, 7].map((port) => ({ protocol: 'TCP' as const, port })),
  { protocol: 'UDP', port: 1 },
  { protocol: 'OTHER', port: 0 },
];

/** Every flow that boxes of {@link someBox} can tell apart. */
export const spots: readonly Spot[] = spotSubjects.flatMap((subject) =>
  spotPeers.flatMap((peer) =>
    spotNames.flatMap((portNames) =>
      spotConnections.map((connection) => ({ subject, peer, portNames, ...connection })),
    ),
  ),
);

/** Which of the flows are in any of some boxes, one byte each. */
export function extent(...boxes: readonly Box[]): Buffer {
  const found = Buffer.alloc(spots.length);
  for (const box of boxes) {
    const names = spotNames.map((labels) => cubes.selects(box.portNames, labels));
    const connections = spotConnections.map((connection) => reaches(box, connection));
    let at = 0;
    for (const subject of spotSubjects) {
      const isSubject = cubes.selects(box.subject, subject);
      for (const peer of spotPeers) {
        const isPeer = isSubject && isPeerOf(box, peer);
        for (const name of names) {
          for (const connection of connections) {
            if (isPeer && name && connection) found[at] = 1;
            at += 1;
          }
        }
      }
    }
  }
  return found;
}

/** The flows that are in the first extent and, as `inSecond` says, in or not in the second. */
export function those(first: Buffer, inSecond: boolean, second: Buffer): Buffer {
  const found = Buffer.alloc(first.length);
  for (let at = 0; at < first.length; at += 1) {
    if (first[at] === 1 && (second[at] === 1) === inSecond) found[at] = 1;
  }
  return found;
}

export function sizeOf(members: Buffer): number {
  let size = 0;
  for (const bit of members) size += bit;
  return size;
}

/** A picked point as a spot. */
export const spotOf = ({ subject, peer, portNames, protocol, port }: Point): Spot => ({
  subject,
  peer: peer.sort === 'pod' ? { sort: 'pods', namespace: peer.namespaceLabels, pod: peer.labels } : peer,
  portNames: new Map(portNames.map((name) => [name, 'yes'])),
  protocol,
  port,
});
