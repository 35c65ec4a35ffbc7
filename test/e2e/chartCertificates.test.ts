// Generated certificates across upgrades: kept while they are fresh, renewed in their last third, never cutting off the old ones at once.
import { X509Certificate } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { at, only } from '../chart/helm.ts';
import type { Manifest } from '../chart/helm.ts';
import { byChart } from '../chart/values.ts';
import { withHelm } from '../chart/withHelm.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';

const cluster = connect(readConnection(process.env));
const home = 'chart-certificates';
const values = byChart({ fullnameOverride: 'walls-kept', certificates: { days: 30 } });
const day = 24 * 60 * 60 * 1000;

withHelm('generated certificates', (helm) => {
  const upgrade = (): Promise<readonly Manifest[]> =>
    helm.renderAgainst(cluster.kubeconfig('admin'), values, home);
  const secret = (rendered: readonly Manifest[]): Manifest => only(rendered, 'Secret');
  const store = async (stored: unknown): Promise<void> => {
    const applied = await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin: stored });
    expect(applied).toMatchObject({ code: 0 });
  };
  const authorities = (rendered: readonly Manifest[]): readonly string[] => {
    const bundle = Buffer.from(String(at(secret(rendered), 'data', 'ca.crt')), 'base64').toString();
    return bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g) ?? [];
  };
  const leaf = (rendered: readonly Manifest[]): X509Certificate =>
    new X509Certificate(Buffer.from(String(at(secret(rendered), 'data', 'tls.crt')), 'base64'));

  let first: readonly Manifest[];
  beforeAll(async () => {
    await cluster.createNamespace(home);
    first = await upgrade();
    await store(secret(first));
  });

  test('stay while more than a third of their days is left', async () => {
    const again = await upgrade();
    expect(at(secret(again), 'data')).toEqual(at(secret(first), 'data'));
    const bundle = at(
      only(again, 'ValidatingWebhookConfiguration'),
      'webhooks',
      0,
      'clientConfig',
      'caBundle',
    );
    expect(bundle).toBe(at(secret(first), 'data', 'ca.crt'));
  });

  test('are renewed in the last third; both authorities are trusted until the next time', async () => {
    const soon = new Date(Date.now() + 9 * day).toISOString().replace(/\.\d+Z$/, 'Z');
    const metadata = { ...secret(first).metadata, annotations: { 'bulkhead.dev/not-after': soon } };
    await store({ ...secret(first), metadata });
    const renewed = await upgrade();
    const [own, before, ...more] = authorities(renewed).map((pem) => new X509Certificate(pem));
    expect(more).toEqual([]);
    expect(own !== undefined && leaf(renewed).verify(own.publicKey)).toBe(true);
    expect(before !== undefined && leaf(first).verify(before.publicKey)).toBe(true);
    expect(leaf(renewed).serialNumber).not.toBe(leaf(first).serialNumber);

    const expired = { ...secret(renewed).metadata, annotations: { 'bulkhead.dev/not-after': soon } };
    await store({ ...secret(renewed), metadata: expired });
    expect(authorities(await upgrade())).toHaveLength(2);
  });
});
