/** A set of records within one segment, as bits; and its written form. */
import { endianness } from 'node:os';

/** How many positions one segment spans. */
export const segmentRows = 16_384;

/** One bit for each position of a segment. */
export type RowSet = Uint32Array<ArrayBuffer>;

const length = segmentRows / 32;
/** Up to here a list of offsets is shorter than the bits. */
const mostListed = segmentRows / 8 / 2 - 1;

/** Written sets are read on machines of the same byte order only; others derive their own. */
export const rowSetForm = `${segmentRows}/${endianness()}`;

export const noRows = (): RowSet => new Uint32Array(length);

/** The first `count` positions. */
export function firstRows(count: number): RowSet {
  const set = noRows();
  const whole = count >>> 5;
  set.fill(0xffff_ffff, 0, whole);
  if ((count & 31) !== 0) set[whole] = 2 ** (count & 31) - 1;
  return set;
}

export function addRow(set: RowSet, offset: number): void {
  const at = offset >>> 5;
  set[at] = (set[at] ?? 0) | (1 << (offset & 31));
}

export const hasRow = (set: RowSet, offset: number): boolean =>
  ((set[offset >>> 5] ?? 0) & (1 << (offset & 31))) !== 0;

/** Keeps in `set` what is in `other` too; tells whether anything is left. */
export function keepCommon(set: RowSet, other: RowSet): boolean {
  let left = 0;
  for (let at = 0; at < length; at += 1) left |= set[at] = (set[at] ?? 0) & (other[at] ?? 0);
  return left !== 0;
}

export function addAll(set: RowSet, other: RowSet): void {
  for (let at = 0; at < length; at += 1) set[at] = (set[at] ?? 0) | (other[at] ?? 0);
}

export function removeAll(set: RowSet, other: RowSet): void {
  for (let at = 0; at < length; at += 1) set[at] = (set[at] ?? 0) & ~(other[at] ?? 0);
}

/** How many there are, or how many two sets share. */
export function countRows(set: RowSet, other: RowSet = set): number {
  let count = 0;
  for (let at = 0; at < length; at += 1) {
    let bits = (set[at] ?? 0) & (other[at] ?? 0);
    if (bits === 0) continue;
    bits -= (bits >>> 1) & 0x5555_5555;
    bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
    count += Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
  }
  return count;
}

/** The offsets in growing or falling order. */
export function* rowsOf(set: RowSet, falling = false): Generator<number> {
  for (let step = 0; step < length; step += 1) {
    const at = falling ? length - 1 - step : step;
    let bits = set[at] ?? 0;
    while (bits !== 0) {
      const bit = 31 - Math.clz32(falling ? bits : bits & -bits);
      yield at * 32 + bit;
      bits &= ~(1 << bit);
    }
  }
}

/** The shorter of: offsets of two bytes each, or all bits. */
export function writeRows(set: RowSet): Uint8Array {
  const count = countRows(set);
  if (count > mostListed) return new Uint8Array(set.buffer);
  return new Uint8Array(Uint16Array.from(rowsOf(set)).buffer);
}

/** Adds a written set to `set`. */
export function addWritten(set: RowSet, written: Uint8Array): void {
  // Bytes of a database may start anywhere in memory, numbers may not.
  const bytes = new Uint8Array(written);
  if (bytes.length === length * 4) addAll(set, new Uint32Array(bytes.buffer));
  else for (const offset of new Uint16Array(bytes.buffer)) addRow(set, offset);
}

/** Calls back with each offset of a written set. */
export function eachWritten(written: Uint8Array, take: (offset: number) => void): void {
  const bytes = written.byteOffset % 4 === 0 ? written : new Uint8Array(written);
  if (bytes.length !== length * 4) {
    for (const offset of new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)) take(offset);
    return;
  }
  const set = new Uint32Array(bytes.buffer, bytes.byteOffset, length);
  for (let at = 0; at < length; at += 1)
    for (let bits = set[at] ?? 0; bits !== 0; bits &= bits - 1) take(at * 32 + 31 - Math.clz32(bits & -bits));
}
