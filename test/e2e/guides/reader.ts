// Somebody who follows a guide: a folder that looks like the clone, a home with a kubeconfig, and a shell.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, open, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Cluster } from '../../cluster/cluster.ts';
import type { IdentityName } from '../../cluster/identities.ts';
import { stays } from './commands.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const main = join(root, 'src', 'main.ts');
const leash = join(import.meta.dirname, 'leash.sh');

/** A command as it is to be run. */
export interface Typed {
  readonly command: string;
  readonly as: IdentityName;
  /** A command that is tried until it fails, before this one is typed: who types by hand leaves the cluster time to see what they did before. */
  readonly onceFails?: string;
}

/** A command as it went. */
export interface Went {
  readonly command: string;
  readonly status: number;
  /** Both outputs; of one that stays what it had said by then. */
  readonly said: string;
}

export interface Reader {
  readonly folder: string;
  readonly cluster: Cluster;
  /** Writes a file below the folder. */
  write(path: string, text: string): Promise<void>;
  /** Copies a file or folder of the repository to a place below the folder. */
  take(path: string, to: string): Promise<void>;
  /** Types commands into one shell, one after the other, whatever becomes of each; those that stay go on until `leave`, or until this process has gone. */
  type(commands: readonly Typed[]): Promise<readonly Went[]>;
  /** Ends what still runs; nothing is typed after that. */
  leave(): Promise<void>;
  remove(): Promise<void>;
}

/** A reader in a folder of their own, where `npx bulkhead` is this source, and kubectl speaks to the cluster. */
export async function newReader(cluster: Cluster): Promise<Reader> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-reader-'));
  const home = await mkdtemp(join(tmpdir(), 'bulkhead-reader-home-'));
  for (const name of ['charts', 'docs', 'examples', 'policies'])
    await symlink(join(root, name), join(folder, name));
  const shims: readonly (readonly [string, string])[] = [
    ['bulkhead', `exec '${process.execPath}' '${main}' "$@"`],
    ['npx', '[ "$1" = bulkhead ] || exit 127; exec "$@"'],
    ['kubectl', `exec '${cluster.connection.kubectl}' "$@"`],
  ];
  for (const [name, script] of shims)
    await writeFile(await made(join(home, 'bin', name)), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  await cp(cluster.kubeconfig('admin'), await made(join(home, '.kube', 'config')));
  const environment = {
    PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: home,
    NO_COLOR: '1',
    // Nobody but this machine is to reach it.
    BULKHEAD_SERVER_ADDRESS: '127.0.0.1',
  };
  // A group of its own, which Ctrl-C at this process does not reach.
  const leashed = spawn('sh', [leash], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // One that was ended by somebody else makes writing to it fail; that is no news.
  leashed.stdin.on('error', () => undefined);
  const left = once(leashed, 'exit');
  const type: Reader['type'] = async (commands) => {
    const records = await mkdtemp(join(home, 'records-'));
    const script = commands.map((typed, index) => lineFor(typed, join(records, String(index)), cluster));
    const output = await open(join(records, 'shell'), 'w');
    const shell = spawn('bash', ['-c', ['set -o pipefail', ...script].join('\n')], {
      cwd: folder,
      env: environment,
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    });
    if (shell.pid !== undefined) leashed.stdin.write(`${shell.pid}\n`);
    await once(shell, 'exit');
    await output.close();
    return Promise.all(
      commands.map(async ({ command }, index) => {
        const record = join(records, String(index));
        const status = await readFile(`${record}.status`, 'utf8').catch(() => '-1');
        return { command, status: Number(status), said: await readFile(record, 'utf8').catch(() => '') };
      }),
    );
  };
  return {
    folder,
    cluster,
    write: async (path, text) => writeFile(await made(join(folder, path)), text),
    take: async (path, to) => cp(join(root, path), await made(join(folder, to)), { recursive: true }),
    type,
    leave: async () => {
      leashed.stdin.end();
      await left;
    },
    remove: async () => {
      for (const one of [folder, home]) await rm(one, { recursive: true, force: true });
    },
  };
}

/** A path whose folder is there. */
async function made(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  return path;
}

/** A command with its outputs and its status kept in files. One that stays is left alone once it listens; a tail, which waits for what comes, after two seconds. */
function lineFor({ command, as, onceFails }: Typed, record: string, cluster: Cluster): string {
  const identity = as === 'admin' ? 'unset KUBECONFIG' : `export KUBECONFIG='${cluster.kubeconfig(as)}'`;
  const kept = `{ ${command}\n} >'${record}' 2>&1`;
  const tried = `for _ in {1..100}; do { ${onceFails}\n} >/dev/null 2>&1 || break; sleep 0.1; done\n`;
  const first = onceFails === undefined ? '' : tried;
  if (!stays(command)) return `${identity}\n${first}${kept}\necho $? >'${record}.status'`;
  const tenths = command.includes(' tail') ? 20 : 600;
  const settled = `for _ in {1..${tenths}}; do grep -qE 'listening|decisions are read' '${record}' && break; kill -0 $! 2>/dev/null || break; sleep 0.1; done`;
  return `${identity}\n${kept} &\n${settled}\nkill -0 $!; echo $? >'${record}.status'`;
}
