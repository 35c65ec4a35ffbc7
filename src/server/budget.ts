/** The bytes of request bodies that the process holds at once, reserved before a body is read. */

/**
 * Large bodies share at most three quarters of the whole, so that a few of them, or somebody who announces them and sends nothing, cannot keep
 * ordinary requests out.
 */
export class Budget {
  readonly #total: number;
  readonly #forLarge: number;
  readonly #largeFrom: number;
  #held = 0;
  #large = 0;

  constructor(totalBytes: number, largeFromBytes: number) {
    this.#total = totalBytes;
    this.#forLarge = Math.floor(totalBytes * 0.75);
    this.#largeFrom = largeFromBytes;
  }

  get held(): number {
    return this.#held;
  }

  /** Takes `bytes` if there is room for all of them; each success is paired with one `release` of the same number. */
  reserve(bytes: number): boolean {
    if (this.#held + bytes > this.#total) return false;
    if (bytes > this.#largeFrom) {
      if (this.#large + bytes > this.#forLarge) return false;
      this.#large += bytes;
    }
    this.#held += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#held -= bytes;
    if (bytes > this.#largeFrom) this.#large -= bytes;
  }
}
