/** Sets of small whole numbers as bits: the index keeps namespaces in them. */

export type Bits = Uint32Array;

/** An empty set that can hold 0..capacity-1. */
export const noBits = (capacity: number): Bits => new Uint32Array((capacity + 31) >>> 5);

export const hasBit = (bits: Bits, at: number): boolean => (((bits[at >>> 5] ?? 0) >>> (at & 31)) & 1) === 1;

export function setBit(bits: Bits, at: number, to: boolean): void {
  const word = at >>> 5;
  const mask = 1 << (at & 31);
  const before = bits[word] ?? 0;
  bits[word] = to ? before | mask : before & ~mask;
}

/** `target ∪= more`. */
export function addAll(target: Bits, more: Bits): void {
  for (let word = 0; word < target.length; word += 1) {
    target[word] = (target[word] ?? 0) | (more[word] ?? 0);
  }
}

/** `target ∪= a ∩ b`. */
export function addMeet(target: Bits, a: Bits, b: Bits): void {
  for (let word = 0; word < target.length; word += 1) {
    target[word] = (target[word] ?? 0) | ((a[word] ?? 0) & (b[word] ?? 0));
  }
}

/** `target ∩= other`. */
export function keepOnly(target: Bits, other: Bits): void {
  for (let word = 0; word < target.length; word += 1) {
    target[word] = (target[word] ?? 0) & (other[word] ?? 0);
  }
}

/** `target ∖= other`. */
export function remove(target: Bits, other: Bits): void {
  for (let word = 0; word < target.length; word += 1) {
    target[word] = (target[word] ?? 0) & ~(other[word] ?? 0);
  }
}

/** Calls `visit` with each member, in ascending order. */
export function eachBit(bits: Bits, visit: (at: number) => void): void {
  for (let word = 0; word < bits.length; word += 1) {
    for (let rest = bits[word] ?? 0; rest !== 0; rest &= rest - 1) {
      visit((word << 5) + 31 - Math.clz32(rest & -rest));
    }
  }
}
