/** What is remembered of calls: never another call's, and of the youngest thousands nearly all. */
import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RecentCalls } from '../../../src/decisions/event/calls.ts';
import type { Found } from '../../../src/decisions/event/calls.ts';

const identityOf = (uid: string, rest = 'web'): string => `validate\n${uid}\n${rest}\n`;

test('what was kept is found by its uid and its whole identity', () => {
  const calls = new RecentCalls();
  const uid = randomUUID();
  calls.keep(uid, identityOf(uid), 'allowed', 7);
  expect(calls.find(uid, identityOf(uid))).toEqual({ text: 'allowed', millis: 7 });
  expect(calls.find(uid, identityOf(uid, 'other'))).toBeUndefined();
  expect(calls.find(randomUUID(), identityOf(uid))).toBeUndefined();
});

test('what it answers is what was kept last with that identity, or nothing', () => {
  // Few uids, so that they meet each other's places.
  const uid = fc.constantFrom('a', 'b', 'é');
  const call = fc.record({ uid, rest: fc.constantFrom('web', 'wéb', 'x'.repeat(600)), text: fc.string() });
  fc.assert(
    fc.property(fc.array(call, { maxLength: 60 }), (all) => {
      const calls = new RecentCalls();
      const kept = new Map<string, Found>();
      for (const [millis, { uid: one, rest, text }] of all.entries()) {
        const identity = identityOf(one, rest);
        const found = calls.find(one, identity);
        if (found !== undefined) expect(found).toEqual(kept.get(identity));
        calls.keep(one, identity, text, millis);
        kept.set(identity, { text, millis });
      }
    }),
    { numRuns: 1_000 },
  );
});

test('the youngest four thousand are found, but for a few whose places were taken; older ones are not', () => {
  const calls = new RecentCalls();
  const uids = Array.from({ length: 12_000 }, () => randomUUID());
  for (const [at, uid] of uids.entries()) calls.keep(uid, identityOf(uid), String(at), at);
  const found = uids.map((uid) => calls.find(uid, identityOf(uid)) !== undefined);
  const count = (list: readonly boolean[]): number => list.filter(Boolean).length;
  expect(count(found.slice(-4_096))).toBeGreaterThan(4_080);
  expect(count(found.slice(0, -4_096))).toBe(0);
});

test.each([
  ['is too long', 'n'.repeat(513)],
  ['is too long in UTF-8', '水'.repeat(200)],
  ['would be cut in the middle of its last character', 'é'.repeat(255)],
  ['has half of a surrogate pair, which UTF-8 cannot say', 'a\ud800'],
])('a call is not remembered that %s', (_why, rest) => {
  const calls = new RecentCalls();
  calls.keep('u', identityOf('u', rest), 'allowed', 1);
  expect(calls.find('u', identityOf('u', rest))).toBeUndefined();
  expect(calls.find('u', identityOf('u', rest.toWellFormed()))).toBeUndefined();
});
