// Keeps what was built from Go modules in a folder outside the tree, whole or not at all.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Artifact } from './artifacts.ts';
import { withLock } from './lock.ts';

/** Where binaries are kept: `BULKHEAD_CACHE`, else the user's cache folder, always in a folder of our own. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  const given = [environment['BULKHEAD_CACHE'], environment['XDG_CACHE_HOME']].find((folder) => folder);
  return join(given ?? join(homedir(), '.cache'), 'bulkhead');
}

/** The folder with the artifact's commands if all of them are cached. */
export function cached(artifact: Artifact, cache: string): string | undefined {
  const folder = join(cache, artifact.key);
  const complete = [...artifact.commands.keys()].every((command) => existsSync(join(folder, command)));
  return complete ? folder : undefined;
}

export type Built =
  { readonly built: true; readonly folder: string } | { readonly built: false; readonly reason: string };

/** Runs `go build` for one command; answers the tail of what it complained about, or undefined when it went well. */
function compile(artifact: Artifact, goPackage: string, output: string): Promise<string | undefined> {
  const tags = artifact.tags === undefined ? [] : ['-tags', artifact.tags];
  const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false', ...tags, '-ldflags', artifact.ldflags];
  const go = spawn('go', ['build', ...flags, '-o', output, goPackage], {
    cwd: artifact.module,
    env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  go.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-4000)));
  return new Promise((resolve) => {
    go.once('error', (error) => resolve(`go cannot be run: ${error.message}`));
    go.once('close', (code) =>
      resolve(code === 0 ? undefined : `go build ${goPackage}: ${complaint.trim()}`),
    );
  });
}

async function compileAside(artifact: Artifact, cache: string, tell: (line: string) => void): Promise<Built> {
  const aside = await mkdtemp(join(cache, `.${artifact.key}-`));
  try {
    for (const [command, goPackage] of artifact.commands) {
      const begun = performance.now();
      tell(`building ${command} ${artifact.version}`);
      const complaint = await compile(artifact, goPackage, join(aside, command));
      if (complaint !== undefined) return { built: false, reason: complaint };
      tell(`built ${command} in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    }
    const folder = join(cache, artifact.key);
    if (cached(artifact, cache) === undefined) {
      await rm(folder, { recursive: true, force: true });
      await rename(aside, folder);
    }
    return { built: true, folder };
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/**
 * The folder with the artifact's commands, built now if it is not cached. Minutes when cold. Several processes may ask at once:
 * one builds, the others wait; nobody ever sees half an artifact, since it is built aside and renamed.
 */
export async function build(artifact: Artifact, cache: string, tell: (line: string) => void): Promise<Built> {
  const folder = cached(artifact, cache);
  if (folder !== undefined) return { built: true, folder };
  await mkdir(cache, { recursive: true });
  return withLock(
    join(cache, `${artifact.key}.lock`),
    async () => {
      const meanwhile = cached(artifact, cache);
      return meanwhile === undefined
        ? compileAside(artifact, cache, tell)
        : { built: true, folder: meanwhile };
    },
    (pid) => tell(`waiting for process ${pid}, which builds ${artifact.name}`),
  );
}
