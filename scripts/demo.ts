/** `npm run demo`: a real control plane, Bulkhead in it, and the examples applied with kubectl; ends on Ctrl-C, or at once with `--once`. */
import { once } from 'node:events';
import { join } from 'node:path';
import { findAssets } from '../test/cluster/assets.ts';
import { connect } from '../test/cluster/cluster.ts';
import type { Cluster } from '../test/cluster/cluster.ts';
import { connectionVariable, readConnection } from '../test/cluster/connection.ts';
import { startControlPlane } from '../test/cluster/controlPlane.ts';
import { eventually } from '../test/cluster/eventually.ts';
import { startProduct } from '../test/e2e/product.ts';
import type { Product } from '../test/e2e/product.ts';
import { otherPolicyKind, otherPolicyRole } from './demo/objects.ts';
import { showStored, tour } from './demo/tour.ts';

const root = join(import.meta.dirname, '..');
const atOnce = process.argv.includes('--once');
const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());

async function applied(cluster: Cluster, args: readonly string[], stdin?: unknown): Promise<void> {
  const { code, stderr } = await cluster.kubectl('admin', ['apply', '-f', ...args], { stdin });
  if (code !== 0) throw new Error(`what the examples need was refused: ${stderr}`);
}

/** Namespaces of two tenants, where pods can be created, and a policy kind of another network plugin. */
async function prepare(cluster: Cluster): Promise<void> {
  await applied(cluster, ['-'], otherPolicyKind);
  await applied(cluster, ['-'], otherPolicyRole);
  const crd = `crd/${otherPolicyKind.metadata.name}`;
  await cluster.kubectl('admin', ['wait', '--for=condition=Established', crd]);
  await applied(cluster, [join(root, 'examples', 'inventory')]);
  // Where the product's ServiceAccount lives, and the Lease by which it leads.
  await applied(cluster, ['-'], {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'bulkhead-system' },
  });
  for (const namespace of ['payments-prod', 'payments-web-prod', 'payments-vault']) {
    const account = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
    const there = async (): Promise<boolean> => (await cluster.call('admin', account)).status === 200;
    await eventually(`${namespace} is ready for pods`, there);
  }
}

/** What other tests of the same control plane would meet; the namespaces are those that they make too. */
async function cleared(cluster: Cluster): Promise<void> {
  for (const stdin of [otherPolicyRole, otherPolicyKind]) {
    const { code, stderr } = await cluster.kubectl('admin', ['delete', '-f', '-'], { stdin });
    if (code !== 0) throw new Error(`what the examples needed is still there: ${stderr}`);
  }
}

/** How many calls its decision log has: what it was asked, and how that came out. */
async function counted(product: Product): Promise<string> {
  return `${(await product.decisions()).length} calls decided`;
}

async function farewell(cluster: Cluster): Promise<void> {
  tell('\nIt goes on until Ctrl-C. As a developer of tenant payments, in another terminal:');
  tell(`    export KUBECONFIG=${cluster.kubeconfig('dev-payments')}`);
  tell(`    ${cluster.connection.kubectl} apply -f examples/bad/01-allow-all-egress.yaml`);
  if (!interruption.signal.aborted) await once(interruption.signal, 'abort');
}

/** `leave` is how the product is taken out again: a control plane of our own goes with it, and on Ctrl-C it is going already. */
async function demonstrate(cluster: Cluster, leave: 'discard' | 'remove'): Promise<number> {
  tell('Preparing the namespaces of examples/inventory.');
  await prepare(cluster);
  const options = {
    rules: join(root, 'policies', 'tenant-isolation'),
    config: join(root, 'examples', 'bulkhead.yaml'),
  };
  const product = await startProduct(cluster, options);
  try {
    await product.register();
    tell(`Bulkhead decides at ${product.url}, by policies/ and examples/bulkhead.yaml.`);
    tell('From here on a developer of tenant payments speaks, and every answer is the API server’s.');
    const { admitted, refused, surprises } = await tour(cluster, tell, interruption.signal);
    await showStored(cluster, tell);
    tell(`\n${admitted} manifests admitted, ${refused} refused; ${await counted(product)}.`);
    for (const surprise of surprises) tell(`NOT AS ITS FOLDER SAYS: ${surprise}`);
    if (!atOnce) await farewell(cluster);
    return surprises.length === 0 ? 0 : 1;
  } finally {
    await product[leave]();
    if (leave === 'remove') await cleared(cluster);
  }
}

async function withControlPlane(): Promise<number> {
  const assets = await findAssets(process.env);
  if (!assets.found) {
    tell(`There is no control plane to show it in: ${assets.reason}.`);
    tell('Build one, once, in about ten minutes (needs Go 1.26): npm run cluster:build');
    return 2;
  }
  tell(`Starting etcd, kube-apiserver and kube-controller-manager from ${assets.source}.`);
  const controlPlane = await startControlPlane(assets.binaries);
  try {
    return await demonstrate(controlPlane.cluster, 'discard');
  } finally {
    await controlPlane.stop();
  }
}

try {
  process.exitCode =
    process.env[connectionVariable] === undefined
      ? await withControlPlane()
      : await demonstrate(connect(readConnection(process.env)), 'remove');
} catch (error) {
  // Ctrl-C reaches the control plane and kubectl too: what they say then is no news.
  if (!interruption.signal.aborted) throw error;
  process.exitCode = 130;
}
