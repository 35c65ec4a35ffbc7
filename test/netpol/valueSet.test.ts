/** Every value set over two constants against the points it holds: the constants, a fresh value, the missing key. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ValueSet } from '../../src/netpol/valueSet.ts';
import * as values from '../../src/netpol/valueSet.ts';
import { lawCases } from './laws.ts';
import { valuePoints, valueSets } from './universe.ts';

const members = (set: ValueSet): string =>
  valuePoints.map((point) => (values.contains(set, point) ? '1' : '0')).join('');
const both = (a: ValueSet, b: ValueSet, holds: (inA: boolean, inB: boolean) => boolean): string =>
  valuePoints
    .map((point) => (holds(values.contains(a, point), values.contains(b, point)) ? '1' : '0'))
    .join('');

const pairs = valueSets.flatMap((a) => valueSets.map((b) => [a, b] as const));

describe('all 256 pairs', () => {
  test.each([
    ['intersect', values.intersect, (a: boolean, b: boolean) => a && b],
    ['unite', values.unite, (a: boolean, b: boolean) => a || b],
    ['subtract', values.subtract, (a: boolean, b: boolean) => a && !b],
  ] as const)('%s', (_name, operation, holds) => {
    for (const [a, b] of pairs) expect(members(operation(a, b))).toBe(both(a, b, holds));
  });

  test('disjoint', () => {
    for (const [a, b] of pairs) {
      expect(values.disjoint(a, b)).toBe(both(a, b, (inA, inB) => inA && inB) === '0000');
    }
  });

  test('within', () => {
    for (const [a, b] of pairs) {
      expect(values.within(a, b)).toBe(both(a, b, (inA, inB) => inA && !inB) === '0000');
    }
  });

  test('keyOf is the same for equal sets only', () => {
    for (const [a, b] of pairs) {
      expect(values.keyOf(a) === values.keyOf(b)).toBe(members(a) === members(b));
    }
  });
});

describe('all 16 sets', () => {
  test('complementOf, isEmpty, isAnything', () => {
    for (const set of valueSets) {
      expect(members(values.complementOf(set))).toBe(both(set, set, (inSet) => !inSet));
      expect(values.isEmpty(set)).toBe(members(set) === '0000');
      expect(values.isAnything(set)).toBe(members(set) === '1111');
    }
  });

  test.each([
    ['In', values.among(['a', 'b']), '1100'],
    ['In with one value', values.exactly('a'), '1000'],
    ['NotIn', values.notAmong(['a']), '0111'],
    ['Exists', values.present, '1110'],
    ['DoesNotExist', values.missing, '0001'],
    ['anything', values.anything, '1111'],
  ])('the operator %s', (_name, set, expected) => {
    expect(members(set)).toBe(expected);
  });
});

describe('long lists', () => {
  const word = (number: number): string => `v${number}`;
  const universe = Array.from({ length: 41 }, (_, number) => word(number));

  test.each(universe.map((_, length) => [length]))(
    'of %i values hold their own and nothing else',
    (length) => {
      // Every second value, so that there is one missing between any two and at both ends.
      const listed = universe.filter((_, at) => at % 2 === 1).slice(0, length);
      for (const value of universe) {
        expect(values.contains(values.among(listed), value)).toBe(listed.includes(value));
        expect(values.contains(values.notAmong(listed), value)).toBe(!listed.includes(value));
      }
    },
  );

  test('are met, cut and compared as short ones are', () => {
    const list = fc.uniqueArray(fc.constantFrom(...universe), { maxLength: 30 });
    const set = fc
      .tuple(list, fc.boolean())
      .map(([some, all]) => (all ? values.notAmong(some) : values.among(some)));
    const points = [...universe, 'fresh', undefined];
    fc.assert(
      fc.property(set, set, (a, b) => {
        const [both, either, only] = [values.intersect(a, b), values.unite(a, b), values.subtract(a, b)];
        for (const point of points) {
          const [inA, inB] = [values.contains(a, point), values.contains(b, point)];
          expect(values.contains(both, point)).toBe(inA && inB);
          expect(values.contains(either, point)).toBe(inA || inB);
          expect(values.contains(only, point)).toBe(inA && !inB);
        }
        expect(values.disjoint(a, b)).toBe(values.isEmpty(both));
        expect(values.within(a, b)).toBe(values.isEmpty(only));
      }),
      lawCases(),
    );
  });
});
