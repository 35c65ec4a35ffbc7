/** Cursors as text: what a page hands out and the next question hands back. */
import type { Cursor } from './query.ts';

/** A version letter first, so that another form can follow; what it says is nobody's business but ours. */
export const printCursor = ({ time, position }: Cursor): string =>
  Buffer.from(`a${time.toString(36)}.${position.toString(36)}`).toString('base64url');

/** Undefined for what is no cursor of ours. */
export function parseCursor(text: string): Cursor | undefined {
  if (text.length > 64 || !/^[\w-]+$/.test(text)) return undefined;
  const [, time = '', position = ''] =
    /^a([0-9a-z]{1,11})\.([0-9a-z]{1,11})$/.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  const cursor = { time: parseInt(time, 36), position: parseInt(position, 36) };
  const sane = Number.isSafeInteger(cursor.time) && Number.isSafeInteger(cursor.position);
  // Only the one spelling that we print: a cursor is compared and logged as text.
  return sane && printCursor(cursor) === text ? cursor : undefined;
}
