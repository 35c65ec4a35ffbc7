/** Boxes against every flow of a small universe: intersection, difference, cover, merging and picking. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as boxes from '../../src/netpol/box.ts';
import type { Box } from '../../src/netpol/box.ts';
import { fullBudget, remainder } from '../../src/netpol/cover.ts';
import { merge } from '../../src/netpol/merge.ts';
import { pick } from '../../src/netpol/point.ts';
import { lawCases } from './laws.ts';
import { extent, holds, sizeOf, someBox, spotOf, spots, those } from './universe.ts';

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
    fc.assert(
      fc.property(someBox, (box) => {
        const { peer } = pick(box, live);
        if (peer.sort !== 'pod') return;
        const possible = live.filter(({ labels }) =>
          spots.some(
            (spot) =>
              spot.peer.sort === 'pods' && holds(box, { ...spot, peer: { ...spot.peer, namespace: labels } }),
          ),
        );
        expect(peer.exists).toBe(possible.length > 0);
        expect(holds(box, spotOf(pick(box, live)))).toBe(true);
        if (peer.exists) expect(possible.map(({ name }) => name)).toContain(peer.namespace);
      }),
      lawCases(0.3),
    );
  });
});
