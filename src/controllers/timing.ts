/** Time and chance as controllers use them, injected so that tests neither sleep nor gamble. */
export interface Timing {
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Resolves after `millis`, or at once when `signal` is aborted; never rejects. */
  readonly pause: (millis: number, signal: AbortSignal) => Promise<void>;
}
