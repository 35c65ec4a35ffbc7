/** Label cubes over three keys, two constants, a fresh value and the missing key, against every label assignment there is. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { Decoder } from '../../src/k8s/decoder.ts';
import { decodeSelector, selects as selectorSelects } from '../../src/k8s/labelSelector.ts';
import { nameLabel } from '../../src/k8s/namespaceFacts.ts';
import type { Cube } from '../../src/netpol/cube.ts';
import * as cubes from '../../src/netpol/cube.ts';
import * as values from '../../src/netpol/valueSet.ts';
import { lawCases } from './laws.ts';
import { assignments, cubeFrom, someCube, valueSets } from './universe.ts';

const keys = ['k', 'l', 'm'];
const points = assignments(keys);
const twoKeyPoints = assignments(['k', 'l']);

const mask = (cube: Cube | undefined, over = points): string =>
  over.map((labels) => (cube !== undefined && cubes.selects(cube, labels) ? '1' : '0')).join('');
const combine = (a: string, b: string, holds: (inA: boolean, inB: boolean) => boolean): string =>
  Array.from(a, (bit, at) => (holds(bit === '1', b[at] === '1') ? '1' : '0')).join('');

describe('every pair of cubes over two keys', () => {
  const all = valueSets
    .filter((set) => !values.isEmpty(set))
    .flatMap((k) =>
      valueSets
        .filter((set) => !values.isEmpty(set))
        .map((l) =>
          cubeFrom([
            ['k', k],
            ['l', l],
          ]),
        ),
    )
    .map((cube) => ({ cube, members: mask(cube, twoKeyPoints) }));

  test('intersect, disjoint, within and keyOf agree with the points', () => {
    let wrong = 0;
    for (const a of all) {
      for (const b of all) {
        const common = combine(a.members, b.members, (inA, inB) => inA && inB);
        const both = cubes.intersect(a.cube, b.cube);
        const none = !common.includes('1');
        const inside = common === a.members;
        if (mask(both, twoKeyPoints) !== common || (both === undefined) !== none) wrong += 1;
        if (cubes.disjoint(a.cube, b.cube) !== none) wrong += 1;
        if (cubes.within(a.cube, b.cube) !== inside) wrong += 1;
        if ((cubes.excessKeys(a.cube, b.cube).length === 0) !== inside) wrong += 1;
        if ((cubes.keyOf(a.cube) === cubes.keyOf(b.cube)) !== (a.members === b.members)) wrong += 1;
      }
    }
    expect(wrong).toBe(0);
  });
});

describe('cubes over three keys', () => {
  test('intersect, disjoint and within agree with the points', () => {
    fc.assert(
      fc.property(someCube(keys), someCube(keys), (a, b) => {
        const common = combine(mask(a), mask(b), (inA, inB) => inA && inB);
        expect(mask(cubes.intersect(a, b))).toBe(common);
        expect(cubes.disjoint(a, b)).toBe(!common.includes('1'));
        expect(cubes.within(a, b)).toBe(common === mask(a));
        expect(cubes.excessKeys(a, b).length === 0).toBe(common === mask(a));
      }),
      lawCases(),
    );
  });

  test('constrain adds one requirement', () => {
    fc.assert(
      fc.property(someCube(keys), fc.constantFrom(...valueSets), (cube, set) => {
        const expected = points.map((labels) =>
          cubes.selects(cube, labels) && values.contains(set, labels.get('k')) ? '1' : '0',
        );
        expect(mask(cubes.constrain(cube, 'k', set))).toBe(expected.join(''));
        expect(cubes.constrain(cube, 'k', set) === undefined).toBe(!expected.includes('1'));
      }),
      lawCases(),
    );
  });

  test('replace takes one requirement for another, and drops one that is anything', () => {
    fc.assert(
      fc.property(someCube(keys), fc.constantFrom(...valueSets), (cube, set) => {
        const expected = points.map((labels) =>
          [...cube].every(([key, own]) => key === 'k' || values.contains(own, labels.get(key))) &&
          values.contains(set, labels.get('k'))
            ? '1'
            : '0',
        );
        const replaced = cubes.replace(cube, 'k', set);
        expect(mask(replaced)).toBe(expected.join(''));
        expect([...replaced.values()].some(values.isAnything)).toBe(false);
        expect(cubes.excessCount(cube, replaced)).toBe(cubes.excessKeys(cube, replaced).length);
      }),
      lawCases(),
    );
  });

  test('keyOf does not depend on the order in which requirements were written', () => {
    fc.assert(
      fc.property(someCube(keys), (cube) => {
        expect(cubes.keyOf(new Map([...cube].reverse()))).toBe(cubes.keyOf(cube));
      }),
      lawCases(),
    );
  });

  test('no cube holds an entry that is anything or nothing', () => {
    fc.assert(
      fc.property(someCube(keys), someCube(keys), (a, b) => {
        for (const set of cubes.intersect(a, b)?.values() ?? []) {
          expect(values.isAnything(set) || values.isEmpty(set)).toBe(false);
        }
      }),
      lawCases(),
    );
  });

  test('withFacts leaves what has those labels', () => {
    fc.assert(
      fc.property(someCube(keys), fc.constantFrom(...points), (cube, facts) => {
        const expected = points.map((labels) =>
          cubes.selects(cube, labels) && [...facts].every(([key, value]) => labels.get(key) === value)
            ? '1'
            : '0',
        );
        expect(mask(cubes.withFacts(cube, facts))).toBe(expected.join(''));
      }),
      lawCases(),
    );
  });
});

describe('a selector and its cube select the same', () => {
  const requirement = fc
    .tuple(
      fc.constantFrom(...keys),
      fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
      fc.subarray(['a', 'b'], { minLength: 1 }),
    )
    .map(([key, operator, listed]) => ({
      key,
      operator,
      ...(operator.endsWith('In') ? { values: listed } : {}),
    }));
  const selector = fc.record({
    matchLabels: fc.dictionary(fc.constantFrom(...keys), fc.constantFrom('a', 'b'), { maxKeys: 2 }),
    matchExpressions: fc.array(requirement, { maxLength: 4 }),
  });

  test('on every assignment', () => {
    fc.assert(
      fc.property(selector, (written) => {
        const decoder = new Decoder();
        const read = decodeSelector(decoder, written, '');
        expect(decoder.issues).toEqual([]);
        const expected = points.map((labels) => (selectorSelects(read, labels) ? '1' : '0')).join('');
        expect(mask(cubes.cubeOf(read, cubes.everyPod))).toBe(expected);
        expect(cubes.cubeOf(read, cubes.everyPod) === undefined).toBe(!expected.includes('1'));
      }),
      lawCases(),
    );
  });

  test.each([
    ['{}', true],
    [`{matchExpressions: [{key: ${nameLabel}, operator: Exists}]}`, true],
    [`{matchExpressions: [{key: x, operator: Exists}]}`, false],
    [`{matchExpressions: [{key: ${nameLabel}, operator: NotIn, values: [nope]}]}`, false],
  ])('%s selects every namespace: %s', (text, everything) => {
    const selector = decodeSelector(new Decoder(), parse(text) as unknown, '');
    const cube = cubes.cubeOf(selector, cubes.everyNamespace);
    expect(cube !== undefined && cubes.within(cubes.everyNamespace, cube)).toBe(everything);
  });

  test('no namespace lacks its name', () => {
    const selector = decodeSelector(
      new Decoder(),
      parse(`{matchExpressions: [{key: ${nameLabel}, operator: DoesNotExist}]}`) as unknown,
      '',
    );
    expect(cubes.cubeOf(selector, cubes.everyNamespace)).toBeUndefined();
  });
});
