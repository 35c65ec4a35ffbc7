/** Counts review calls, so that a process that shuts down knows when nobody calls any more. */

export interface Drain {
  /** How long no call may have come or been pending before the process counts as quiet. */
  readonly quietMillis: number;
  readonly atMostMillis: number;
}

export class Traffic {
  #pending = 0;
  #last = performance.now();
  #draining = false;

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
    this.#last = performance.now();
  }

  /** Starts the drain and resolves when it has been quiet for long enough, or with `grace` when the time given was over first. */
  async drain(drain: Drain): Promise<'quiet' | 'grace'> {
    this.#draining = true;
    const started = performance.now();
    for (;;) {
      const now = performance.now();
      const grace = started + drain.atMostMillis - now;
      const quiet = Math.max(this.#last, started) + drain.quietMillis - now;
      if (this.#pending === 0 && quiet <= 0) return 'quiet';
      if (grace <= 0) return 'grace';
      const wait = Math.min(grace, this.#pending === 0 ? quiet : Math.max(quiet, 20));
      await new Promise((resolve) => setTimeout(resolve, Math.ceil(wait)));
    }
  }
}
