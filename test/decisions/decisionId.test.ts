import { describe, expect, test } from '@jest/globals';
import { decisionId, randomPool } from '../../src/decisions/decisionId.ts';

describe('decisionId', () => {
  test('has the form of RFC 9562, version 7', () => {
    const id = decisionId(0x017f22e279b0, 'f'.repeat(32));
    expect(id).toBe('017f22e2-79b0-7fff-bfff-ffffffffffff');
  });

  test('each of the four variants', () => {
    const variants = Array.from({ length: 16 }, (_, digit) => digit.toString(16)).map((digit) =>
      decisionId(0, `000${digit}${'0'.repeat(28)}`).charAt(19),
    );
    expect(variants.join('')).toBe('89ab89ab89ab89ab');
  });

  test('sorts by time whatever chance says', () => {
    const early = decisionId(1_000_000_000_000, 'f'.repeat(32));
    const late = decisionId(1_000_000_000_001, '0'.repeat(32));
    expect([late, early].sort()).toEqual([early, late]);
  });
});

test('a pool of chance never hands out the same bytes twice and is filled when it is used up', () => {
  let filled = 0;
  const next = randomPool((bytes) => {
    filled += 1;
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = (filled * 31 + Math.floor(at / 16)) % 256;
  });
  const first = Array.from({ length: 256 }, () => next());
  expect(new Set(first).size).toBe(256);
  expect(filled).toBe(1);
  next();
  expect(filled).toBe(2);
});
