/** Sets of connections against the obvious reading: membership, connection by connection. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Protocol } from '../../../src/k8s/networkPolicy.ts';
import type { Connection } from '../../../src/netpol/concrete/world.ts';
import {
  allConnections,
  allowedPorts,
  difference,
  includes,
  inWords,
  intersection,
  isEmpty,
  isEqual,
  noConnections,
  portsOf,
  union,
} from '../../../src/netpol/reach/connectionSet.ts';
import type { ConnectionSet } from '../../../src/netpol/reach/connectionSet.ts';

const protocol = fc.constantFrom<Protocol>('TCP', 'UDP', 'SCTP');
const port = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 65_530, max: 65_535 }));
const piece = fc.oneof(
  {
    arbitrary: fc.tuple(protocol, port, port).map(([p, a, b]) => portsOf(p, Math.min(a, b), Math.max(a, b))),
    weight: 6,
  },
  { arbitrary: fc.constant<ConnectionSet>({ ...noConnections, OTHER: true }), weight: 1 },
  { arbitrary: fc.constant(allConnections), weight: 1 },
);
const arbitrarySet = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.reduce(union, noConnections));
const connection: fc.Arbitrary<Connection> = fc.oneof(
  fc.record({ protocol, port }),
  fc.constant({ protocol: 'OTHER' } as const),
);

describe('laws', () => {
  test('union, intersection and difference are what they say of every connection', () => {
    fc.assert(
      fc.property(arbitrarySet, arbitrarySet, connection, (a, b, at) => {
        expect(includes(union(a, b), at)).toBe(includes(a, at) || includes(b, at));
        expect(includes(intersection(a, b), at)).toBe(includes(a, at) && includes(b, at));
        expect(includes(difference(a, b), at)).toBe(includes(a, at) && !includes(b, at));
      }),
    );
  });
  test('equal sets are equal data', () => {
    fc.assert(
      fc.property(arbitrarySet, arbitrarySet, (a, b) => {
        const same = isEmpty(difference(a, b)) && isEmpty(difference(b, a));
        expect(isEqual(a, b)).toBe(same);
        expect(union(intersection(a, b), difference(a, b))).toEqual(a);
      }),
    );
  });
});

const of = (...sets: readonly ConnectionSet[]): ConnectionSet => sets.reduce(union, noConnections);

test.each([
  ['nothing', noConnections, [], 'nothing'],
  [
    'everything',
    allConnections,
    [{ protocol: 'TCP' }, { protocol: 'UDP' }, { protocol: 'SCTP' }, { protocol: 'OTHER' }],
    'everything',
  ],
  [
    'adjacent ranges',
    of(portsOf('TCP', 80, 89), portsOf('TCP', 90, 99)),
    [{ protocol: 'TCP', ports: '80-99' }],
    'TCP 80-99',
  ],
  [
    'ports apart',
    of(portsOf('TCP', 90, 99), portsOf('TCP', 80, 80)),
    [{ protocol: 'TCP', ports: '80,90-99' }],
    'TCP 80,90-99',
  ],
  [
    'a whole protocol',
    of(portsOf('UDP'), portsOf('TCP', 1, 1)),
    [{ protocol: 'TCP', ports: '1' }, { protocol: 'UDP' }],
    'TCP 1; UDP all ports',
  ],
  [
    'all that has a number in a policy',
    portsOf('SCTP', 1, 65_535),
    [{ protocol: 'SCTP', ports: '1-65535' }],
    'SCTP 1-65535',
  ],
  ['other protocols alone', { ...noConnections, OTHER: true }, [{ protocol: 'OTHER' }], 'other protocols'],
])('%s', (_, set, allowed, words) => {
  expect(allowedPorts(set)).toEqual(allowed);
  expect(inWords(set)).toBe(words);
});
