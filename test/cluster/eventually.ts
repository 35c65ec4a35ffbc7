// Waits for something that takes its time, and says what it was when it does not come.
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks until the answer is neither undefined nor false, every 100 ms. A question that throws counts as "not yet"; after
 * `milliseconds` the last error, or "what" alone, is thrown.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  milliseconds = 30_000,
): Promise<T> {
  const deadline = performance.now() + milliseconds;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${what}`, { cause });
    await delay(100);
  }
}
