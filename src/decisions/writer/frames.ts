/** Carries records from the process to its writer thread as bytes: no object is cloned, and nothing of an object is read on the way. */
import type { Allowance } from '../event/allowance.ts';
import { eventOf } from '../event/excerpt.ts';
import type { Sealed, SealedHead } from '../event/seal.ts';
import { finished } from '../event/seal.ts';
import type { Item } from '../spool/lines.ts';
import type { Excerpts } from './excerpts.ts';

/** What is handed over at once. `places` has `perFrame` numbers for each record. */
export interface Frames {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly places: Uint32Array<ArrayBuffer>;
}

/**
 * Of each record: how many bytes its event or head has, its list of pointers, and its source; where in the head `masked` and `subset` belong; the latency. In the memory stand
 * record-hash, event or head, pointers, source. A place of 0 is none: it is a whole event.
 */
const perFrame = 6;
/** What a record's hash takes, in hex. */
const hashLength = 64;
/** What is usually packed into one piece of memory: as much as comes in one go under load, for each piece that is sent and comes back stops the decisions for a moment. */
const usualBytes = 512 * 1024;
/**
 * So many pieces are kept for the records to come, 16 MiB. They come back several at once, after the writer has waited for its disk: under load, with eight every third had to be made
 * anew, with 32 every tenth, and of Pods of 50 KB a piece holds ten.
 */
const mostSpare = 32;
/** Of a larger review the excerpt is taken at once: it would wait in memory as it came. */
const largestSource = 128 * 1024;

/** PostgreSQL's INTEGER holds no more, and refuses a whole batch for one: a process that stood still for 36 minutes has such a latency. */
const longestLatency = 2_147_483_647;

/** Gathers records until they are handed over. */
export class Packer {
  readonly #most: number;
  #bytes: Buffer<ArrayBuffer> | undefined;
  readonly #spare: Buffer<ArrayBuffer>[] = [];
  readonly #places: Uint32Array<ArrayBuffer>;
  #count = 0;
  #used = 0;

  /** At most so many records at once. */
  constructor(most: number) {
    this.#most = most;
    this.#places = new Uint32Array(most * perFrame);
  }

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count >= this.#most;
  }

  /** Gives memory back that was handed over and read. */
  reuse(buffer: ArrayBuffer): void {
    if (this.#spare.length < mostSpare && buffer.byteLength === usualBytes)
      this.#spare.push(Buffer.from(buffer));
  }

  /** The bytes that the record takes; -1 where there is no room beside what is there, which must be taken away first. */
  add(given: Sealed | SealedHead, latencyMicros: number): number {
    const source = 'event' in given ? undefined : given.attributes.source;
    if (source === undefined || source.length > largestSource || 'event' in given) {
      const { event, recordHash } = finished(given);
      return this.#put(recordHash, Buffer.from(event), '', undefined, 0, 0, latencyMicros);
    }
    const { head, recordHash } = given;
    const { bytes, maskedAt, subsetAt, masked } = head;
    const pointers = masked.length === 0 ? '' : JSON.stringify(masked);
    return this.#put(recordHash, bytes, pointers, source, maskedAt, subsetAt, latencyMicros);
  }

  #put(
    recordHash: string,
    head: Uint8Array,
    pointers: string,
    source: Uint8Array | undefined,
    maskedAt: number,
    subsetAt: number,
    latencyMicros: number,
  ): number {
    const sourceLength = source?.length ?? 0;
    const memory = this.#room(hashLength + head.length + 3 * pointers.length + sourceLength);
    if (memory === undefined) return -1;
    const start = this.#used;
    memory.write(recordHash, start, 'latin1');
    memory.set(head, start + hashLength);
    const pointersAt = start + hashLength + head.length;
    const sourceAt = pointersAt + (pointers === '' ? 0 : memory.write(pointers, pointersAt));
    if (source !== undefined) memory.set(source, sourceAt);
    const places = this.#places;
    const at = this.#count * perFrame;
    places[at] = head.length;
    places[at + 1] = sourceAt - pointersAt;
    places[at + 2] = sourceLength;
    places[at + 3] = maskedAt;
    places[at + 4] = subsetAt;
    places[at + 5] = Math.min(Math.max(0, latencyMicros), longestLatency);
    this.#count += 1;
    this.#used = sourceAt + sourceLength;
    return this.#used - start;
  }

  #room(most: number): Buffer<ArrayBuffer> | undefined {
    if (this.#bytes === undefined) {
      this.#bytes =
        (most <= usualBytes ? this.#spare.pop() : undefined) ?? memoryOf(Math.max(usualBytes, most));
      return this.#bytes;
    }
    return this.#used + most <= this.#bytes.length ? this.#bytes : undefined;
  }

  /** What was gathered; its memory is no longer ours. */
  take(): Frames {
    const bytes = this.#bytes ?? memoryOf(0);
    const places = this.#places.slice(0, this.#count * perFrame);
    this.#bytes = undefined;
    this.#count = 0;
    this.#used = 0;
    return { bytes, places };
  }
}

const memoryOf = (length: number): Buffer<ArrayBuffer> => Buffer.from(new ArrayBuffer(length));

/** The records, whole, in the order in which they were added; `allowance` is what may be kept of their objects. */
export function unpacked(
  { bytes, places }: Frames,
  excerpts: Excerpts,
  allowance: Allowance | undefined,
): readonly Item[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const items: Item[] = [];
  let start = 0;
  for (let at = 0; at < places.length; at += perFrame) {
    const [length = 0, pointersLength = 0, sourceLength = 0, maskedAt = 0, subsetAt = 0, latencyMicros = 0] =
      places.subarray(at, at + perFrame);
    const headAt = start + hashLength;
    const pointersAt = headAt + length;
    const sourceAt = pointersAt + pointersLength;
    const recordHash = all.toString('latin1', start, headAt);
    start = sourceAt + sourceLength;
    if (maskedAt === 0) {
      items.push({ event: all.toString('utf8', headAt, pointersAt), recordHash, latencyMicros });
      continue;
    }
    if (allowance === undefined) throw new Error('a record came before what may be kept of it');
    const masked = pointersLength === 0 ? none : pointersIn(all.toString('utf8', pointersAt, sourceAt));
    const head = { bytes: all.subarray(headAt, pointersAt), maskedAt, subsetAt, masked };
    const event = eventOf(head, excerpts.of(all.subarray(sourceAt, start), allowance));
    items.push({ event, recordHash, latencyMicros });
  }
  return items;
}

const none: readonly string[] = [];

const pointersIn = (text: string): readonly string[] => {
  const list: unknown = JSON.parse(text);
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
};
