/** Lets a bounded number of reviews be decided at once and a bounded number wait in line. */

export type Entrance = 'entered' | 'queued' | 'full';

export class Turnstile<T> {
  readonly #places: number;
  readonly #queueLength: number;
  readonly #queue: T[] = [];
  #inside = 0;

  constructor(places: number, queueLength: number) {
    this.#places = places;
    this.#queueLength = queueLength;
  }

  /** `entered` owes one `leave`; `queued` will be handed out by somebody else's `leave`; `full` has to go away. */
  enter(who: T): Entrance {
    if (this.#inside < this.#places) {
      this.#inside += 1;
      return 'entered';
    }
    if (this.#queue.length >= this.#queueLength) return 'full';
    this.#queue.push(who);
    return 'queued';
  }

  /** Gives the place back, or hands it to the first in line: that one is returned and now owes the `leave`. */
  leave(): T | undefined {
    const next = this.#queue.shift();
    if (next === undefined) this.#inside -= 1;
    return next;
  }
}
