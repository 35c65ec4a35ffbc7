/** Sets of numbers as ranges: all pairs of subsets of six numbers, and random unions, against membership. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Ranges, Steps } from '../../src/netpol/ranges.ts';
import * as ranges from '../../src/netpol/ranges.ts';
import { lawCases } from './laws.ts';
import { rangesOf } from './universe.ts';

const subsets = <T>(members: readonly T[]): T[][] =>
  members.reduce<T[][]>((all, member) => all.flatMap((set) => [set, [...set, member]]), [[]]);

function checkAllPairs<T extends number | bigint>(universe: readonly T[], steps: Steps<T>): void {
  const all = subsets(universe);
  for (const inA of all) {
    for (const inB of all) {
      const [a, b] = [rangesOf(inA), rangesOf(inB)];
      const common = inA.filter((member) => inB.includes(member));
      expect(ranges.intersection(a, b)).toEqual(rangesOf(common));
      expect(ranges.union(steps, a, b)).toEqual(
        rangesOf(universe.filter((n) => inA.includes(n) || inB.includes(n))),
      );
      expect(ranges.difference(steps, a, b)).toEqual(rangesOf(inA.filter((member) => !inB.includes(member))));
      expect(ranges.isWithin(a, b)).toBe(common.length === inA.length);
      expect(ranges.meets(a, b)).toBe(common.length > 0);
      expect(ranges.equal(a, b)).toBe(common.length === inA.length && inA.length === inB.length);
    }
    for (const member of universe) expect(ranges.has(rangesOf(inA), member)).toBe(inA.includes(member));
  }
}

describe('all pairs of subsets', () => {
  test('of six ports', () => {
    checkAllPairs([0, 1, 2, 3, 4, 5], ranges.portSteps);
  });
  test('of five addresses', () => {
    checkAllPairs([0n, 1n, 2n, 3n, 4n], ranges.addressSteps);
  });
});

describe('many sets', () => {
  const interval = fc
    .tuple(fc.nat(40), fc.nat(6))
    .map(([low, length]): Ranges<number> => [low, low + length]);

  test('a union does not depend on order, overlap or repetition', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 12 }), (sets) => {
        const members = Array.from({ length: 48 }, (_, n) => n).filter((n) =>
          sets.some(([low = 1, high = 0]) => low <= n && n <= high),
        );
        expect(ranges.union(ranges.portSteps, ...sets)).toEqual(rangesOf(members));
        expect(ranges.union(ranges.portSteps, ...sets, ...sets.toReversed())).toEqual(rangesOf(members));
      }),
      lawCases(),
    );
  });

  test('difference and intersection of long sets', () => {
    const set = fc.array(interval, { maxLength: 12 }).map((sets) => ranges.union(ranges.portSteps, ...sets));
    fc.assert(
      fc.property(set, set, (a, b) => {
        const universe = Array.from({ length: 48 }, (_, n) => n);
        const expected = (holds: (inA: boolean, inB: boolean) => boolean): Ranges<number> =>
          rangesOf(universe.filter((n) => holds(ranges.has(a, n), ranges.has(b, n))));
        expect(ranges.difference(ranges.portSteps, a, b)).toEqual(expected((inA, inB) => inA && !inB));
        expect(ranges.intersection(a, b)).toEqual(expected((inA, inB) => inA && inB));
        expect(ranges.isWithin(a, b)).toBe(expected((inA, inB) => inA && !inB).length === 0);
      }),
      lawCases(),
    );
  });
});
