// Starts a real etcd, kube-apiserver and kube-controller-manager in a temporary folder, and stops them whatever happened.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accessRules } from './accessRules.ts';
import type { Binaries } from './assets.ts';
import { connect } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { startDaemon } from './daemon.ts';
import type { Daemon } from './daemon.ts';
import { issueTokens, layout, writeKubeconfigs, writeServerFiles } from './files.ts';
import type { WebhookClient } from './files.ts';
import { apiServerFlags, controllerManagerFlags, etcdFlags } from './flags.ts';
import { launched, stopAll, whileAlive } from './launch.ts';
import type { Attempt } from './launch.ts';
import { parameterKinds } from './parameterKinds.ts';

export interface ControlPlaneOptions {
  readonly webhookClient?: WebhookClient;
}

export interface ControlPlane {
  readonly cluster: Cluster;
  readonly daemons: readonly Daemon[];
  /** Ends the three processes and removes the folder. Safe to call twice. */
  stop(): Promise<void>;
}

/** Brings the daemons up in order. */
async function bringUp(
  binaries: Binaries,
  options: ControlPlaneOptions,
  { folder, ports, daemons }: Attempt,
): Promise<Cluster> {
  const server = `https://127.0.0.1:${ports.apiServer}`;
  const tokens = issueTokens();
  await mkdir(join(folder, 'home'));
  await writeServerFiles(folder, tokens, options.webhookClient);
  await writeKubeconfigs(folder, server, tokens);

  daemons.push(startDaemon('etcd', binaries.etcd, etcdFlags(folder, ports), folder));
  const withAdmission = options.webhookClient !== undefined;
  daemons.push(
    startDaemon('kube-apiserver', binaries.apiServer, apiServerFlags(folder, ports, withAdmission), folder),
  );
  await whileAlive(daemons, 'the API server made its certificate', async () =>
    (await readFile(layout.authority(folder), 'utf8')).includes('END CERTIFICATE'),
  );
  const cluster = connect({
    server,
    authority: await readFile(layout.authority(folder), 'utf8'),
    folder,
    kubectl: binaries.kubectl,
    tokens: Object.fromEntries(tokens),
  });
  await whileAlive(
    daemons,
    'the API server was ready',
    async () => (await cluster.call('admin', '/readyz')).status === 200,
  );
  daemons.push(
    startDaemon(
      'kube-controller-manager',
      binaries.controllerManager,
      controllerManagerFlags(folder),
      folder,
    ),
  );
  for (const stdin of [accessRules, parameterKinds]) {
    const applied = await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin });
    if (applied.code !== 0) throw new Error(`what every test needs was not accepted: ${applied.stderr}`);
  }
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  await whileAlive(
    daemons,
    'the controller manager worked',
    async () => (await cluster.call('admin', account)).status === 200,
  );
  return cluster;
}

/** A control plane that is ready for namespaces and pods: about ten seconds. There are no nodes, so pods stay Pending. */
export const startControlPlane = (
  binaries: Binaries,
  options: ControlPlaneOptions = {},
): Promise<ControlPlane> =>
  launched('bulkhead-cluster-', async (attempt) => {
    const cluster = await bringUp(binaries, options, attempt);
    return { cluster, daemons: attempt.daemons, stop: () => stopAll(attempt) };
  });
