/** A terminal that keeps what a command writes. */
import { Readable } from 'node:stream';
import { expect } from '@jest/globals';
import { run } from '../../src/cli/run.ts';
import type { CommandRow } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import type { ExitCode, Output, Terminal } from '../../src/cli/terminal.ts';

export interface Captured {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly environment?: Record<string, string>;
  readonly stdin?: string;
  readonly isTerminal?: boolean;
  readonly rows?: readonly CommandRow[];
}

/** Runs one command line and keeps everything it wrote. */
export async function capture(argv: readonly string[], given: Surroundings = {}): Promise<Captured> {
  const { environment = {}, stdin = '', isTerminal = false, rows = commands } = given;
  const written = { stdout: '', stderr: '' };
  const output = (name: keyof typeof written): Output => ({
    isTerminal,
    write: (text) => {
      written[name] += text;
    },
  });
  const terminal: Terminal = {
    stdout: output('stdout'),
    stderr: output('stderr'),
    stdin: () => Readable.from([Buffer.from(stdin)]),
    spareMemory: () => () => undefined,
    usualMemory: () => undefined,
    environment,
    version: () => '1.2.3',
    shipped: (path) => path,
    workerEntry: new URL('../../src/worker.ts', import.meta.url),
    takeSignals: () => undefined,
  };
  const code = await run(rows, argv, terminal);
  return { code, ...written };
}

/** What a command line prints that has to succeed without a word on standard error. */
export async function stdoutOf(...argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await capture(argv);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}
