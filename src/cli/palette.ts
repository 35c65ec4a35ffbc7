/** Colours, for people only: never into a pipe or a file, and never where NO_COLOR asks for none. */
import type { Output, Terminal } from './terminal.ts';

export interface Palette {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
}

const paint =
  (open: number, close: number) =>
  (text: string): string =>
    `\u001b[${open}m${text}\u001b[${close}m`;
const plain = (text: string): string => text;

/** The colours for one output. NO_COLOR counts when it is set and not empty (no-color.org). */
export function paletteFor(output: Output, { environment }: Pick<Terminal, 'environment'>): Palette {
  const { NO_COLOR: refused = '', TERM: terminal } = environment;
  if (!output.isTerminal || refused !== '' || terminal === 'dumb')
    return { bold: plain, dim: plain, red: plain, yellow: plain, green: plain };
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    yellow: paint(33, 39),
    green: paint(32, 39),
  };
}
