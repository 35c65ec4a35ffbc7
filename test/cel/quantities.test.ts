/** The order of quantities whose powers of ten lie far apart: what is decided by the powers alone is what long division decides. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Budget } from '../../src/cel/budget.ts';
import { Quantity } from '../../src/cel/values/quantity.ts';
import { compile } from '../../src/cel/compile.ts';
import { admissionEnvironment } from '../../src/cel/environment.ts';

const amount = fc.record({
  value: fc.bigInt({ min: -(10n ** 199n), max: 10n ** 199n }),
  scale: fc.integer({ min: -9, max: 4096 }),
  compact: fc.boolean(),
});

/** All digits written out. */
const written = ({ value, scale }: { value: bigint; scale: number }): bigint =>
  value * 10n ** BigInt(scale + 9);

describe('quantities', () => {
  test('are in the order of their numbers', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const [x, y] = [written(a), written(b)];
        const order = new Quantity(a, 'exponent').compare(new Quantity(b, 'exponent'));
        expect(order).toBe(x < y ? -1 : x > y ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });

  test.each<[string, boolean]>([
    ['1e18', true],
    ['1e19', false],
    ['0e4096', true],
    ['1e4096', false],
    ['-9e18', true],
    ['-1e4096', false],
  ])('%s is an integer of 64 bits: %s', (text, expected) => {
    const read = compile(`quantity(object).isInteger()`, admissionEnvironment(), 'any');
    if (!read.ok) throw new Error(JSON.stringify(read.issues));
    const outcome = read.value.run({ variables: { object: text } }, new Budget());
    expect(outcome).toEqual({ ok: true, value: expected });
  });

  test('pay for the digits that an addition writes out', () => {
    const source = 'lists.range(40000).all(i, sign(quantity("1e4096").add(quantity(object))) == 1)';
    const read = compile(source, admissionEnvironment(), 'bool');
    if (!read.ok) throw new Error(JSON.stringify(read.issues));
    const outcome = read.value.run({ variables: { object: '1n' } }, new Budget());
    expect(outcome).toMatchObject({ ok: false, error: { code: 'cel.costExceeded' } });
  });
});
