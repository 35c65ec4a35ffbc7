// Time that passes only when a test says so.
import type { Timing } from '../../src/controllers/timing.ts';

export interface Clock extends Timing {
  /** Lets time pass, waking whoever waits, until `until` is reached; whoever is woken runs before time goes on. */
  pass(millis: number): Promise<void>;
}

export function clock(): Clock {
  let now = 0;
  const waiting = new Set<{ readonly at: number; readonly wake: () => void }>();
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    now: () => now,
    random: () => 0.5,
    pause: (millis, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const waiter = { at: now + millis, wake: resolve };
        waiting.add(waiter);
        signal.addEventListener('abort', () => {
          waiting.delete(waiter);
          resolve();
        });
      }),
    pass: async (millis) => {
      const until = now + millis;
      await settled();
      for (;;) {
        const next = [...waiting].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        now = Math.max(now, next.at);
        waiting.delete(next);
        next.wake();
        await settled();
      }
      now = until;
      await settled();
    },
  };
}
