/** A text that is put together as bytes: pieces of other texts, of which the latest can be taken back. */
import { quoted } from '../canonicalJson.ts';
import { backslash, quote, space } from '../jsonBytes.ts';

const usualBytes = 65_536;
/** Fewer bytes are copied faster one by one. */
const fewBytes = 48;
/** The last character that is one byte and needs no escape. */
const lastPlain = 0x7e;

/** Another piece of memory is begun where there is less room than this. */
const littleRoom = 4_096;

/** Each text is put together in one piece of memory; what of it was kept is not touched again. */
export class Output {
  #bytes = Buffer.allocUnsafeSlow(usualBytes);
  #start = 0;
  #end = 0;

  /** Begins another text; the one before is gone unless it was kept. */
  begin(): void {
    if (this.#bytes.length !== usualBytes || this.#start > usualBytes - littleRoom) {
      this.#bytes = Buffer.allocUnsafeSlow(usualBytes);
      this.#start = 0;
    }
    this.#end = this.#start;
  }

  /** How many bytes there are. */
  get used(): number {
    return this.#end - this.#start;
  }

  /** Takes back what was added since there were so many bytes. */
  backTo(used: number): void {
    this.#end = this.#start + used;
  }

  /** Adds one byte. */
  add(byte: number): void {
    if (this.#end === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#end] = byte;
    this.#end += 1;
  }

  /** Adds bytes of another text, from `start` to before `end`. */
  copy(from: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (this.#end + length > this.#bytes.length) this.#grow(length);
    const bytes = this.#bytes;
    let to = this.#end;
    if (length > fewBytes) bytes.set(from.subarray(start, end), to);
    else for (let at = start; at < end; at += 1, to += 1) bytes[to] = from[at] ?? 0;
    this.#end += length;
  }

  /** Adds a text, as UTF-8. */
  write(text: string): void {
    const { length } = text;
    if (this.#end + 3 * length > this.#bytes.length) this.#grow(3 * length);
    if (length <= fewBytes && this.#writePlain(text)) this.#end += length;
    else this.#end += this.#bytes.write(text, this.#end);
  }

  /** Puts a text behind the end, unit by unit; false where one of them is not one byte. */
  #writePlain(text: string): boolean {
    const bytes = this.#bytes;
    const start = this.#end;
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit > lastPlain) return false;
      bytes[start + at] = unit;
    }
    return true;
  }

  /** Adds a string as canonical JSON. */
  quote(text: string): void {
    const { length } = text;
    if (this.#end + length + 2 > this.#bytes.length) this.#grow(length + 2);
    const bytes = this.#bytes;
    let to = this.#end;
    bytes[to] = quote;
    for (let at = 0; at < length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit < space || unit > lastPlain || unit === quote || unit === backslash) {
        this.write(quoted(text));
        return;
      }
      bytes[(to += 1)] = unit;
    }
    bytes[to + 1] = quote;
    this.#end = to + 2;
  }

  /** What was put together. */
  text(): string {
    return this.#bytes.toString('utf8', this.#start, this.#end);
  }

  /** The bytes of what was put together, for good. */
  kept(): Buffer {
    const piece = this.#bytes.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return piece;
  }

  #grow(by: number): void {
    const { used } = this;
    const larger = Buffer.allocUnsafeSlow(Math.max(usualBytes, 2 * (used + by)));
    this.#bytes.copy(larger, 0, this.#start, this.#end);
    this.#bytes = larger;
    this.#start = 0;
    this.#end = used;
  }
}
