/** What was handed to the writer thread and is not safe yet, and whether there is room for more. */

/** What may be unsafe at once: beyond it records are dropped and counted. */
const mostItems = 32_768;
const mostBytes = 96 * 1024 * 1024;

export class Backlog {
  /** Bytes of the records, in the order in which they were handed over. */
  #sizes: number[] = [];
  #settled = 0;
  #bytes = 0;

  get count(): number {
    return this.#sizes.length - this.#settled;
  }

  get hasRoom(): boolean {
    return this.count < mostItems && this.#bytes < mostBytes;
  }

  /** Claims that half of it is taken: the writer has fallen behind. */
  get isLong(): boolean {
    return this.count >= mostItems / 2 || this.#bytes >= mostBytes / 2;
  }

  add(bytes: number): void {
    this.#sizes.push(bytes);
    this.#bytes += bytes;
  }

  /** So many, the first ones, are safe, or gone. */
  settle(count: number): void {
    const until = Math.min(this.#sizes.length, this.#settled + count);
    for (; this.#settled < until; this.#settled += 1) this.#bytes -= this.#sizes[this.#settled] ?? 0;
    if (this.#settled < 4_096) return;
    this.#sizes = this.#sizes.slice(this.#settled);
    this.#settled = 0;
  }
}
