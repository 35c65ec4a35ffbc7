import { describe, expect, test } from '@jest/globals';
import { decisionId } from '../../src/decisions/decisionId.ts';

describe('decisionId', () => {
  test('has the form of RFC 9562, version 7', () => {
    const id = decisionId(0x017f22e279b0, Buffer.from('ffffffffffffffffffffffffffffffff', 'hex'));
    expect(id).toBe('017f22e2-79b0-7fff-bfff-ffffffffffff');
  });

  test('sorts by time whatever chance says', () => {
    const early = decisionId(1_000_000_000_000, Buffer.alloc(16, 0xff));
    const late = decisionId(1_000_000_000_001, Buffer.alloc(16, 0));
    expect([late, early].sort()).toEqual([early, late]);
  });
});
