// When the log is verified, and what is told of it.
import { expect, test } from '@jest/globals';
import type { Verdict } from '../../src/decisions/integrity/verifyingThread.ts';
import { verifyRegularly } from '../../src/server/verification.ts';

const intact: Verdict = { ok: true, records: 10, findings: 0 };
const changed: Verdict = { ok: false, records: 10, findings: 1 };
const day = 86_400_000;

/** Verifies with these answers, one after the other, and ends behind the last; what was waited for and told. */
async function played(everyMillis: number, answers: readonly (Verdict | Error)[]) {
  const stopping = new AbortController();
  const waited: number[] = [];
  const told: (Verdict | string)[] = [];
  const left = [...answers];
  await verifyRegularly(
    {
      everyMillis,
      pause: (millis) => {
        if (left.length === 0) stopping.abort();
        else waited.push(millis);
        return Promise.resolve();
      },
      verify: () => {
        const answer = left.shift();
        return answer instanceof Error || answer === undefined
          ? Promise.reject(answer ?? new Error('nothing is left'))
          : Promise.resolve(answer);
      },
      told: (verdict) => told.push(verdict),
      failed: (error) => told.push(String(error)),
    },
    stopping.signal,
  );
  return { waited, told };
}

test('it is verified a minute after the start, and then every so often', async () => {
  expect(await played(day, [intact, intact, intact])).toEqual({
    waited: [60_000, day, day],
    told: [intact, intact, intact],
  });
});

test('who verifies more often than each minute does so from the start', async () => {
  expect((await played(1_000, [intact, intact])).waited).toEqual([1_000, 1_000]);
});

test('a change is told when it is found twice', async () => {
  expect((await played(day, [changed, changed, intact])).told).toEqual([changed, intact]);
});

test('what looked like a change once is none', async () => {
  expect(await played(day, [changed, intact])).toEqual({ waited: [60_000], told: [intact] });
});

test('a log that cannot be read is tried again before its time', async () => {
  expect(await played(day, [new Error('away'), intact])).toEqual({
    waited: [60_000, 600_000],
    told: ['Error: away', intact],
  });
});
