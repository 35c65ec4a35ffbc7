/** Reads one item of a long JSON list: with the engine's own parser where that provably says what the strict reader would. */
import { start } from '../document.ts';
import type { Document } from '../document.ts';
import { sound } from '../issue.ts';
import type { Read } from '../issue.ts';
import { readJson } from '../json.ts';
import type { Piece } from './piece.ts';

/** An integer that a double may round has at least so many digits. */
const longNumber = /[0-9]{16}/;
/** Deeper values are left to the strict reader. */
const deepest = 200;

/**
 * `JSON.parse` differs from the strict reader in three things: it takes the last of several equal keys, so that the value has fewer fields than the
 * text; it rounds long numbers; and it does not mind depth. Where one of them is possible the strict reader is asked. Several times as fast.
 */
export function readJsonItem({ text, fields }: Piece, file: string): Read<readonly Document[]> {
  const value = parse(text);
  if (value === undefined || fieldsOf(value, 0) !== fields || longNumber.test(text)) {
    return readJson(text, file);
  }
  // Places are seldom asked for; then the text is read again.
  const placed = (): Document | undefined => {
    const read = readJson(text, file);
    return read.ok ? read.value[0] : undefined;
  };
  return sound([
    {
      value,
      file,
      positionOf: (pointer, part) => placed()?.positionOf(pointer, part) ?? start,
      placeIn: (pointer, index) => placed()?.placeIn?.(pointer, index) ?? start,
    },
  ]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How many fields the objects in a value have together; no number where the strict reader has to look. */
function fieldsOf(value: unknown, depth: number): number {
  if (typeof value === 'number') return Number.isFinite(value) ? 0 : NaN;
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > deepest) return NaN;
  const values: readonly unknown[] = Object.values(value);
  let sum = Array.isArray(value) ? 0 : values.length;
  for (const one of values) sum += fieldsOf(one, depth + 1);
  return sum;
}
