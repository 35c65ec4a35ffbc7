/** Time and chance as the room uses them, injected so that tests neither sleep nor gamble. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Timing {
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Resolves after `millis`, or at once when `signal` is aborted; never rejects. */
  readonly pause: (millis: number, signal: AbortSignal) => Promise<void>;
}

export const processTiming: Timing = {
  now: () => performance.now(),
  random: () => Math.random(),
  pause: (millis, signal) => delay(millis, undefined, { signal }).catch(() => undefined),
};
