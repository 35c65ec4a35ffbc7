/** Counts review calls, so that a process that shuts down knows when nobody calls any more. */
import { setTimeout as pause } from 'node:timers/promises';

export interface Drain {
  /** How long no call may have come or been pending before the process counts as quiet. */
  readonly quietMillis: number;
  readonly atMostMillis: number;
}

/** How a drain tells the time, in milliseconds, and lets it pass. */
export interface Clock {
  readonly now: () => number;
  readonly pause: (millis: number) => Promise<unknown>;
}

/** In how many turns of a timer the quiet time is counted. */
const turns = 10;

export class Traffic {
  readonly #clock: Clock;
  #pending = 0;
  #ended = 0;
  #draining = false;

  constructor(clock: Clock = { now: () => performance.now(), pause }) {
    this.#clock = clock;
  }

  /** From the start of the drain on: readiness fails and each answer closes its connection. */
  get draining(): boolean {
    return this.#draining;
  }

  get pending(): number {
    return this.#pending;
  }

  began(): void {
    this.#pending += 1;
  }

  ended(): void {
    this.#pending -= 1;
    this.#ended += 1;
  }

  /**
   * Starts the drain and resolves when it has been quiet for long enough, or with `grace` when the time given was over first. Each turn of the timer
   * counts as no longer than it was asked for: while the process stands still, calls come in that it has not seen.
   */
  async drain({ quietMillis, atMostMillis }: Drain): Promise<'quiet' | 'grace'> {
    this.#draining = true;
    const { now, pause } = this.#clock;
    const end = now() + atMostMillis;
    const turn = Math.ceil(quietMillis / turns);
    let quiet = 0;
    while (this.#pending > 0 || quiet < quietMillis) {
      const left = end - now();
      if (left <= 0) return 'grace';
      const ended = this.#ended;
      const millis = Math.min(turn, Math.ceil(left));
      await pause(millis);
      quiet = this.#pending === 0 && this.#ended === ended ? quiet + millis : 0;
    }
    return 'quiet';
  }
}
