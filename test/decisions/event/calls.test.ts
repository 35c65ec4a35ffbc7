/** What is remembered of calls: whole heads and no others, and of the youngest thousands nearly all. */
import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RecentCalls } from '../../../src/decisions/event/calls.ts';

const bytes = (head: string): Buffer => Buffer.from(head);

test('what was kept is found by its uid', () => {
  const calls = new RecentCalls();
  const uid = randomUUID();
  calls.keep(uid, bytes('héad'), 7);
  expect(calls.find(uid)).toEqual([{ head: 'héad', millis: 7 }]);
  expect(calls.find(randomUUID())).toEqual([]);
});

test('what it finds was kept, whole, and the youngest comes first', () => {
  // Uids that come to the same number, so that they meet each other's places; large heads, so that memory is written over.
  const uids = ['Aa', 'BB', 'é'];
  const call = fc.record({
    uid: fc.constantFrom(...uids),
    size: fc.constantFrom(1, 700, 60_000, 65_536, 65_537),
  });
  let found = 0;
  fc.assert(
    fc.property(fc.array(call, { maxLength: 300, size: 'max' }), (all) => {
      const calls = new RecentCalls();
      const kept: string[] = [];
      for (const [millis, { uid, size }] of all.entries()) {
        const head = `${uid} ${millis} `.padEnd(size, '.');
        calls.keep(uid, bytes(head), millis);
        kept.push(head);
      }
      for (const uid of uids) {
        const answers = calls.find(uid);
        for (const answer of answers) expect(answer.head).toBe(kept[answer.millis]);
        const ages = answers.map(({ millis }) => millis);
        expect(ages).toEqual(ages.toSorted((a, b) => b - a));
        found += answers.length;
      }
    }),
    { numRuns: 300 },
  );
  expect(found).toBeGreaterThan(300);
});

test('the last call with a uid is found, whatever else is kept beside it', () => {
  const calls = new RecentCalls();
  for (let number = 0; number < 200; number += 1) {
    const uid = ['AaAa', 'AaBB', 'BBAa'][number % 3] ?? '';
    calls.keep(uid, bytes(`head ${number}`), number);
    expect(calls.find(uid)[0]).toEqual({ head: `head ${number}`, millis: number });
  }
});

test('the youngest four thousand are found, but for a few whose places were taken; older ones are not', () => {
  const calls = new RecentCalls();
  const uids = Array.from({ length: 12_000 }, () => randomUUID());
  for (const [at, uid] of uids.entries()) calls.keep(uid, bytes(`${uid} ${'x'.repeat(700)}`), at);
  const found = uids.map((uid) => calls.find(uid).some(({ head }) => head.startsWith(uid)));
  const count = (list: readonly boolean[]): number => list.filter(Boolean).length;
  expect(count(found.slice(-4_096))).toBeGreaterThan(4_080);
  expect(count(found.slice(0, -4_096))).toBe(0);
});

test('large heads drive out older ones, and nothing is found of what was written over', () => {
  const calls = new RecentCalls();
  const uids = Array.from({ length: 200 }, () => randomUUID());
  for (const [at, uid] of uids.entries()) calls.keep(uid, bytes(uid.padEnd(65_000, '.')), at);
  const found = uids.filter((uid) => calls.find(uid).some(({ head }) => head === uid.padEnd(65_000, '.')));
  // Four MiB have room for 64 of them.
  expect(found).toEqual(uids.slice(-64));
});
