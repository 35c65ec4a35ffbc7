// One long-running process of the control plane: started on a leash, its output in a file, stopped for certain.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Daemon {
  readonly name: string;
  readonly log: string;
  /** The leash's process id; the daemon is its child. */
  readonly pid: number | undefined;
  /** Has it ended, by itself or not? */
  ended(): boolean;
  /** Ends it, politely for ten seconds, then for certain; resolves once it is gone. */
  stop(): Promise<void>;
}

const leash = join(import.meta.dirname, 'leash.sh');

function ending(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}

/** Starts a command with its output in `FOLDER/NAME.log`. */
export function startDaemon(name: string, file: string, args: readonly string[], folder: string): Daemon {
  const log = join(folder, `${name}.log`);
  const output = openSync(log, 'a');
  const child = spawn('sh', [leash, file, ...args], { cwd: folder, stdio: ['pipe', output, output] });
  closeSync(output);
  let over = false;
  const end = ending(child).then(() => void (over = true));
  // A leash that died already makes writing to it fail; that is no news.
  child.stdin?.on('error', () => undefined);
  return {
    name,
    log,
    pid: child.pid,
    ended: () => over,
    stop: () => {
      child.stdin?.end();
      return end;
    },
  };
}

/** The last lines of what it printed: what a person needs when it would not start. */
export async function lastLines(daemon: Daemon, count = 12): Promise<string> {
  const text = await readFile(daemon.log, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
