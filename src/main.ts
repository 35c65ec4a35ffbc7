/** The process: gives one command its surroundings and takes its exit code. */
import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { commands } from './cli/commands.ts';
import { spareMemory } from './cli/frugality.ts';
import { run } from './cli/run.ts';
import type { Output, Terminal } from './cli/terminal.ts';

const { argv, env, stdin } = process;

// Stripping types and compiling is half of the time that a start from source takes, so the result is kept: with the packages, where
// only those can write who can change what runs anyway. Commands are imported after this line.
if (import.meta.url.endsWith('.ts')) {
  enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/bulkhead', import.meta.url)));
}

/** A reader that has seen enough (`bulkhead … | head`) is no error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const outputTo = (stream: NodeJS.WriteStream): Output => ({
  write: (text) => void stream.write(text),
  // Typed as a boolean, but a stream that is no terminal has no such property.
  isTerminal: 'isTTY' in stream && stream.isTTY,
  columns: stream.columns,
});

const interrupted = (): never => process.exit(130);
process.on('SIGINT', interrupted);

const terminal: Terminal = {
  stdout: outputTo(process.stdout),
  stderr: outputTo(process.stderr),
  stdin: () => stdin,
  environment: env,
  spareMemory,
  usualMemory: () => {
    setFlagsFromString('--semi-space-growth-factor=2');
    setFlagsFromString('--heap-growing-percent=0');
  },
  version: () => {
    // Sources and bundle both stand one folder below package.json.
    const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(text) as { readonly version: string };
    return version;
  },
  shipped: (path) => fileURLToPath(new URL(`../${path}`, import.meta.url)),
  // Sources stand beside this file as worker.ts, the bundle as worker.js.
  workerEntry: new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url),
  takeSignals: (handler) => {
    process.off('SIGINT', interrupted);
    process.on('SIGINT', handler);
    process.on('SIGTERM', handler);
  },
};

process.exitCode = await run(commands, argv.slice(2), terminal);
