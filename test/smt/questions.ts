/** Random questions for the splitter, "does something of this box lie outside all of these", of which half are hard. */
import fc from 'fast-check';
import type { Family } from '../../src/k8s/cidr.ts';
import { blockOf, highest } from '../../src/k8s/cidr.ts';
import type { Box, Peer } from '../../src/netpol/box.ts';
import { intersect } from '../../src/netpol/box.ts';
import { everyConnection } from '../../src/netpol/connections.ts';
import type { Cube } from '../../src/netpol/cube.ts';
import { everyPod } from '../../src/netpol/cube.ts';
import type { Ranges } from '../../src/netpol/ranges.ts';
import { addressSteps, portSteps, union } from '../../src/netpol/ranges.ts';
import type { ValueSet } from '../../src/netpol/valueSet.ts';
import { complementOf, isAnything, isEmpty, present } from '../../src/netpol/valueSet.ts';

export interface Question {
  readonly box: Box;
  readonly cover: readonly Box[];
}

/** Every value that a set may list, ascending. */
export const words: readonly string[] = ['a', 'b', 'c', 'd'];
/** Every key that a cube may name. */
export const keys = {
  subject: ['s1', 's2'],
  namespace: ['n1', 'n2', 'n3'],
  pod: ['p1', 'p2'],
  portNames: ['TCP/w'],
} as const;

const someSet: fc.Arbitrary<ValueSet> = fc
  .record({ complement: fc.boolean(), values: fc.subarray([...words]), absent: fc.boolean() })
  .filter((set) => !isEmpty(set));
const someCube = (names: readonly string[]): fc.Arbitrary<Cube> =>
  fc
    .array(fc.tuple(fc.constantFrom(...names), someSet), { maxLength: 3 })
    .map((entries) => new Map(entries.filter(([, set]) => !isAnything(set))));

const everyPort: Ranges<number> = [0, 65535];
const somePorts: fc.Arbitrary<Ranges<number>> = fc
  .array(fc.tuple(fc.constantFrom(0, 1, 80, 443, 8080, 32768), fc.constantFrom(0, 1, 100, 32767, 65535)), {
    maxLength: 2,
  })
  .map((pairs) => union(portSteps, ...pairs.map(([low, more]) => [low, Math.min(65535, low + more)])));

/** Addresses differ in their first four bits only: sixteen blocks, many of them in common. */
const topOf = (family: Family, top: bigint): bigint => top << (family === 'IPv4' ? 28n : 124n);
const someAddresses = (family: Family): fc.Arbitrary<Peer> =>
  fc
    .array(fc.tuple(fc.bigInt({ min: 0n, max: 15n }), fc.integer({ min: 0, max: 4 })), {
      minLength: 1,
      maxLength: 3,
    })
    .map((tops) => {
      const blocks = tops.map(([top, prefix]) => blockOf(family, topOf(family, top), prefix));
      return { sort: family, addresses: union(addressSteps, ...blocks.map(({ low, high }) => [low, high])) };
    });
const somePeer: fc.Arbitrary<Peer> = fc.oneof(
  {
    arbitrary: fc.record({
      sort: fc.constant('pods' as const),
      namespace: someCube(keys.namespace),
      pod: someCube(keys.pod),
    }),
    weight: 4,
  },
  { arbitrary: someAddresses('IPv4'), weight: 1 },
  { arbitrary: someAddresses('IPv6'), weight: 1 },
);

/** No box is empty. */
export const someBox: fc.Arbitrary<Box> = fc
  .record({
    subject: someCube(keys.subject),
    peer: somePeer,
    portNames: fc.constantFrom<Cube[]>(new Map(), new Map([[keys.portNames[0], present]])),
    connections: fc.record({
      TCP: fc.oneof(fc.constant(everyPort), somePorts),
      UDP: fc.oneof(fc.constant(everyPort), somePorts),
      SCTP: fc.oneof(fc.constant(everyPort), fc.constant<Ranges<number>>([])),
      OTHER: fc.boolean(),
    }),
  })
  .filter(({ connections: { TCP, UDP, SCTP, OTHER } }) => OTHER || TCP.length + UDP.length + SCTP.length > 0);

/** One way to cut a box in two: at a port, by a label of the subject, or by a label or the address of the peer. */
export interface Cut {
  readonly aspect: 'port' | 'subject' | 'peer';
  readonly key: (typeof keys)['namespace' | 'pod'][number];
  readonly set: ValueSet;
  readonly port: number;
  readonly top: bigint;
}

export const someCut: fc.Arbitrary<Cut> = fc.record({
  aspect: fc.constantFrom('port', 'subject', 'peer', 'peer', 'peer'),
  key: fc.constantFrom(...keys.namespace, ...keys.pod),
  set: someSet.filter((set) => !isAnything(set)),
  port: fc.constantFrom(0, 79, 80, 443, 32767),
  top: fc.bigInt({ min: 1n, max: 15n }),
});

/** What is cut off a box and what is left, as far as there is any: together they are the box. Cut at a port, they share all but TCP. */
export const halves = (box: Box, cut: Cut): Box[] =>
  [true, false].flatMap((one) => intersect(box, half(box.peer, cut, one)) ?? []);

/** Everything on one side of a cut. */
function half(peer: Peer, { aspect, key, set, port, top }: Cut, one: boolean): Box {
  const everywhere: Box = { subject: everyPod, peer, portNames: everyPod, connections: everyConnection };
  const side = one ? set : complementOf(set);
  if (aspect === 'port') {
    const TCP = one ? [0, port] : [port + 1, 65535];
    return { ...everywhere, connections: { ...everyConnection, TCP } };
  }
  if (aspect === 'subject') return { ...everywhere, subject: new Map([[keys.subject[0], side]]) };
  if (peer.sort !== 'pods') {
    const middle = topOf(peer.sort, top);
    const addresses = one ? [0n, middle - 1n] : [middle, highest(peer.sort)];
    return { ...everywhere, peer: { sort: peer.sort, addresses } };
  }
  const labels: Cube = new Map([[key, side]]);
  const [namespace, pod] = key.startsWith('n') ? [labels, everyPod] : [everyPod, labels];
  return { ...everywhere, peer: { sort: 'pods', namespace, pod } };
}

/** A hard question: the box in pieces, among other boxes, sometimes with one piece left out. An easy one: the other boxes only. */
export const someQuestion: fc.Arbitrary<Question> = fc
  .record({
    box: someBox,
    cuts: fc.array(fc.record({ at: fc.nat(), cut: someCut }), { maxLength: 20 }),
    others: fc.array(someBox, { maxLength: 8 }),
    leftOut: fc.oneof(fc.constant(undefined), fc.nat()),
    hard: fc.boolean(),
  })
  .map(({ box, cuts, others, leftOut, hard }) => {
    if (!hard) return { box, cover: others };
    let pieces: readonly Box[] = [box];
    for (const { at, cut } of cuts) {
      const chosen = at % pieces.length;
      pieces = pieces.flatMap((piece, index) => (index === chosen ? halves(piece, cut) : [piece]));
    }
    if (leftOut !== undefined) pieces = pieces.toSpliced(leftOut % pieces.length, 1);
    return { box, cover: [...others, ...pieces.toReversed()] };
  });
