/** The lines of a spool segment: each carries a hash of itself, so a torn or changed one is known from the others. */
import { hash } from 'node:crypto';
import type { Sealed } from '../event/seal.ts';

/** A whole event on its way into the log, with the time that its answer took. */
export interface Item extends Sealed {
  readonly latencyMicros: number;
}

/** `line-hash record-hash latency event`, and a line break, which canonical JSON never holds. */
export function lineOf({ event, recordHash, latencyMicros }: Item): string {
  const text = `${recordHash} ${latencyMicros} ${event}`;
  return `${hash('sha256', text)} ${text}\n`;
}

/** Reads a segment's text: the items, and undefined for each line that is torn or was changed. */
export function itemsIn(text: string): readonly (Item | undefined)[] {
  const lines = text.split('\n');
  // A whole segment ends with a line break; what follows the last one was being written when the process ended.
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => {
    const [, lineHash, whole = '', recordHash, latency, event] =
      // With `s`: JSON leaves U+2028 and U+2029 as they are, and users write them.
      /^([0-9a-f]{64}) (([0-9a-f]{64}) (\d{1,15}) (.*))$/s.exec(line) ?? [];
    if (recordHash === undefined || event === undefined) return undefined;
    return hash('sha256', whole) === lineHash
      ? { event, recordHash, latencyMicros: Number(latency) }
      : undefined;
  });
}
