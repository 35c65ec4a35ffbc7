/** A drain knows when nobody calls any more, by a clock of the test. */
import { expect, test } from '@jest/globals';
import { Traffic } from '../../src/server/traffic.ts';

interface Drained {
  readonly as: 'quiet' | 'grace';
  readonly after: number;
}

/** Drains for 300 ms of quiet. `during` happens in each turn of the timer, and says how much longer than asked for it lasts. */
async function drained(during: (turn: number, traffic: Traffic) => number): Promise<Drained> {
  let [millis, turn] = [0, 0];
  const traffic = new Traffic({
    now: () => millis,
    pause: (asked) => {
      turn += 1;
      millis += asked + during(turn, traffic);
      return Promise.resolve();
    },
  });
  const as = await traffic.drain({ quietMillis: 300, atMostMillis: 5_000 });
  expect(traffic.draining).toBe(true);
  return { as, after: millis };
}

/** A call that came and was answered. */
function call(traffic: Traffic): void {
  traffic.began();
  traffic.ended();
}

test.each<[string, (turn: number, traffic: Traffic) => number, Drained]>([
  ['nobody calls: quiet after the time asked for', () => 0, { as: 'quiet', after: 300 }],
  [
    'a call begins the time anew, though it is over before anybody looks',
    (turn, traffic) => {
      if (turn === 9) call(traffic);
      return 0;
    },
    { as: 'quiet', after: 270 + 300 },
  ],
  [
    'while a call is pending it is not quiet',
    (turn, traffic) => {
      if (turn === 1) traffic.began();
      if (turn === 20) traffic.ended();
      return 0;
    },
    { as: 'quiet', after: 600 + 300 },
  ],
  [
    'a call that is never answered is waited for as long as was given',
    (turn, traffic) => {
      if (turn === 1) traffic.began();
      return 0;
    },
    { as: 'grace', after: 5_000 },
  ],
  [
    'time in which the process stood still is not quiet: who called meanwhile is seen after it',
    (turn, traffic) => {
      if (turn === 4) call(traffic);
      return turn === 3 ? 1_000 : 0;
    },
    { as: 'quiet', after: 1_000 + 120 + 300 },
  ],
  [
    'a process that stood still for longer than was given has no time left',
    (turn) => (turn === 1 ? 10_000 : 0),
    { as: 'grace', after: 10_030 },
  ],
])('%s', async (_what, during, expected) => {
  expect(await drained(during)).toEqual(expected);
});
