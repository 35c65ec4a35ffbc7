// A real PostgreSQL for the tests: one of the machine's, started for them alone, or one that a URL names.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { lastLines, startDaemon } from '../../cluster/daemon.ts';
import type { Daemon } from '../../cluster/daemon.ts';
import { eventually } from '../../cluster/eventually.ts';
import { freePorts } from '../../cluster/ports.ts';

const run = promisify(execFile);

/** A server of a URL given: it must be one whose databases nobody misses, for the tests make and drop some. */
export const urlVariable = 'BULKHEAD_TEST_POSTGRES_URL';
/** Set to 1 where a missing PostgreSQL is a failure and no reason to skip. */
export const requireVariable = 'BULKHEAD_REQUIRE_POSTGRES';

export interface Postgres {
  /** A connection string for a new, empty database. */
  database(): Promise<string>;
  /** Only where the server is our own: ends it, cutting its clients off, and starts it again. */
  readonly own:
    | {
        readonly port: number;
        stop(): Promise<void>;
        start(): Promise<void>;
      }
    | undefined;
  close(): Promise<void>;
}

/** Where the server's programs are, or why there are none. */
export function findPostgres():
  { readonly found: true; readonly folder: string } | { readonly found: false; readonly reason: string } {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  const folder = folders.find((at) => existsSync(join(at, 'initdb')) && existsSync(join(at, 'postgres')));
  return folder === undefined
    ? { found: false, reason: 'no initdb and postgres in PATH or below /usr/lib/postgresql' }
    : { found: true, folder };
}

/** Who runs it: PostgreSQL refuses to be root. */
async function nobody(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      // The next one.
    }
  }
  throw new Error('PostgreSQL cannot run as root, and there is neither a user postgres nor nobody');
}

/** Starts a server in a folder of its own under the system's temporary one, reachable on loopback only. */
export async function startPostgres(): Promise<Postgres> {
  const given = process.env[urlVariable];
  if (given !== undefined) return served(given, undefined, () => Promise.resolve());
  const programs = findPostgres();
  if (!programs.found) throw new Error(programs.reason);
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-postgres-'));
  const identity = await nobody();
  if (identity !== undefined) await chown(folder, identity.uid, identity.gid);
  await chmod(folder, 0o700);
  const data = join(folder, 'data');
  await run(
    join(programs.folder, 'initdb'),
    ['-D', data, '-U', 'bulkhead', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
    { cwd: folder, ...identity },
  );
  const [port = 0] = await freePorts(1);
  // `setpriv` gives up root before the server starts; without root the command is the server itself.
  const server = [
    join(programs.folder, 'postgres'),
    ...['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder],
    ...['-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'shared_buffers=64MB'],
  ];
  const command =
    identity === undefined
      ? server
      : [
          'setpriv',
          `--reuid=${identity.uid}`,
          `--regid=${identity.gid}`,
          '--clear-groups',
          '--inh-caps=-all',
          ...server,
        ];
  const [file = '', ...args] = command;
  let daemon: Daemon | undefined;
  const url = `postgres://bulkhead@127.0.0.1:${port}/postgres`;
  const start = async (): Promise<void> => {
    const started = startDaemon('postgres', file, args, folder);
    daemon = started;
    try {
      await eventually('PostgreSQL answers', async () => {
        if (started.ended()) throw new Error(await lastLines(started));
        await ask(url, 'select 1');
        return true;
      });
    } catch (error) {
      throw new Error(`PostgreSQL did not start:\n${await lastLines(started)}`, { cause: error });
    }
  };
  const stop = async (): Promise<void> => {
    // SIGINT is a "fast shutdown": clients are told and cut off. The leash's SIGTERM would wait for them.
    const [pid = ''] = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (/^\d+$/.test(pid)) process.kill(Number(pid), 'SIGINT');
    await daemon?.stop();
    daemon = undefined;
  };
  await start();
  return served(url, { port, start, stop }, async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  });
}

function served(url: string, own: Postgres['own'], close: () => Promise<void>): Postgres {
  const made: string[] = [];
  return {
    own,
    database: async () => {
      const name = `bulkhead_test_${process.pid}_${Date.now()}_${made.length}`;
      await ask(url, `create database ${name}`);
      made.push(name);
      const address = new URL(url);
      address.pathname = `/${name}`;
      return address.href;
    },
    close: async () => {
      if (own === undefined) {
        for (const name of made) await ask(url, `drop database if exists ${name} with (force)`);
      }
      await close();
    },
  };
}

/** One statement on a connection of its own. */
export async function ask(url: string, statement: string): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement);
    return rows;
  } finally {
    await client.end();
  }
}
