/** What was handed to the writer thread and is not safe yet, and whether there is room for more. */

/** What may be unsafe at once: beyond it records are dropped and counted. */
const mostItems = 32_768;
const mostBytes = 96 * 1024 * 1024;

/** Decisions that are in no record, by reason. */
type Gap = ReadonlyMap<string, number>;

export class Backlog {
  /** Bytes of the records, in the order in which they were handed over. */
  #sizes: number[] = [];
  #settled = 0;
  #bytes = 0;
  /** What the records of gaps among them tell of, and how many records are not safe until such a one is. */
  #gaps: readonly { readonly left: number; readonly gap: Gap }[] = [];

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

  /** Adds a record; `gap` is what it tells of, where it is the record of one. */
  add(bytes: number, gap?: Gap): void {
    this.#sizes.push(bytes);
    this.#bytes += bytes;
    if (gap !== undefined) this.#gaps = [...this.#gaps, { left: this.count, gap }];
  }

  /** All of them are gone: how many, and what nobody is told of now. A record of a gap counts as what it tells of. */
  lose(): { readonly count: number; readonly gaps: readonly Gap[] } {
    const gaps = this.#gaps.map(({ gap }) => gap);
    const count = this.count - gaps.length;
    this.settle(this.count);
    return { count, gaps };
  }

  /** So many, the first ones, are safe, or gone. */
  settle(count: number): void {
    if (this.#gaps.length > 0)
      this.#gaps = this.#gaps.flatMap(({ left, gap }) => (left > count ? [{ left: left - count, gap }] : []));
    const until = Math.min(this.#sizes.length, this.#settled + count);
    for (; this.#settled < until; this.#settled += 1) this.#bytes -= this.#sizes[this.#settled] ?? 0;
    if (this.#settled < 4_096) return;
    this.#sizes = this.#sizes.slice(this.#settled);
    this.#settled = 0;
  }
}
