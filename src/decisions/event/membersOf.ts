/** The members of an object on a tape in canonical order. */
import type { Tape } from './tape.ts';

/** So many keys are sorted as they stand there. */
const few = 16;
const lowestOfAstral = 0xf0;
const lowestBehindSurrogates = 0xee;

/** The tokens of its keys, sorted as RFC 8785 orders; of several members of one name there is the last. The value is the token behind the key. */
export function membersOf(tape: Tape, token: number): readonly number[] {
  const keys: number[] = [];
  const behind = tape.behind(token);
  for (let key = token + 1; key < behind; key = tape.behind(key + 1)) keys.push(key);
  if (keys.length < 2) return keys;
  if (keys.length > few) return sorted(tape, keys);
  insertInOrder(tape, keys);
  return isRepeating(tape, keys)
    ? keys.filter((key, index) => compared(tape, key, keys[index + 1] ?? -1) !== 0)
    : keys;
}

/** Reads each key once: with escapes a comparison would read two, and a hostile object has a hundred thousand. */
function sorted(tape: Tape, keys: readonly number[]): readonly number[] {
  const names = new Map(keys.map((key) => [tape.stringOf(key).toWellFormed(), key]));
  return [...names.keys()].sort().map((name) => names.get(name) ?? 0);
}

function insertInOrder(tape: Tape, keys: number[]): void {
  for (let next = 1; next < keys.length; next += 1) {
    const key = keys[next] ?? 0;
    let place = next;
    for (; place > 0; place -= 1) {
      const before = keys[place - 1] ?? 0;
      if (compared(tape, before, key) <= 0) break;
      keys[place] = before;
    }
    keys[place] = key;
  }
}

function isRepeating(tape: Tape, keys: readonly number[]): boolean {
  for (let index = 1; index < keys.length; index += 1) {
    if (compared(tape, keys[index - 1] ?? 0, keys[index] ?? 0) === 0) return true;
  }
  return false;
}

/** Compares two keys as strings compare: by UTF-16 code units. A token that is not there is less than every key. */
function compared(tape: Tape, a: number, b: number): number {
  if (b < 0) return 1;
  if (tape.isEscaped(a) || tape.isEscaped(b)) {
    const [one, other] = [tape.stringOf(a).toWellFormed(), tape.stringOf(b).toWellFormed()];
    if (one === other) return 0;
    return one < other ? -1 : 1;
  }
  const { bytes, starts, ends } = tape;
  const [endOfA, endOfB] = [(ends[a] ?? 0) - 1, (ends[b] ?? 0) - 1];
  let [atA, atB] = [(starts[a] ?? 0) + 1, (starts[b] ?? 0) + 1];
  for (; atA < endOfA && atB < endOfB; atA += 1, atB += 1) {
    const [one, other] = [bytes[atA] ?? 0, bytes[atB] ?? 0];
    if (one !== other) return byUnits(one, other);
  }
  return endOfA - atA - (endOfB - atB);
}

/** Bytes of UTF-8 order as code points do; UTF-16 has those beyond U+FFFF before U+E000. */
function byUnits(one: number, other: number): number {
  if (one >= lowestOfAstral && other >= lowestBehindSurrogates && other < lowestOfAstral) return -1;
  if (other >= lowestOfAstral && one >= lowestBehindSurrogates && one < lowestOfAstral) return 1;
  return one - other;
}
