/** Boxes against every flow of a small universe: intersection, difference, cover, merging and picking. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as boxes from '../../src/netpol/box.ts';
import type { Box } from '../../src/netpol/box.ts';
import { fullBudget, remainder } from '../../src/netpol/cover.ts';
import { merge } from '../../src/netpol/merge.ts';
import { pick } from '../../src/netpol/point.ts';
import { everyConnection, noConnections } from '../../src/netpol/connections.ts';
import { everyPod } from '../../src/netpol/cube.ts';
import type { Cube } from '../../src/netpol/cube.ts';
import { present } from '../../src/netpol/valueSet.ts';
import { lawCases } from './laws.ts';
import { extent, holds, rangesOf, sizeOf, someBox, spotOf, spots, those } from './universe.ts';
import type { Spot } from './universe.ts';

const pairwiseDisjoint = (parts: readonly Box[]): boolean =>
  parts.reduce((sum, part) => sum + sizeOf(extent(part)), 0) === sizeOf(extent(...parts));

describe('two boxes', () => {
  test('intersect, disjoint and within', () => {
    fc.assert(
      fc.property(someBox, someBox, (a, b) => {
        const [inA, inB] = [extent(a), extent(b)];
        const common = those(inA, true, inB);
        const both = boxes.intersect(a, b);
        expect((both === undefined ? extent() : extent(both)).equals(common)).toBe(true);
        expect(both === undefined).toBe(sizeOf(common) === 0);
        expect(boxes.disjoint(a, b)).toBe(sizeOf(common) === 0);
        expect(boxes.within(a, b)).toBe(sizeOf(common) === sizeOf(inA));
        expect(boxes.within(a, b)).toBe(boxes.excessCount(a, b) === 0);
      }),
      lawCases(),
    );
  });

  test('subtract leaves exactly the rest, in disjoint pieces, none of them empty', () => {
    fc.assert(
      fc.property(someBox, someBox, (a, b) => {
        fc.pre(!boxes.disjoint(a, b));
        const pieces = boxes.subtract(a, b);
        expect(extent(...pieces).equals(those(extent(a), false, extent(b)))).toBe(true);
        expect(pairwiseDisjoint(pieces)).toBe(true);
        expect(pieces.every((piece) => sizeOf(extent(piece)) > 0)).toBe(true);
      }),
      lawCases(),
    );
  });
});

describe('two boxes of addresses, all subsets of three', () => {
  const subsets = [[], [0n], [1n], [2n], [0n, 1n], [0n, 2n], [1n, 2n], [0n, 1n, 2n]].filter(
    (set) => set.length > 0,
  );
  const boxOf = (sort: 'IPv4' | 'IPv6', set: readonly bigint[]): Box => ({
    subject: everyPod,
    peer: { sort, addresses: rangesOf(set) },
    portNames: everyPod,
    connections: everyConnection,
  });
  const pairs = (['IPv4', 'IPv6'] as const).flatMap((other) =>
    subsets.flatMap((a) => subsets.map((b) => ({ a, b: other === 'IPv4' ? b : [], other, written: b }))),
  );

  test('intersect, disjoint, within, excessCount and subtract', () => {
    for (const { a, b, other, written } of pairs) {
      const [first, second] = [boxOf('IPv4', a), boxOf(other, written)];
      const common = a.filter((address) => b.includes(address));
      const left = a.filter((address) => !b.includes(address));
      const both = boxes.intersect(first, second);
      expect(both).toEqual(common.length === 0 ? undefined : boxOf('IPv4', common));
      expect(boxes.disjoint(first, second)).toBe(common.length === 0);
      expect(boxes.within(first, second)).toBe(left.length === 0);
      expect(boxes.excessCount(first, second)).toBe(other === 'IPv6' ? Infinity : left.length === 0 ? 0 : 1);
      if (common.length === 0) continue;
      expect(boxes.subtract(first, second)).toEqual(left.length === 0 ? [] : [boxOf('IPv4', left)]);
    }
  });

  test('pods and addresses have nothing in common', () => {
    const pods: Box = { ...boxOf('IPv4', [0n]), peer: { sort: 'pods', namespace: everyPod, pod: everyPod } };
    for (const [a, b] of [
      [pods, boxOf('IPv4', [0n])],
      [boxOf('IPv6', [0n]), pods],
    ] as const) {
      expect(boxes.intersect(a, b)).toBeUndefined();
      expect(boxes.disjoint(a, b)).toBe(true);
      expect(boxes.within(a, b)).toBe(false);
      expect(boxes.excessCount(a, b)).toBe(Infinity);
    }
  });
});

test('excessCount counts connections, addresses and each key', () => {
  const one = (key: string): Cube => new Map([[key, present]]);
  const all: Box = {
    subject: everyPod,
    peer: { sort: 'pods', namespace: everyPod, pod: everyPod },
    portNames: everyPod,
    connections: everyConnection,
  };
  const tcp = { ...noConnections, TCP: [0, 65535] };
  expect(boxes.excessCount(all, all)).toBe(0);
  expect(boxes.excessCount(all, { ...all, connections: tcp })).toBe(1);
  expect(boxes.excessCount(all, { ...all, subject: one('a'), portNames: one('b') })).toBe(2);
  const peer = { sort: 'pods' as const, namespace: one('n'), pod: new Map([...one('p'), ...one('q')]) };
  expect(boxes.excessCount(all, { ...all, peer, connections: tcp, subject: one('a') })).toBe(5);
  const addresses = { sort: 'IPv4' as const, addresses: [0n, 1n] };
  expect(
    boxes.excessCount(
      { ...all, peer: { sort: 'IPv4', addresses: [0n, 9n] } },
      { ...all, peer: addresses, connections: tcp },
    ),
  ).toBe(2);
});

const cover = fc.array(someBox, { maxLength: 6 });

describe('remainder', () => {
  test('is exactly what no box of the cover holds, in disjoint pieces', () => {
    fc.assert(
      fc.property(someBox, cover, (box, others) => {
        const left = remainder(box, others, { left: fullBudget });
        if (left === 'tooComplex') throw new Error('the budget is too small for so few boxes');
        expect(extent(...left).equals(those(extent(box), false, extent(...others)))).toBe(true);
        expect(pairwiseDisjoint(left)).toBe(true);
      }),
      lawCases(),
    );
  });

  test('stops at the first piece where one is asked for', () => {
    fc.assert(
      fc.property(someBox, cover, (box, others) => {
        const left = remainder(box, others, { left: fullBudget }, 1);
        const all = those(extent(box), false, extent(...others));
        expect(left).toHaveLength(sizeOf(all) === 0 ? 0 : 1);
        if (left !== 'tooComplex') expect(sizeOf(those(extent(...left), false, all))).toBe(0);
      }),
      lawCases(),
    );
  });

  test('is the same for the same question', () => {
    fc.assert(
      fc.property(someBox, cover, (box, others) => {
        expect(remainder(box, others, { left: fullBudget })).toEqual(
          remainder(box, others, { left: fullBudget }),
        );
      }),
      lawCases(),
    );
  });

  test('says tooComplex, and never "covered", when the budget runs out', () => {
    fc.assert(
      fc.property(someBox, cover, fc.nat(6), (box, others, left) => {
        const budget = { left };
        const answer = remainder(box, others, budget);
        if (answer === 'tooComplex') expect(budget.left).toBeLessThan(0);
        else expect(extent(...answer).equals(those(extent(box), false, extent(...others)))).toBe(true);
      }),
      lawCases(),
    );
  });
});

describe('merge', () => {
  test('keeps every flow and adds none, in no more boxes, none inside another', () => {
    fc.assert(
      fc.property(cover, (some) => {
        const merged = merge(some);
        expect(extent(...merged).equals(extent(...some))).toBe(true);
        expect(merged.length).toBeLessThanOrEqual(some.length);
        for (const a of merged) for (const b of merged) expect(a !== b && boxes.within(a, b)).toBe(false);
      }),
      lawCases(),
    );
  });

  test('order and repetition change nothing that is said', () => {
    fc.assert(
      fc.property(cover, (some) => {
        expect(extent(...merge([...some.toReversed(), ...some])).equals(extent(...some))).toBe(true);
      }),
      lawCases(),
    );
  });
});

describe('pick', () => {
  test('gives a flow of the box', () => {
    fc.assert(
      fc.property(someBox, (box) => {
        expect(holds(box, spotOf(pick(box, [])))).toBe(true);
      }),
      lawCases(),
    );
  });

  test('gives a live namespace where one is in the box, and says so', () => {
    const live = ['a', 'b', 'c'].map((n) => ({
      name: `live-${n}`,
      labels: new Map([['n', n]]),
      terminating: false,
    }));
    const inNamespace = ({ labels }: (typeof live)[number]): readonly Spot[] =>
      spots.flatMap((spot) =>
        spot.peer.sort === 'pods' && spot.peer.namespace.size === 0
          ? [{ ...spot, peer: { ...spot.peer, namespace: labels } }]
          : [],
      );
    const spotsOf = new Map(live.map((one) => [one, inNamespace(one)]));
    fc.assert(
      fc.property(someBox, (box) => {
        const { peer } = pick(box, live);
        if (peer.sort !== 'pod') return;
        const possible = live.filter((one) => spotsOf.get(one)?.some((spot) => holds(box, spot)));
        expect(peer.exists).toBe(possible.length > 0);
        expect(holds(box, spotOf(pick(box, live)))).toBe(true);
        if (peer.exists) expect(possible.map(({ name }) => name)).toContain(peer.namespace);
      }),
      lawCases(0.3),
    );
  });
});
