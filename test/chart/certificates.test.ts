// The chart's three ways to a serving certificate: kept by Bulkhead itself, by cert-manager, or in a Secret of one's own.
import { expect, test } from '@jest/globals';
import { at, listAt, only } from './helm.ts';
import type { Manifest, Values } from './helm.ts';
import { readConfiguration } from './readBack.ts';
import { authority as pem, byChart, tenants } from './values.ts';
import { withHelm } from './withHelm.ts';

const decoded = (value: unknown): string => Buffer.from(String(value), 'base64').toString();

function bundles(rendered: readonly Manifest[]): readonly unknown[] {
  const configurations = rendered.filter(({ kind }) => kind.endsWith('WebhookConfiguration'));
  return configurations.flatMap((one) =>
    listAt(one, 'webhooks').map((entry) => at(entry, 'clientConfig', 'caBundle')),
  );
}

withHelm('certificates', (helm) => {
  test('selfManaged: one empty Secret, which its ServiceAccount may write and nobody mounts', async () => {
    const rendered = await helm.render(tenants, 'walls');
    const secret = only(rendered, 'Secret', 'bulkhead-certificates');
    expect(secret).not.toHaveProperty('data');
    expect(secret).not.toHaveProperty('type');
    expect(mountedSecret(rendered)).toBeUndefined();
    expect(readConfiguration(rendered).certificates).toMatchObject({
      mode: 'selfManaged',
      secret: 'walls/bulkhead-certificates',
      certFile: null,
    });
    const role = only(rendered, 'Role', 'bulkhead-certificates');
    expect(role.metadata.namespace).toBe('walls');
    expect(at(role, 'rules')).toEqual([
      {
        apiGroups: [''],
        resources: ['secrets'],
        resourceNames: ['bulkhead-certificates'],
        verbs: ['create', 'get', 'list', 'patch', 'watch'],
      },
    ]);
    expect(at(only(rendered, 'RoleBinding', 'bulkhead-certificates'), 'subjects')).toEqual([
      { kind: 'ServiceAccount', name: 'bulkhead', namespace: 'walls' },
    ]);
  });

  test.each<[string, Values, string]>([
    ['Helm registers', { webhooks: { registeredBy: 'Chart' } }, 'needs webhooks.registeredBy Bulkhead'],
    [
      'nobody writes',
      { webhooks: { enabled: false }, configuration: { controllers: { enabled: false } } },
      'nobody would make certificates',
    ],
  ])('selfManaged: where %s nothing is rendered', async (_what, values, message) => {
    await expect(helm.render(values)).rejects.toThrow(message);
  });

  test.each<[string, Values]>([
    ['certManager', { certificates: { mode: 'certManager' } }],
    ['secret', { certificates: { mode: 'secret', secretName: 'mine', caBundle: pem } }],
  ])('%s: no right to any Secret', async (_mode, values) => {
    for (const role of (await helm.render(values)).filter(({ kind }) => kind.endsWith('Role')))
      expect(JSON.stringify(role)).not.toContain('secrets');
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
