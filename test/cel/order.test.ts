/** The order of strings against that of their bytes in UTF-8, which is the order of code points. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareStrings } from '../../src/cel/values/order.ts';

const oracle = (a: string, b: string): number => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));

/** Few characters, from each side of the surrogates and of what they stand for, so that texts begin alike. */
const character = fc.constantFrom(
  'a',
  'b',
  '\u{7ff}',
  '\u{d7ff}',
  '\u{e000}',
  '\u{ffff}',
  '\u{10000}',
  '\u{10ffff}',
);
const text = fc.string({ unit: character, maxLength: 4 });
const prefix = fc.string({ unit: character, maxLength: 100 });

test('strings are in the order of their code points', () => {
  fc.assert(
    fc.property(prefix, text, text, text, (alike, a, b, rest) => {
      expect(Math.sign(compareStrings(alike + a + rest, alike + b))).toBe(
        oracle(alike + a + rest, alike + b),
      );
    }),
    { numRuns: 5_000 },
  );
});

test('however long what they begin with alike is', () => {
  for (let length = 0; length < 200; length += 1) {
    const alike = 'a'.repeat(length);
    expect(compareStrings(alike, alike)).toBe(0);
    expect(compareStrings(alike, `${alike}a`)).toBeLessThan(0);
    expect(compareStrings(`${alike}b`, `${alike}aa`)).toBeGreaterThan(0);
    expect(compareStrings(`${alike}\u{10000}`, `${alike}\u{ffff}`)).toBeGreaterThan(0);
  }
});
