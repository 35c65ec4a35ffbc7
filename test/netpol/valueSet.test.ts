/** Every value set over two constants against the points it holds: the constants, a fresh value, the missing key. */
import { describe, expect, test } from '@jest/globals';
import type { ValueSet } from '../../src/netpol/valueSet.ts';
import * as values from '../../src/netpol/valueSet.ts';
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
    ['NotIn', values.notAmong(['a']), '0111'],
    ['Exists', values.present, '1110'],
    ['DoesNotExist', values.missing, '0001'],
    ['anything', values.anything, '1111'],
  ])('the operator %s', (_name, set, expected) => {
    expect(members(set)).toBe(expected);
  });
});
