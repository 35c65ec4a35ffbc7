/** A progress bar on standard error, for a person who waits; nothing is drawn where nobody looks. */
import type { Terminal } from '../terminal.ts';

export interface Progress {
  /** `done` of `total` objects of one kind; `total` is what is known so far. */
  readonly show: (kind: string, done: number, total: number) => void;
  /** Wipes the line, so that results stand alone. */
  readonly end: () => void;
}

const width = 24;
/** Often enough to be seen to move. */
const everyMillis = 100;

export function progressOn({ stderr }: Pick<Terminal, 'stderr'>): Progress {
  if (!stderr.isTerminal) return { show: () => undefined, end: () => undefined };
  let drawn: number | undefined;
  return {
    show: (kind, done, total) => {
      const now = performance.now();
      if (drawn !== undefined && now - drawn < everyMillis) return;
      drawn = now;
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const filled = Math.round(share * width);
      const bar = '#'.repeat(filled) + '.'.repeat(width - filled);
      stderr.write(`\r\u001b[2K[${bar}] ${kind} ${done}/${total}`);
    },
    end: () => {
      if (drawn !== undefined) stderr.write('\r\u001b[2K');
      drawn = undefined;
    },
  };
}
