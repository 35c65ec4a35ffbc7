/** How long to wait before the next try: twice as long each time, with jitter, so that replicas do not come back in step. */

export interface Backoff {
  /** Milliseconds to wait now; between half and all of the step that is due. */
  next(): number;
  /** What was tried worked: the next failure starts from the first step again. */
  reset(): void;
}

const first = 250;
const most = 10_000;

/** Steps of 250 ms, 500 ms, … 10 s. `random` gives numbers from 0 up to, but not including, 1. */
export function backoff(random: () => number): Backoff {
  let step = first;
  return {
    next: () => {
      const millis = step * (0.5 + random() / 2);
      step = Math.min(most, step * 2);
      return millis;
    },
    reset: () => {
      step = first;
    },
  };
}
