// Manifest-based admission control (KEP-5793) on a real API server: the files and the settings of docs/disaster.md leave no gap, and nobody deletes them by the API.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startApiServerAlone } from './apiServerAlone.ts';
import type { ApiServerAlone } from './apiServerAlone.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';
import { policies } from '../chart/objects.ts';
import { main } from '../chart/release.ts';
import type { ApiAnswer } from '../cluster/apiCall.ts';
import { accessRules } from '../cluster/accessRules.ts';
import { eventually } from '../cluster/eventually.ts';
import { freePorts } from '../cluster/ports.ts';
import { blocksOf } from '../docs/markdown.ts';
import { makeAuthority, makeServing } from '../../src/server/tls/issue.ts';

const page = join(import.meta.dirname, '../../docs/disaster.md');
const kinds = ['validating', 'mutating'] as const;
let folder: string;
let port: number;
let alone: ApiServerAlone;
let product: Product | undefined;

const inFolder = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-static-'));
  for (const kind of kinds) await mkdir(inFolder(kind));
  const now = new Date();
  const authority = await makeAuthority('static', now, 1);
  const serving = await makeServing(authority, 'static', ['127.0.0.1'], now, 1);
  await writeFile(inFolder('ca.crt'), authority.certificate);
  await writeFile(inFolder('tls.crt'), serving.certificate);
  await writeFile(inFolder('tls.key'), serving.key, { mode: 0o600 });
  await writeFile(
    inFolder('bulkhead.yaml'),
    `apiVersion: config.bulkhead.dev/v1alpha1
kind: Configuration
controllers: { enabled: false }
webhook: { register: false }
certificates: { mode: files, certFile: ${inFolder('tls.crt')}, keyFile: ${inFolder('tls.key')} }
`,
  );
  await writeFile(
    inFolder('boundary.yaml'),
    `apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata: { name: static }
spec:
  namespaceSelector: { matchLabels: { static.example/tenant: a } }
  floor: { mode: Audit }
  egress: []
`,
  );
  // The settings of the page, but for where the folders are.
  const blocks = blocksOf(await readFile(page, 'utf8'), page);
  const settings = blocks.find(({ code }) => code.includes('AdmissionConfiguration'))?.code ?? '';
  await writeFile(inFolder('admission.yaml'), settings.replaceAll('/etc/kubernetes/bulkhead', folder));
  [port = 0] = await freePorts(1);
  alone = await startApiServerAlone([
    '--feature-gates=ManifestBasedAdmissionControlConfig=true',
    `--admission-control-config-file=${inFolder('admission.yaml')}`,
  ]);
  const { cluster } = alone;
  expect(await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin: accessRules })).toMatchObject({
    code: 0,
  });
  await eventually('RBAC knows', async () => {
    const { status } = await cluster.call('dev-payments', policies('tenant'));
    return status === 200;
  });
  const tenant = { metadata: { name: 'tenant', labels: { 'static.example/tenant': 'a' } } };
  expect((await cluster.call('admin', '/api/v1/namespaces', { method: 'POST', body: tenant })).status).toBe(
    201,
  );
});
afterAll(async () => {
  await product?.discard();
  await alone.stop();
  await rm(folder, { recursive: true });
});

const create = (egress: readonly object[]): Promise<ApiAnswer> =>
  alone.cluster.call('dev-payments', `${policies('tenant')}?dryRun=All`, {
    method: 'POST',
    body: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'one' },
      spec: { podSelector: {}, policyTypes: ['Egress'], egress },
    },
  });
const nobodyAnswers = ({ status, text }: ApiAnswer): boolean =>
  status === 500 && text.includes('failed calling webhook');

test('files that are put there are in force at once, with nobody to answer', async () => {
  expect(await create([{}])).toMatchObject({ status: 201 });
  for (const kind of kinds) {
    const args = ['webhooks', '--url', `https://127.0.0.1:${port}`, '--only', kind];
    const given = ['--rules', inFolder('boundary.yaml'), '--config', inFolder('bulkhead.yaml')];
    const named = ['--name', 'bulkhead.static.k8s.io', '--ca', inFolder('ca.crt')];
    const env = { PATH: process.env['PATH'] };
    const all = [main, ...args, ...given, ...named];
    const { stdout } = await promisify(execFile)(process.execPath, all, { env });
    // Whole or not at all.
    await writeFile(inFolder('new'), stdout);
    await rename(inFolder('new'), join(folder, kind, 'bulkhead.yaml'));
  }
  await eventually('the API server asks', async () => nobodyAnswers(await create([])));
});

test('an API server that starts refuses the first request already', async () => {
  await alone.restart();
  expect(nobodyAnswers(await create([]))).toBe(true);
});

test('nobody sees them by the API, and nobody deletes them there', async () => {
  const kind = 'validatingwebhookconfigurations';
  const listed = await alone.cluster.kubectl('admin', ['get', kind, '-o', 'name']);
  expect(listed).toMatchObject({ code: 0, stdout: '' });
  await alone.cluster.kubectl('admin', ['delete', kind, 'bulkhead.static.k8s.io']);
  expect(nobodyAnswers(await create([]))).toBe(true);
});

test('a replica that answers decides', async () => {
  const config = inFolder('bulkhead.yaml');
  product = await startProduct(alone.cluster, { rules: inFolder('boundary.yaml'), config, port });
  await eventually('it decides', async () => (await create([])).status === 201);
  const refused = await create([{}]);
  expect(refused.status).toBe(403);
  expect(refused.text).toContain('boundary \\"static\\"');
});

test('removing the files is breaking the glass, without a restart', async () => {
  for (const kind of kinds) await rm(join(folder, kind, 'bulkhead.yaml'));
  await eventually('nothing is judged', async () => (await create([{}])).status === 201);
});
