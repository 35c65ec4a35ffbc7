/** Keys that wait to be looked at: those that may be now, in the order in which they came, and those whose time is yet to come. */

/** Times are rounded up to this, so that ten thousand keys that wait are gone through a hundred times a second at most. */
const grainMillis = 10;

export class DueKeys {
  readonly #ready = new Set<string>();
  readonly #later = new Map<string, number>();
  #soonest = Infinity;

  /** From `at` on the key may be looked at; of several times the first counts. */
  add(key: string, at: number, now: number): void {
    if (this.#ready.has(key)) return;
    if (at <= now) {
      this.#later.delete(key);
      this.#ready.add(key);
      return;
    }
    const time = Math.ceil(at / grainMillis) * grainMillis;
    if (time >= (this.#later.get(key) ?? Infinity)) return;
    this.#later.set(key, time);
    this.#soonest = Math.min(this.#soonest, time);
  }

  /** Takes the first key that may be looked at and is not among `busy`. */
  take(now: number, busy: ReadonlySet<string>): string | undefined {
    this.#promote(now);
    for (const key of this.#ready) {
      if (busy.has(key)) continue;
      this.#ready.delete(key);
      return key;
    }
    return undefined;
  }

  /** Claims that a key waits. */
  has(key: string): boolean {
    return this.#ready.has(key) || this.#later.has(key);
  }

  /** Milliseconds until another key may be looked at; Infinity where none waits. */
  wait(now: number): number {
    return this.#soonest - now;
  }

  clear(): void {
    this.#ready.clear();
    this.#later.clear();
    this.#soonest = Infinity;
  }

  #promote(now: number): void {
    if (now < this.#soonest) return;
    this.#soonest = Infinity;
    for (const [key, at] of this.#later) {
      if (at > now) {
        this.#soonest = Math.min(this.#soonest, at);
        continue;
      }
      this.#later.delete(key);
      this.#ready.add(key);
    }
  }
}
