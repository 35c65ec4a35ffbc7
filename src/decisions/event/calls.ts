/** Remembers what was called a moment ago, by uid, in memory that is taken once. */

/** How many are remembered, the youngest. */
const slots = 4_096;
/** Bytes for one of them; a longer one is not remembered. */
const slotBytes = 512;
/** The longest character in UTF-8: what ends as near to the end of a slot may have been cut. */
const longestCharacter = 4;
const places = 65_536;
/** How far from its own place a call may stand, where others took that. */
const reach = 4;

/** What was kept with a call, and when, in milliseconds since the epoch. */
export interface Found {
  readonly text: string;
  readonly millis: number;
}

/**
 * Texts by identity, of the latest calls. They are kept as bytes: objects that live for some seconds, ten for each decision, are copied and marked by one garbage
 * collection after the other, which cost more than all the rest that is done to remember them. What it forgets is not wrongly found: an identity is compared whole.
 */
export class RecentCalls {
  readonly #bytes = Buffer.alloc(slots * slotBytes);
  readonly #lengths = new Uint16Array(slots);
  readonly #millis = new Float64Array(slots);
  /** By the uid: a slot, counted from 1; 0 where there is none. It nearly always tells that a call is new, without a look at the slots. */
  readonly #taken = new Uint16Array(places + reach);
  /** Of each slot its place among them. */
  readonly #places = new Uint32Array(slots);
  #next = 0;

  /** What was kept last with the identity, and when. */
  find(uid: string, identity: string): Found | undefined {
    const first = placeOf(uid);
    let latest: Found | undefined;
    for (let place = first; place < first + reach; place += 1) {
      const slot = (this.#taken[place] ?? 0) - 1;
      if (slot < 0) continue;
      const start = slot * slotBytes;
      const millis = this.#millis[slot] ?? 0;
      const whole = this.#bytes.toString('utf8', start, start + (this.#lengths[slot] ?? 0));
      if (whole.startsWith(identity) && millis >= (latest?.millis ?? millis))
        latest = { text: whole.slice(identity.length), millis };
    }
    return latest;
  }

  /** Keeps a text with an identity in the place of the oldest. */
  keep(uid: string, identity: string, text: string, millis: number): void {
    const whole = identity + text;
    // Half of a surrogate pair would become another character, and the identity of another call.
    if (!whole.isWellFormed()) return;
    const slot = this.#next;
    this.#forget(slot);
    const length = this.#bytes.write(whole, slot * slotBytes, slotBytes);
    if (length < whole.length || length > slotBytes - longestCharacter) return;
    this.#next = (slot + 1) % slots;
    this.#lengths[slot] = length;
    this.#millis[slot] = millis;
    const place = this.#placeNear(placeOf(uid));
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

/** One of the places, by the first eight letters: those of a UUID are random. */
function placeOf(uid: string): number {
  let place = 0;
  for (let at = Math.min(uid.length, 8) - 1; at >= 0; at -= 1) place = (place * 31 + uid.charCodeAt(at)) | 0;
  return place & (places - 1);
}
