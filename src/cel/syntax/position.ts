/** Offsets in a source as line and column, and the excerpt with a caret that people read. */

/** A place in a source: line and column, both from 1; a column is a character (code point). */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The place of an offset; one past the end is the end. */
export function placeOf(source: string, offset: number): Place {
  const before = source.slice(0, Math.max(0, offset));
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: Array.from(before.slice(start)).length + 1 };
}

const width = 100;

/** The line of a place with a caret under the column; long lines are cut around it. */
export function excerpt(source: string, place: Place): string {
  const line = Array.from((source.split('\n')[place.line - 1] ?? '').replaceAll(/[\t\r]/g, ' '));
  const from = Math.max(0, Math.min(place.column - 1 - width / 2, line.length - width));
  const shown = line.slice(from, from + width).join('');
  const left = from > 0 ? '…' : '';
  const right = from + width < line.length ? '…' : '';
  return `  ${left}${shown}${right}\n  ${' '.repeat(left.length + place.column - 1 - from)}^`;
}
