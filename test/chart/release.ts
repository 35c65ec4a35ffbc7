// Runs the product outside the cluster as a pod of the chart would: its arguments, its mounted files, its ServiceAccount's token.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Cluster } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import { at, listAt, only } from './helm.ts';
import type { Manifest } from './helm.ts';

export const main = join(import.meta.dirname, '../../src/main.ts');

/** A serving pair with the authority that signed it, in PEM. */
export interface ServingPair {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

export interface ReleaseOptions {
  /** Where it listens on loopback; a free port unless said. */
  readonly port?: number;
  /** Where API servers reach it, in the place of a Service, which there is no network for. */
  readonly url?: string;
  /** What the Secret that is mounted holds, where one is. */
  readonly pair?: ServingPair;
}

export interface Release {
  readonly port: number;
  /** Everything that it wrote to standard output and standard error. */
  output(): string;
  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Writes files as the kubelet mounts them: behind symbolic links, so that all of them change at once. */
async function mount(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const stamp = '..2026_11_21_00_00_00.000000001';
  for (const [path, text] of files) {
    await mkdir(join(folder, stamp, path, '..'), { recursive: true });
    await writeFile(join(folder, stamp, path), text, { mode: 0o600 });
  }
  await symlink(stamp, join(folder, '..data'));
  for (const name of new Set([...files.keys()].map((path) => path.split('/')[0] ?? path)))
    await symlink(join('..data', name), join(folder, name));
}

/** What the volume `configuration` holds, by path. */
function configurationFiles(rendered: readonly Manifest[]): ReadonlyMap<string, string> {
  const volume = listAt(only(rendered, 'Deployment'), 'spec', 'template', 'spec', 'volumes').find(
    (one) => at(one, 'name') === 'configuration',
  );
  return new Map(
    listAt(volume, 'projected', 'sources').flatMap((source) => {
      const map = only(rendered, 'ConfigMap', String(at(source, 'configMap', 'name')));
      return listAt(source, 'configMap', 'items').map((item): [string, string] => [
        String(at(item, 'path')),
        String(at(map, 'data', String(at(item, 'key')))),
      ]);
    }),
  );
}

/** The configuration as it reads where everything is mounted below `folder`. */
function moved(text: string, folder: string, url: string | undefined): string {
  const config = parse(
    text
      .replaceAll('/etc/bulkhead-tls/', `${join(folder, 'tls')}/`)
      .replaceAll('/etc/bulkhead/', `${join(folder, 'configuration')}/`),
  ) as Record<string, unknown>;
  if (url === undefined) return stringify(config);
  return stringify({ ...config, webhook: { ...(config['webhook'] as object), service: undefined, url } });
}

/** A kubeconfig with a token of a ServiceAccount. */
export async function writeAccountKubeconfig(
  cluster: Cluster,
  file: string,
  { name, namespace = '' }: Manifest['metadata'],
): Promise<void> {
  const token = await cluster.kubectl('admin', ['--namespace', namespace, 'create', 'token', name]);
  if (token.code !== 0) throw new Error(token.stderr);
  const { server, authority } = cluster.connection;
  const data = Buffer.from(authority).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': data } }],
    users: [{ name: 'u', user: { token: token.stdout.trim() } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace } }],
    'current-context': 'x',
  };
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
}

/** Long enough for a machine that has other work. */
const startMillis = 60_000;

/** Starts it on loopback; resolves once it listens. */
export async function startRelease(
  cluster: Cluster,
  rendered: readonly Manifest[],
  { port = 0, url, pair }: ReleaseOptions = {},
): Promise<Release> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-release-'));
  const files = new Map(configurationFiles(rendered));
  files.set('config.yaml', moved(files.get('config.yaml') ?? '', folder, url));
  await mount(join(folder, 'configuration'), files);
  if (pair !== undefined)
    await mount(
      join(folder, 'tls'),
      new Map([
        ['tls.crt', pair.certificate],
        ['tls.key', pair.key],
        ['ca.crt', pair.authority],
      ]),
    );
  const kubeconfig = join(folder, 'kubeconfig');
  await writeAccountKubeconfig(cluster, kubeconfig, only(rendered, 'ServiceAccount').metadata);
  const container = at(only(rendered, 'Deployment'), 'spec', 'template', 'spec', 'containers', 0);
  const args = listAt(container, 'args').map((arg) =>
    String(arg)
      .replace('/etc/bulkhead', join(folder, 'configuration'))
      .replace('/var/lib/bulkhead', join(folder, 'state')),
  );
  const elsewhere = ['--kubeconfig', kubeconfig, '--address', '127.0.0.1', '--port', String(port)];
  const child = spawn(process.execPath, [main, ...args, ...elsewhere], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    const code = await exited;
    await rm(folder, { recursive: true, force: true });
    return code;
  };
  try {
    const listens = await eventually(
      'it listens',
      () => {
        const [, found] = /listening on https:\/\/127\.0\.0\.1:(\d+)/.exec(output) ?? [];
        return Promise.resolve(found === undefined ? undefined : Number(found));
      },
      startMillis,
    );
    return { port: listens, output: () => output, stop };
  } catch (error) {
    await stop();
    throw new Error(`${String(error)}; it said:\n${output}`, { cause: error });
  }
}
