// The chart's three ways to a serving certificate, checked with the certificates that Helm really made.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { at, listAt, only } from './helm.ts';
import type { Manifest } from './helm.ts';
import { byChart, tenants } from './values.ts';
import { withHelm } from './withHelm.ts';

const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const decoded = (value: unknown): string => Buffer.from(String(value), 'base64').toString();

function bundles(rendered: readonly Manifest[]): readonly unknown[] {
  const configurations = rendered.filter(({ kind }) => kind.endsWith('WebhookConfiguration'));
  return configurations.flatMap((one) =>
    listAt(one, 'webhooks').map((entry) => at(entry, 'clientConfig', 'caBundle')),
  );
}

withHelm('certificates', (helm) => {
  test('generated: a P-256 pair for the Service, signed by the authority in every entry', async () => {
    const rendered = await helm.render(byChart(tenants), 'walls');
    const secret = only(rendered, 'Secret');
    const authority = new X509Certificate(decoded(at(secret, 'data', 'ca.crt')));
    const leaf = new X509Certificate(decoded(at(secret, 'data', 'tls.crt')));
    expect(leaf.checkHost('bulkhead.walls.svc')).toBe('bulkhead.walls.svc');
    expect(leaf.checkIssued(authority) && leaf.verify(authority.publicKey)).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(leaf.checkPrivateKey(createPrivateKey(decoded(at(secret, 'data', 'tls.key'))))).toBe(true);
    expect(new Set(bundles(rendered))).toEqual(new Set([at(secret, 'data', 'ca.crt')]));
    const said = Date.parse(String(at(secret, 'metadata', 'annotations', 'bulkhead.dev/not-after')));
    expect(Math.abs(said - Date.parse(leaf.validTo))).toBeLessThan(60_000);
  });

  test("generated: the authority's key is nowhere", async () => {
    const rendered = await helm.render(tenants);
    expect(Object.keys(Object(at(only(rendered, 'Secret'), 'data')) as object).sort()).toEqual([
      'ca.crt',
      'tls.crt',
      'tls.key',
    ]);
  });

  test('certManager: no Secret and no bundle of ours; cert-manager injects it', async () => {
    const rendered = await helm.render(byChart({ certificates: { mode: 'certManager' } }), 'walls');
    expect(rendered.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    expect(new Set(bundles(rendered))).toEqual(new Set([undefined]));
    for (const one of rendered.filter(({ kind }) => kind.endsWith('WebhookConfiguration')))
      expect(at(one, 'metadata', 'annotations', 'cert-manager.io/inject-ca-from')).toBe('walls/bulkhead');
    const certificate = only(rendered, 'Certificate', 'bulkhead');
    expect(at(certificate, 'spec', 'dnsNames')).toContain('bulkhead.walls.svc');
    expect(at(certificate, 'spec', 'secretName')).toBe(mountedSecret(rendered));
    expect(rendered.filter(({ kind }) => kind === 'Issuer')).toHaveLength(2);
  });

  test('certManager: an issuer of your own replaces those of the chart', async () => {
    const issuerRef = { name: 'corporate', kind: 'ClusterIssuer', group: 'cert-manager.io' };
    const rendered = await helm.render({ certificates: { mode: 'certManager', issuerRef } });
    expect(rendered.filter(({ kind }) => kind === 'Issuer')).toEqual([]);
    expect(at(only(rendered, 'Certificate'), 'spec', 'issuerRef')).toEqual(issuerRef);
  });

  test('secret: an existing Secret is mounted and its authority registered', async () => {
    const certificates = { mode: 'secret', secretName: 'mine', caBundle: pem };
    const rendered = await helm.render(byChart({ certificates }));
    expect(rendered.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    expect(mountedSecret(rendered)).toBe('mine');
    expect(new Set(bundles(rendered).map(decoded))).toEqual(new Set([pem]));
  });

  test.each([
    ['a name', { mode: 'secret', caBundle: pem }, 'certificates.secretName is needed'],
    ['a bundle', { mode: 'secret', secretName: 'mine' }, 'certificates.caBundle is needed'],
  ])('secret: without %s nothing is rendered', async (_what, certificates, message) => {
    await expect(helm.render(byChart({ certificates }))).rejects.toThrow(message);
  });
});

function mountedSecret(rendered: readonly Manifest[]): unknown {
  const volumes = listAt(only(rendered, 'Deployment'), 'spec', 'template', 'spec', 'volumes');
  return at(
    volumes.find((volume) => at(volume, 'name') === 'certificates'),
    'secret',
    'secretName',
  );
}
