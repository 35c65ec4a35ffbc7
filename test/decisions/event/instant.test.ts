/** The texts of instants, against those of Date. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instant } from '../../../src/decisions/event/instant.ts';

const first = Date.UTC(1970, 0, 1);
const last = Date.UTC(9999, 11, 31);
/** Steps as a clock makes them, forwards and, when it is set, backwards, and any instant. */
const step = fc.oneof(
  fc.integer({ min: -1_100, max: 1_100 }),
  fc.constantFrom(0, 1, -1, 999, 1_000, 86_400_000),
);

test('are those of Date, whatever came before', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: first + 1e9, max: last }),
      fc.array(step, { maxLength: 20 }),
      (start, steps) => {
        let millis = start;
        for (const by of [0, ...steps]) {
          millis += by;
          expect(instant(millis)).toBe(new Date(millis).toISOString());
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

test('at the ends of seconds and of years that have more digits or a sign', () => {
  for (const millis of [
    -1, 0, -1_000, -62_198_755_200_001, 253_402_300_800_000, 253_402_300_800_999, 8.64e15,
  ]) {
    expect(instant(millis)).toBe(new Date(millis).toISOString());
    if (millis < 8.64e15) expect(instant(millis + 1)).toBe(new Date(millis + 1).toISOString());
  }
});
