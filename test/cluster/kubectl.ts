// Runs the real kubectl as one of the cluster's identities.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Connection } from './connection.ts';
import { layout } from './files.ts';
import type { IdentityName } from './identities.ts';

export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlOptions {
  /** Text, or any value, which is given as JSON: for `-f -`. */
  readonly stdin?: unknown;
  readonly milliseconds?: number;
}

function collected(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

/** Resolves whatever kubectl answers; a run of more than a minute is ended and has code -1. */
export function kubectl(
  connection: Connection,
  name: IdentityName,
  args: readonly string[],
  options: KubectlOptions = {},
): Promise<Printed> {
  // Its own home keeps discovery caches and a person's settings out of the picture.
  const env = { PATH: process.env['PATH'], HOME: join(connection.folder, 'home') };
  const child = spawn(
    connection.kubectl,
    [`--kubeconfig=${layout.kubeconfig(connection.folder, name)}`, ...args],
    {
      env,
      stdio: 'pipe',
      timeout: options.milliseconds ?? 60_000,
    },
  );
  const stdout = collected(child.stdout);
  const stderr = collected(child.stderr);
  child.stdin.on('error', () => undefined);
  child.stdin.end(typeof options.stdin === 'string' ? options.stdin : JSON.stringify(options.stdin ?? ''));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, stdout: stdout(), stderr: stderr() }));
  });
}
