/** Verifies the decision log every so often while the process runs. */
import { setTimeout as timer } from 'node:timers/promises';
import type { Verdict } from '../decisions/integrity/verifyingThread.ts';

export interface VerificationOptions {
  readonly everyMillis: number;
  /** Verifies once; rejects where the log cannot be read. */
  readonly verify: (signal: AbortSignal) => Promise<Verdict>;
  readonly told: (verdict: Verdict) => void;
  readonly failed: (error: unknown) => void;
  /** Waits; rejects or resolves when the signal is aborted. */
  readonly pause?: (millis: number, signal: AbortSignal) => Promise<unknown>;
}

/** The first verification comes soon after the start, and one that failed is tried again before its time. */
const firstMillis = 60_000;
const retryMillis = 600_000;

const unhurried = (millis: number, signal: AbortSignal): Promise<unknown> =>
  timer(millis, undefined, { signal, ref: false }).catch(() => undefined);

/** Goes on until `signal` is aborted. */
export async function verifyRegularly(options: VerificationOptions, signal: AbortSignal): Promise<void> {
  const { everyMillis, verify, told, failed, pause = unhurried } = options;
  const isOver = (): boolean => signal.aborted;
  let next = Math.min(firstMillis, everyMillis);
  for (;;) {
    await pause(next, signal);
    if (isOver()) return;
    try {
      const verdict = await verify(signal);
      // What is dropped because of its age while it is read looks like a change. It does so once: what was changed is found again.
      told(verdict.ok ? verdict : await verify(signal));
      next = everyMillis;
    } catch (error) {
      if (!isOver()) failed(error);
      next = Math.min(retryMillis, everyMillis);
    }
  }
}
