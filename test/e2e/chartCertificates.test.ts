// Certificates of the chart as it comes: its replicas make them from nothing under its own ServiceAccount, and Helm leaves them alone until it uninstalls.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { installKinds, removeRules } from './ownKinds.ts';
import { isObeyed } from './product.ts';
import { at } from '../chart/helm.ts';
import type { Manifest } from '../chart/helm.ts';
import { startRelease } from '../chart/release.ts';
import type { Release } from '../chart/release.ts';
import { withHelm } from '../chart/withHelm.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';
import { freePorts } from '../cluster/ports.ts';
import { read } from '../../src/controllers/certificates/held.ts';

const cluster = connect(readConnection(process.env));
const [home, managed, name] = ['chart-certificates', 'chart-managed', 'walls-kept'];
const admin = cluster.kubeconfig('admin');
const secretIn = (namespace: string): string =>
  `/api/v1/namespaces/${namespace}/secrets/${name}-certificates`;

withHelm('certificates of the chart as it comes', (helm) => {
  let rendered: readonly Manifest[];
  let replicas: readonly Release[];
  let url: string;
  const removeClusterWide = async (): Promise<void> => {
    const items = rendered.filter(({ metadata }) => metadata.namespace === undefined);
    const stdin = { apiVersion: 'v1', kind: 'List', items };
    await cluster.kubectl('admin', ['delete', '--ignore-not-found', '-f', '-'], { stdin });
  };

  beforeAll(async () => {
    await installKinds(cluster);
    for (const namespace of [home, managed]) await cluster.createNamespace(namespace);
    const all = await helm.render({ fullnameOverride: name }, home);
    rendered = all.filter((one) => at(one, 'metadata', 'annotations', 'helm.sh/hook') === undefined);
    const stdin = { apiVersion: 'v1', kind: 'List', items: rendered };
    expect(await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin })).toMatchObject({ code: 0 });
    const [port = 0] = await freePorts(1);
    url = `https://127.0.0.1:${port}`;
    replicas = await Promise.all([
      startRelease(cluster, rendered, { port, url }),
      startRelease(cluster, rendered, { url }),
    ]);
  });
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    for (const kind of ['validatingwebhookconfiguration', 'mutatingwebhookconfiguration'])
      await cluster.kubectl('admin', ['delete', kind, name, '--ignore-not-found']);
    await removeClusterWide();
    await cluster.kubectl('admin', ['--namespace', home, 'delete', 'deployment', name]);
    await removeRules(cluster);
  });

  test('two replicas make one pair from nothing, register it, and API servers obey', async () => {
    const { body } = await cluster.call('admin', secretIn(home));
    expect(read(body)).toMatchObject({ phase: 'Stable' });
    await eventually('the API server obeys', () => isObeyed(cluster));
  });

  test('their ServiceAccount may do that with one Secret, and nothing was forbidden to it', async () => {
    const who = ['--as', `system:serviceaccount:${home}:${name}`, '--namespace', home];
    const { stdout } = await cluster.kubectl('admin', ['auth', 'can-i', '--list', '--no-headers', ...who]);
    const secrets = stdout.split('\n').filter((line) => line.startsWith('secrets'));
    expect(secrets.map((line) => line.trim().replaceAll(/\s+/g, ' '))).toEqual([
      `secrets [] [${name}-certificates] [create get list patch watch]`,
    ]);
    for (const replica of replicas) expect(replica.output()).not.toMatch(/forbidden/i);
  });

  test('what kubectl or Helm applies again leaves them alone', async () => {
    const before = read((await cluster.call('admin', secretIn(home))).body);
    const stdin = { apiVersion: 'v1', kind: 'List', items: rendered };
    expect(await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin })).toMatchObject({ code: 0 });
    expect(read((await cluster.call('admin', secretIn(home))).body)).toEqual(before);
  });

  test('helm upgrade leaves what is in the Secret, helm uninstall takes it away', async () => {
    const values = { fullnameOverride: name, webhooks: { enabled: false } };
    // What is in no namespace is that of the other release, by name; Helm may have it only once that is gone.
    await removeClusterWide();
    await helm.release('install', admin, values, managed);
    const { body } = await cluster.call('admin', secretIn(home));
    const stdin = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `${name}-certificates`, annotations: { 'bulkhead.dev/phase': 'Stable' } },
      data: at(body, 'data'),
    };
    const args = ['--namespace', managed, 'apply', '--server-side', '--field-manager=bulkhead', '-f', '-'];
    expect(await cluster.kubectl('admin', args, { stdin })).toMatchObject({ code: 0 });
    const held = async (): Promise<unknown> => read((await cluster.call('admin', secretIn(managed))).body);
    const before = await held();
    expect(before).toBeDefined();
    await helm.release('upgrade', admin, { ...values, replicaCount: 3 }, managed);
    expect(await held()).toEqual(before);
    await helm.release('uninstall', admin, {}, managed);
    expect((await cluster.call('admin', secretIn(managed))).status).toBe(404);
  });
});
