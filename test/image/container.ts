// Runs the image as a cluster would: its own entry point as uid 65532, a read-only root file system, no capabilities, no new privileges.
import { execFile, spawn } from 'node:child_process';
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = join(import.meta.dirname, '../../scripts/image.sh');

/** What an image says about how to be run (OCI image specification, config). */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
}

/** crun refuses hosts that mix both versions of cgroups, though it needs none here: in a mount namespace of its own it sees version 2. */
const crun = (...args: readonly string[]): readonly [string, readonly string[]] => [
  'unshare',
  [
    ...['--mount', '--propagation', 'private', 'sh', '-c'],
    ...['mount -t cgroup2 none /sys/fs/cgroup && exec crun --cgroup-manager=disabled "$@"', 'crun', ...args],
  ],
];

/** An image taken apart, and the folder that stands for its state volume. */
export interface Unpacked {
  readonly folder: string;
  readonly rootfs: string;
  readonly state: string;
  readonly config: ImageConfig;
  remove(): Promise<void>;
}

/** Unpacks bulkhead:dev into a temporary folder. */
export async function unpack(): Promise<Unpacked> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-image-'));
  await run('bash', [script, 'unpack', folder]);
  const image = JSON.parse(await readFile(join(folder, 'image.json'), 'utf8')) as {
    readonly OCIv1: { readonly config: ImageConfig };
  };
  const state = join(folder, 'state');
  await mkdir(state, { mode: 0o700 });
  await chown(state, 65532, 65532);
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  return { folder, rootfs: join(folder, 'rootfs'), state, config: image.OCIv1.config, remove };
}

/** A container under way. */
export interface Container {
  /** Everything written to standard output and standard error so far. */
  output(): string;
  signal(name: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Its exit code; 128 and the signal's number where a signal ended it. */
  readonly exited: Promise<number>;
}

/** Runs the image's entry point with these arguments. The host's network is shared, so that tests reach it on loopback. */
export async function start(
  { folder, config, state }: Unpacked,
  args: readonly string[],
): Promise<Container> {
  const id = `${basename(folder)}-${Date.now()}`;
  await writeFile(join(folder, 'config.json'), JSON.stringify(specification(config, state, args)));
  const child = spawn(...crun('run', '--bundle', folder, id), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(code ?? -1);
    });
  });
  return {
    output: () => output,
    signal: async (name) => {
      await run(...crun('kill', id, name));
    },
    exited,
  };
}

/** The OCI runtime specification of the run. */
function specification(
  { Env, Entrypoint, WorkingDir, User }: ImageConfig,
  state: string,
  args: readonly string[],
): object {
  const [uid, gid] = User.split(':').map(Number);
  const none: readonly string[] = [];
  const capabilities = { bounding: none, effective: none, inheritable: none, permitted: none, ambient: none };
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid, gid },
      args: [...Entrypoint, ...args],
      env: Env,
      cwd: WorkingDir,
      capabilities,
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
      {
        destination: '/var/lib/bulkhead',
        type: 'bind',
        source: state,
        options: ['bind', 'rw', 'nosuid', 'nodev'],
      },
    ],
    linux: { namespaces: ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
  };
}
