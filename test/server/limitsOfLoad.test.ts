import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Budget } from '../../src/server/budget.ts';
import { deadlineOf } from '../../src/server/intake.ts';
import { Turnstile } from '../../src/server/turnstile.ts';

describe('the deadline', () => {
  test.each<[string | undefined, number]>([
    ['/validate?timeout=5s', 4_750],
    ['/validate?a=b&timeout=1s', 750],
    ['/validate?timeout=3s&a=b', 2_750],
    ['/validate?timeout=10s', 9_750],
    ['/validate?timeout=30s', 10_000],
    ['/validate?timeout=9999s', 10_000],
    ['/validate?timeout=0s', 10_000],
    ['/validate?timeout=-1s', 10_000],
    ['/validate?timeout=5', 10_000],
    ['/validate?timeout=1m0s', 10_000],
    ['/validate?timeout=99999999999s', 10_000],
    ['/validate?xtimeout=5s', 10_000],
    ['/validate', 10_000],
    [undefined, 10_000],
  ])('of %s is %d ms from now', (url, millis) => {
    expect(deadlineOf(url, 1_000_000, 10_000)).toBe(1_000_000 + millis);
  });
});

test('a budget holds what a list of its reservations would', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(150), fc.boolean()), { maxLength: 60 }), (steps) => {
      const budget = new Budget(400, 100);
      const held: number[] = [];
      const sum = (list: readonly number[]): number => list.reduce((total, bytes) => total + bytes, 0);
      for (const [bytes, release] of steps) {
        if (release && held.length > 0) {
          budget.release(held.splice(bytes % held.length, 1)[0] ?? 0);
        } else {
          const after = [...held, bytes];
          const fits = sum(after) <= 400 && (bytes <= 100 || sum(after.filter((each) => each > 100)) <= 300);
          expect(budget.reserve(bytes)).toBe(fits);
          if (fits) held.push(bytes);
        }
        expect(budget.held).toBe(sum(held));
      }
    }),
  );
});

test('a turnstile never lets more in than it has places, and hands them on first come, first served', () => {
  fc.assert(
    fc.property(fc.nat(4), fc.nat(4), fc.array(fc.boolean(), { maxLength: 80 }), (places, line, steps) => {
      const turnstile = new Turnstile<number>(places, line);
      let inside = 0;
      const waiting: number[] = [];
      for (const [who, enters] of steps.entries()) {
        if (enters) {
          const expected = inside < places ? 'entered' : waiting.length < line ? 'queued' : 'full';
          expect(turnstile.enter(who)).toBe(expected);
          if (expected === 'entered') inside += 1;
          if (expected === 'queued') waiting.push(who);
        } else if (inside > 0) {
          const next = waiting.shift();
          expect(turnstile.leave()).toBe(next);
          if (next === undefined) inside -= 1;
        }
      }
    }),
  );
});
