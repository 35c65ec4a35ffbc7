/** A text that is put together as bytes: pieces of other texts, of which the latest can be taken back. */

const usualBytes = 65_536;
/** Fewer bytes are copied faster one by one. */
const fewBytes = 48;

/** Grows as needed; what was made is read before the next text is begun. */
export class Output {
  #bytes = Buffer.allocUnsafeSlow(usualBytes);
  #used = 0;

  /** Begins another text. */
  begin(): void {
    this.#used = 0;
    if (this.#bytes.length > usualBytes) this.#bytes = Buffer.allocUnsafeSlow(usualBytes);
  }

  /** How many bytes there are. */
  get used(): number {
    return this.#used;
  }

  /** Takes back what was added since there were so many bytes. */
  backTo(used: number): void {
    this.#used = used;
  }

  /** Adds one byte. */
  add(byte: number): void {
    if (this.#used === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#used] = byte;
    this.#used += 1;
  }

  /** Adds bytes of another text, from `start` to before `end`. */
  copy(from: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (this.#used + length > this.#bytes.length) this.#grow(length);
    const bytes = this.#bytes;
    let to = this.#used;
    if (length > fewBytes) bytes.set(from.subarray(start, end), to);
    else for (let at = start; at < end; at += 1, to += 1) bytes[to] = from[at] ?? 0;
    this.#used += length;
  }

  /** Adds a text, as UTF-8. */
  write(text: string): void {
    if (this.#used + 3 * text.length > this.#bytes.length) this.#grow(3 * text.length);
    this.#used += this.#bytes.write(text, this.#used);
  }

  /** What was put together. */
  text(): string {
    return this.#bytes.toString('utf8', 0, this.#used);
  }

  #grow(by: number): void {
    const larger = Buffer.allocUnsafeSlow(2 * (this.#bytes.length + by));
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }
}
