// Runs the product outside the cluster as a pod of the chart would: its arguments, its mounted files, its ServiceAccount's token.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import { at, listAt, only } from './helm.ts';
import type { Manifest } from './helm.ts';

const main = join(import.meta.dirname, '../../src/main.ts');

export interface Release {
  readonly port: number;
  /** Everything that it wrote to standard output and standard error. */
  output(): string;
  /** Asks it to stop; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Writes ConfigMaps as the kubelet mounts them: behind symbolic links, so that all files change at once. */
async function mountConfiguration(folder: string, rendered: readonly Manifest[]): Promise<void> {
  const volume = listAt(only(rendered, 'Deployment'), 'spec', 'template', 'spec', 'volumes').find(
    (one) => at(one, 'name') === 'configuration',
  );
  const real = join(folder, '..2026_11_21_00_00_00.000000001');
  await mkdir(join(real, 'rules'), { recursive: true });
  for (const source of listAt(volume, 'projected', 'sources')) {
    const map = only(rendered, 'ConfigMap', String(at(source, 'configMap', 'name')));
    for (const item of listAt(source, 'configMap', 'items'))
      await writeFile(join(real, String(at(item, 'path'))), String(at(map, 'data', String(at(item, 'key')))));
  }
  await symlink('..2026_11_21_00_00_00.000000001', join(folder, '..data'));
  for (const name of ['config.yaml', 'rules']) await symlink(join('..data', name), join(folder, name));
}

/** A kubeconfig with a token of the release's own ServiceAccount. */
async function kubeconfig(cluster: Cluster, file: string, rendered: readonly Manifest[]): Promise<void> {
  const { name, namespace = '' } = only(rendered, 'ServiceAccount').metadata;
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

/** Starts it on a free loopback port; resolves once it listens. */
export async function startRelease(cluster: Cluster, rendered: readonly Manifest[]): Promise<Release> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-release-'));
  await mountConfiguration(folder, rendered);
  await kubeconfig(cluster, join(folder, 'kubeconfig'), rendered);
  for (const file of ['tls.crt', 'tls.key', 'ca.crt']) {
    const data = Buffer.from(String(at(only(rendered, 'Secret'), 'data', file)), 'base64');
    await writeFile(join(folder, file), data, { mode: 0o600 });
  }
  const container = at(only(rendered, 'Deployment'), 'spec', 'template', 'spec', 'containers', 0);
  const args = listAt(container, 'args').map((arg) =>
    String(arg).replace('/etc/bulkhead', folder).replace('/var/lib/bulkhead', join(folder, 'state')),
  );
  const elsewhere = ['--kubeconfig', join(folder, 'kubeconfig'), '--address', '127.0.0.1', '--port', '0'];
  const child = spawn(process.execPath, [main, ...args, ...elsewhere], {
    env: {
      PATH: process.env['PATH'],
      BULKHEAD_CERTIFICATES_CERT_FILE: join(folder, 'tls.crt'),
      BULKHEAD_CERTIFICATES_KEY_FILE: join(folder, 'tls.key'),
      BULKHEAD_CERTIFICATES_CA_FILE: join(folder, 'ca.crt'),
    },
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
    const port = await eventually('it listens', () => {
      const [, found] = /listening on https:\/\/127\.0\.0\.1:(\d+)/.exec(output) ?? [];
      return Promise.resolve(found === undefined ? undefined : Number(found));
    });
    return { port, output: () => output, stop };
  } catch (error) {
    await stop();
    throw new Error(`${String(error)}; it said:\n${output}`, { cause: error });
  }
}
