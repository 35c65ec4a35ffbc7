/** sameJson against node's own deep comparison, and where a recursive comparison would overflow. */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sameJson } from '../../src/k8s/jsonEqual.ts';

const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

describe('sameJson', () => {
  test('agrees with an independent deep comparison', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(sameJson(a, b)).toBe(isDeepStrictEqual(a, b));
        expect(sameJson(a, structuredClone(a))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['keys in another order are the same', '{"a":1,"b":[2]}', '{"b":[2],"a":1}', true],
    ['items in another order are not', '[1,2]', '[2,1]', false],
    ['zero and minus zero are the same number', '0', '-0', true],
    ['null and absent differ', '{"a":null}', '{}', false],
    ['a list is no object', '[]', '{}', false],
    ['__proto__ is a key like any other', '{"__proto__":{"a":1}}', '{"__proto__":{"a":2}}', false],
    ['__proto__ is no field of an empty object', '{"__proto__":{}}', '{"x":{}}', false],
    ['constructor is no field of an empty object', '{"constructor":1}', '{"x":1}', false],
  ])('%s', (_says, a, b, same) => {
    expect(sameJson(JSON.parse(a), JSON.parse(b))).toBe(same);
  });

  test('nesting of 10,000 levels is compared', () => {
    const deep = (leaf: string): unknown => JSON.parse(`${'[{"a":'.repeat(5000)}${leaf}${'}]'.repeat(5000)}`);
    expect(sameJson(deep('1'), deep('1'))).toBe(true);
    expect(sameJson(deep('1'), deep('2'))).toBe(false);
  });
});
