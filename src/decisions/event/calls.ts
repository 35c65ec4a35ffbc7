/** Remembers the heads that were made a moment ago, by uid, in memory that is taken once. */

/** How many are remembered, the youngest, and how many bytes of them. */
const slots = 4_096;
const memoryBytes = 4 * 1024 * 1024;
/** A longer one is not remembered: a few of them would drive out all others. */
const longest = 65_536;
const places = 65_536;
/** How far from its own place a call may stand, where others took that. */
const reach = 4;

/** A head, and when it was kept, in milliseconds since the epoch. */
export interface Found {
  readonly head: string;
  readonly millis: number;
}

/**
 * Heads of the latest calls. They are kept as bytes: objects that live for some seconds, ten for each decision, are copied and marked by one garbage
 * collection after the other, which cost more than all the rest that is done to remember them.
 */
export class RecentCalls {
  readonly #bytes = Buffer.alloc(memoryBytes);
  /** All bytes that were ever kept, and of each slot where it begins among them: what is further back than there is memory is written over. */
  #written = 0;
  readonly #starts = new Float64Array(slots);
  readonly #lengths = new Uint32Array(slots);
  readonly #millis = new Float64Array(slots);
  /** Of each slot what its uid came to: another call's head is nearly never read. */
  readonly #marks = new Int32Array(slots);
  /** By the uid: a slot, counted from 1; 0 where there is none. It nearly always tells that a call is new, without a look at the slots. */
  readonly #taken = new Uint16Array(places + reach);
  /** Of each slot its place among them. */
  readonly #places = new Uint32Array(slots);
  #next = 0;

  /** What may be of calls with the uid, the youngest first; the heads say whose they are. */
  find(uid: string): readonly Found[] {
    const mark = markOf(uid);
    const first = placeOf(mark);
    let found = none;
    for (let place = first; place < first + reach; place += 1) {
      const slot = (this.#taken[place] ?? 0) - 1;
      const start = this.#starts[slot] ?? 0;
      if (slot < 0 || this.#marks[slot] !== mark || start < this.#written - memoryBytes) continue;
      const at = start % memoryBytes;
      const head = this.#bytes.toString('utf8', at, at + (this.#lengths[slot] ?? 0));
      found = [...found, { head, millis: this.#millis[slot] ?? 0 }];
    }
    return found.length < 2 ? found : found.toSorted((a, b) => b.millis - a.millis);
  }

  /** Keeps a head in the place of the oldest. */
  keep(uid: string, head: Uint8Array, millis: number): void {
    const { length } = head;
    if (length > longest) return;
    const left = memoryBytes - (this.#written % memoryBytes);
    const start = left < length ? this.#written + left : this.#written;
    this.#bytes.set(head, start % memoryBytes);
    this.#written = start + length;
    const slot = this.#next;
    this.#forget(slot);
    this.#next = (slot + 1) % slots;
    this.#starts[slot] = start;
    this.#lengths[slot] = length;
    this.#millis[slot] = millis;
    const mark = markOf(uid);
    this.#marks[slot] = mark;
    const place = this.#placeNear(placeOf(mark));
    this.#places[slot] = place;
    this.#taken[place] = slot + 1;
  }

  #forget(slot: number): void {
    const place = this.#places[slot] ?? 0;
    if (this.#taken[place] === slot + 1) this.#taken[place] = 0;
  }

  /** One near to it that is free, or else that of the oldest. */
  #placeNear(first: number): number {
    let oldest = first;
    for (let place = first; place < first + reach; place += 1) {
      if (this.#taken[place] === 0) return place;
      if (this.#millisAt(place) < this.#millisAt(oldest)) oldest = place;
    }
    return oldest;
  }

  #millisAt(place: number): number {
    return this.#millis[(this.#taken[place] ?? 0) - 1] ?? 0;
  }
}

const none: readonly Found[] = [];

/** A number for a uid; two may have the same. */
function markOf(uid: string): number {
  let mark = 0;
  for (let at = 0; at < uid.length; at += 1) mark = (mark * 31 + uid.charCodeAt(at)) | 0;
  return mark;
}

const placeOf = (mark: number): number => mark & (places - 1);
