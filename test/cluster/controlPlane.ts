// Starts a real etcd, kube-apiserver and kube-controller-manager in a temporary folder, and stops them whatever happened.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessRules } from './accessRules.ts';
import type { Binaries } from './assets.ts';
import { connect } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { lastLines, startDaemon } from './daemon.ts';
import type { Daemon } from './daemon.ts';
import { eventually } from './eventually.ts';
import { issueTokens, layout, writeKubeconfigs, writeServerFiles } from './files.ts';
import type { WebhookClient } from './files.ts';
import { apiServerFlags, controllerManagerFlags, etcdFlags } from './flags.ts';
import type { Ports } from './flags.ts';
import { parameterKinds } from './parameterKinds.ts';
import { freePorts } from './ports.ts';

export interface ControlPlaneOptions {
  readonly webhookClient?: WebhookClient;
}

export interface ControlPlane {
  readonly cluster: Cluster;
  readonly daemons: readonly Daemon[];
  /** Ends the three processes and removes the folder. Safe to call twice. */
  stop(): Promise<void>;
}

async function pickPorts(): Promise<Ports> {
  const [etcd = 0, etcdPeer = 0, apiServer = 0] = await freePorts(3);
  return { etcd, etcdPeer, apiServer };
}

/** Waits for `ask`, but no longer than the daemons live. */
async function whileAlive(
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
    60_000,
  );
  if (dead !== 'ready') throw new Error(`${dead.name} ended before ${what}:\n${await lastLines(dead)}`);
}

async function stopAll(daemons: readonly Daemon[], folder: string): Promise<void> {
  // Clients first: etcd last, or the API server would wait for it.
  for (const daemon of daemons.toReversed()) await daemon.stop();
  await rm(folder, { recursive: true, force: true });
}

/** Brings the daemons up in order; each is in `daemons` as soon as it runs, so that a failure can stop it. */
async function bringUp(
  binaries: Binaries,
  options: ControlPlaneOptions,
  folder: string,
  daemons: Daemon[],
): Promise<Cluster> {
  const ports = await pickPorts();
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

async function attempt(binaries: Binaries, options: ControlPlaneOptions): Promise<ControlPlane> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-cluster-'));
  const daemons: Daemon[] = [];
  try {
    const cluster = await bringUp(binaries, options, folder, daemons);
    return { cluster, daemons, stop: () => stopAll(daemons, folder) };
  } catch (error) {
    await stopAll(daemons, folder);
    throw error;
  }
}

/**
 * A control plane that is ready for namespaces and pods: about ten seconds. There are no nodes, so pods stay Pending. Somebody else may
 * take a port between picking and using it; then it is tried again, twice.
 */
export async function startControlPlane(
  binaries: Binaries,
  options: ControlPlaneOptions = {},
): Promise<ControlPlane> {
  for (let left = 2; ; left -= 1) {
    try {
      return await attempt(binaries, options);
    } catch (error) {
      const collision = error instanceof Error && error.message.includes('address already in use');
      if (left === 0 || !collision) throw error;
    }
  }
}
