// Brings daemons up on loopback, in a folder of their own: waits no longer than they live, and tries again where a port was lost.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLines } from './daemon.ts';
import type { Daemon } from './daemon.ts';
import { eventually } from './eventually.ts';
import type { Ports } from './flags.ts';
import { freePorts } from './ports.ts';

/** What one attempt has: each daemon is in `daemons` as soon as it runs, so that a failure can stop it. */
export interface Attempt {
  readonly folder: string;
  readonly ports: Ports;
  readonly daemons: Daemon[];
}

/** Long enough for a machine that has other work. */
const startMillis = 60_000;

async function pickPorts(): Promise<Ports> {
  const [etcd = 0, etcdPeer = 0, apiServer = 0] = await freePorts(3);
  return { etcd, etcdPeer, apiServer };
}

/** Waits for `ask`, but no longer than the daemons live. */
export async function whileAlive(
  daemons: readonly Daemon[],
  what: string,
  ask: () => Promise<boolean>,
): Promise<void> {
  const dead = await eventually(
    what,
    async () => {
      const ended = daemons.find((daemon) => daemon.ended());
      return ended ?? ((await ask()) ? 'ready' : undefined);
    },
    startMillis,
  );
  if (dead !== 'ready') throw new Error(`${dead.name} ended before ${what}:\n${await lastLines(dead)}`);
}

/** Ends the daemons and removes the folder. Safe to call twice. */
export async function stopAll({ daemons, folder }: Attempt): Promise<void> {
  // Clients first: etcd last, or the API server would wait for it.
  for (const daemon of daemons.toReversed()) await daemon.stop();
  await rm(folder, { recursive: true, force: true });
}

/**
 * What `bringUp` makes; where it fails, everything that it started is stopped. Somebody else may take a port between picking and using it; then it is tried
 * again, twice.
 */
export async function launched<T>(prefix: string, bringUp: (attempt: Attempt) => Promise<T>): Promise<T> {
  for (let left = 2; ; left -= 1) {
    const ports = await pickPorts();
    const attempt: Attempt = { ports, folder: await mkdtemp(join(tmpdir(), prefix)), daemons: [] };
    try {
      return await bringUp(attempt);
    } catch (error) {
      await stopAll(attempt);
      const collision = error instanceof Error && error.message.includes('address already in use');
      if (left === 0 || !collision) throw error;
    }
  }
}
