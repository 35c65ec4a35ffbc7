/** How fast controllers may write: a bucket of tokens that all of them share, so that ten thousand floors do not drown the API server. */
import type { Timing } from './timing.ts';

export interface Pace {
  /** Resolves when one more write may begin, or when `signal` is aborted. */
  take(signal: AbortSignal): Promise<void>;
}

/** `perSecond` writes in the long run, `burst` of them at once. */
export function pace(
  timing: Timing,
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
): Pace {
  let tokens = burst;
  let filled = timing.now();
  return {
    take: async (signal) => {
      for (;;) {
        const now = timing.now();
        tokens = Math.min(burst, tokens + ((now - filled) / 1000) * perSecond);
        filled = now;
        if (tokens >= 1 || signal.aborted) {
          tokens -= 1;
          return;
        }
        await timing.pause(Math.ceil(((1 - tokens) / perSecond) * 1000), signal);
      }
    },
  };
}
