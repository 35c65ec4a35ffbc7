// An etcd and a kube-apiserver of a test's own, which it may stop, start and freeze; there are no controllers.
import { spawnSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringAt } from '../../src/k8s/json.ts';
import { findAssets } from '../cluster/assets.ts';
import type { Binaries } from '../cluster/assets.ts';
import { connect } from '../cluster/cluster.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { startDaemon } from '../cluster/daemon.ts';
import type { Daemon } from '../cluster/daemon.ts';
import { issueTokens, layout, writeKubeconfigs, writeServerFiles } from '../cluster/files.ts';
import { apiServerFlags, etcdFlags } from '../cluster/flags.ts';
import { launched, stopAll, whileAlive } from '../cluster/launch.ts';
import type { Attempt } from '../cluster/launch.ts';

export interface ApiServerAlone {
  readonly cluster: Cluster;
  readonly port: number;
  /** Stops the API server and starts it again; what it remembered of the past is lost, what is stored is not. */
  restart(): Promise<void>;
  /** Gives a namespace these labels, and makes it where there is none of that name; null takes a label away. */
  label(name: string, labels: Readonly<Record<string, string | null>>): Promise<void>;
  /** Stops (`STOP`) or continues (`CONT`) the process of etcd, which then answers nobody. */
  signalEtcd(signal: 'STOP' | 'CONT'): void;
  /** Has etcd forget everything before now, as the API server has it do every five minutes. */
  compact(): Promise<void>;
  stop(): Promise<void>;
}

/** `flags` are given to the API server beside its usual ones. */
export async function startApiServerAlone(flags: readonly string[] = []): Promise<ApiServerAlone> {
  const assets = await findAssets(process.env);
  if (!assets.found) throw new Error(assets.reason);
  const { binaries } = assets;
  return launched('bulkhead-alone-', (attempt) => bringUp(binaries, flags, attempt));
}

async function bringUp(
  binaries: Binaries,
  flags: readonly string[],
  attempt: Attempt,
): Promise<ApiServerAlone> {
  const { folder, ports, daemons } = attempt;
  const tokens = issueTokens();
  const server = `https://127.0.0.1:${ports.apiServer}`;
  await mkdir(join(folder, 'home'));
  await writeServerFiles(folder, tokens, undefined);
  await writeKubeconfigs(folder, server, tokens);
  const startServer = (): Daemon =>
    startDaemon(
      'kube-apiserver',
      binaries.apiServer,
      [...apiServerFlags(folder, ports, false), ...flags],
      folder,
    );
  const etcd = startDaemon('etcd', binaries.etcd, etcdFlags(folder, ports), folder);
  daemons.push(etcd, startServer());
  const authority = (): Promise<string> => readFile(layout.authority(folder), 'utf8');
  await whileAlive(daemons, 'the API server made its certificate', async () =>
    (await authority()).includes('END CERTIFICATE'),
  );
  const cluster = connect({
    server,
    authority: await authority(),
    folder,
    kubectl: binaries.kubectl,
    tokens: Object.fromEntries(tokens),
  });
  const ready = (): Promise<void> =>
    whileAlive(
      daemons,
      'the API server was ready',
      async () => (await cluster.call('admin', '/readyz')).status === 200,
    );
  await ready();
  return {
    cluster,
    port: ports.apiServer,
    restart: async () => {
      await daemons.pop()?.stop();
      daemons.push(startServer());
      await ready();
    },
    label: async (name, labels) => {
      const path = '/api/v1/namespaces';
      const body = { metadata: { name, labels } };
      const made = await cluster.call('admin', path, { method: 'POST', body });
      if (made.status === 201) return;
      const { status, text } = await cluster.call('admin', `${path}/${name}`, { method: 'PATCH', body });
      if (status !== 200) throw new Error(`namespace ${name} was not labelled: ${text}`);
    },
    signalEtcd: (signal) => {
      // The daemon's own process is the leash's child.
      const found = spawnSync('pgrep', ['-P', String(etcd.pid), '-x', 'etcd'], { encoding: 'utf8' });
      const pid = Number(found.stdout.trim());
      // To 0 it would go to this process and all that it began.
      if (!(pid > 0)) throw new Error('etcd does not run');
      process.kill(pid, `SIG${signal}`);
    },
    compact: async () => {
      const ask = async (path: string, body: object): Promise<unknown> => {
        const url = `http://127.0.0.1:${ports.etcd}/v3/${path}`;
        const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
        if (!answer.ok) throw new Error(`etcd answered ${answer.status}: ${await answer.text()}`);
        return answer.json();
      };
      const revision = stringAt(await ask('maintenance/status', {}), 'header', 'revision');
      await ask('kv/compaction', { revision, physical: true });
    },
    stop: () => stopAll(attempt),
  };
}
