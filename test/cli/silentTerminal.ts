/** A terminal that nobody reads, for functions that want one. */
import { Readable } from 'node:stream';
import type { Terminal } from '../../src/cli/terminal.ts';

const silent = { write: () => undefined, isTerminal: false };

export const silentTerminal: Terminal = {
  stdout: silent,
  stderr: silent,
  stdin: () => Readable.from([]),
  spareMemory: () => () => undefined,
  usualMemory: () => undefined,
  environment: {},
  version: () => '0.0.0',
  shipped: (path) => path,
  workerEntry: new URL('../../src/worker.ts', import.meta.url),
  takeSignals: () => undefined,
};
