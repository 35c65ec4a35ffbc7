// PolicyReports and OpenReports that a leader keeps, and Events on denials, on a real API server: one in each namespace, written when something changes, emptied when nothing is left.
import { request } from 'node:https';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { installKinds } from './ownKinds.ts';
import { openReportKinds, policyReportKinds } from './policyReportKinds.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';
import { listAt, ownAt, stringAt } from '../../src/k8s/json.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';

const cluster = connect(readConnection(process.env));
const group = '/apis/wgpolicyk8s.io/v1alpha2';
const openGroup = '/apis/openreports.io/v1alpha1';
const namespace = 'reported';
let folder: string;
let product: Product;

const stored = async (path: string): Promise<unknown> => {
  const { status, body } = await cluster.call('admin', path);
  return status === 200 ? body : undefined;
};
const report = (): Promise<unknown> => stored(`${group}/namespaces/${namespace}/policyreports/bulkhead`);
const openReport = (): Promise<unknown> => stored(`${openGroup}/namespaces/${namespace}/reports/bulkhead`);
const served = (kinds: object, path: string): Promise<unknown> =>
  apply(kinds).then(() => eventually('the reports are served', () => stored(path)));
const open = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'open', namespace },
  spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] },
};
const apply = async (stdin: unknown): Promise<void> => {
  expect(await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin: stdin as object })).toMatchObject({
    code: 0,
  });
};

beforeAll(async () => {
  await installKinds(cluster);
  await served(policyReportKinds, `${group}/policyreports`);
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bulkhead-system' } });
  const labels = { 'bulkhead.dev/tenant': 'reported' };
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
  await apply(open);
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-reports-'));
  const config = join(folder, 'configuration.yaml');
  await writeFile(
    config,
    `apiVersion: config.bulkhead.dev/v1alpha1
kind: Configuration
webhook: { url: "https://127.0.0.1:1", register: false }
controllers: { reports: true, events: true, reportsEvery: 1s, namespace: bulkhead-system }
`,
  );
  const rules = join(folder, 'rules.yaml');
  await writeFile(
    rules,
    `apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata: {name: reported}
spec:
  namespaceSelector: {matchLabels: {bulkhead.dev/tenant: reported}}
  floor: {mode: Audit}
  egress: [{to: [{sameLabels: [bulkhead.dev/tenant]}]}]
`,
  );
  product = await startProduct(cluster, { rules, config });
}, 120_000);

afterAll(async () => {
  await product.discard();
  await cluster.kubectl('admin', ['delete', 'namespace', namespace, '--wait=false']);
  // Other files have reports of the older form.
  await cluster.kubectl('admin', ['delete', '-f', '-', '--ignore-not-found'], { stdin: openReportKinds });
  await rm(folder, { recursive: true, force: true });
});

test('a report tells what is stored and would be refused, with its witness', async () => {
  const found = await eventually('the report is written', report, 60_000);
  const [first] = listAt(found, 'results').filter((result) => stringAt(result, 'rule') === 'boundary.egress');
  expect(first).toMatchObject({
    source: 'bulkhead',
    policy: 'reported',
    result: 'fail',
    severity: 'high',
    resources: [{ kind: 'NetworkPolicy', namespace, name: 'open' }],
  });
  expect(stringAt(first, 'properties', 'witness')).toContain('"direction":"Egress"');
  expect(ownAt(found, 'summary', 'fail')).toBeGreaterThanOrEqual(1);
}, 90_000);

test('nothing is written again while nothing changes, and an emptied report says so', async () => {
  const version = stringAt(await report(), 'metadata', 'resourceVersion');
  // Longer than one scan and the pause after it.
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  expect(stringAt(await report(), 'metadata', 'resourceVersion')).toBe(version);
  await cluster.kubectl('admin', ['delete', 'networkpolicy', 'open', '-n', namespace]);
  await eventually(
    'the denial is gone from the report',
    async () =>
      !listAt(await report(), 'results').some((result) => stringAt(result, 'rule') === 'boundary.egress'),
    60_000,
  );
}, 120_000);

/** Sends a review of a policy that opens everything, past the API server. */
function review(dryRun: boolean): Promise<string> {
  const spec = { podSelector: {}, policyTypes: ['Egress'], egress: [{}] };
  const body = JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: `u-${String(dryRun)}`,
      kind: { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy' },
      resource: { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' },
      name: 'secretive',
      namespace,
      operation: 'CREATE',
      userInfo: { username: 'dev', groups: [] },
      object: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'secretive', namespace },
        spec,
      },
      oldObject: null,
      dryRun,
    },
  });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request(
      `${product.url}/validate`,
      { method: 'POST', rejectUnauthorized: false, headers },
      (response) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('end', () => resolve(text));
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

test('where OpenReports come to be served, the report is one of them, and the older one is emptied', async () => {
  const isDenial = (result: unknown): boolean => stringAt(result, 'rule') === 'boundary.egress';
  await apply(open);
  await eventually(
    'the denial is in the report again',
    async () => listAt(await report(), 'results').some(isDenial),
    60_000,
  );
  await served(openReportKinds, `${openGroup}/reports`);
  const found = await eventually('the OpenReport is written', openReport, 60_000);
  expect(found).toMatchObject({
    apiVersion: 'openreports.io/v1alpha1',
    kind: 'Report',
    source: 'bulkhead',
    metadata: { name: 'bulkhead', labels: { 'app.kubernetes.io/managed-by': 'bulkhead' } },
  });
  const [denial] = listAt(found, 'results').filter(isDenial);
  expect(denial).toMatchObject({
    policy: 'reported',
    result: 'fail',
    severity: 'high',
    resources: [{ kind: 'NetworkPolicy', namespace, name: 'open' }],
  });
  expect(stringAt(denial, 'properties', 'witness')).toContain('"direction":"Egress"');
  await eventually(
    'the older report is empty',
    async () => listAt(await report(), 'results').length === 0,
    60_000,
  );
  // Nothing is written while nothing changes, in either form.
  const versions = async (): Promise<unknown> =>
    (await Promise.all([report(), openReport()])).map((one) => stringAt(one, 'metadata', 'resourceVersion'));
  const before = await versions();
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  expect(await versions()).toEqual(before);
}, 180_000);

test('denials are one Event on the rule, without a word of the request; dry runs are none', async () => {
  for (const dryRun of [true, false, false]) expect(await review(dryRun)).toContain('"allowed":false');
  const events = async (): Promise<readonly unknown[]> => {
    const { body } = await cluster.call(
      'admin',
      '/api/v1/namespaces/default/events?fieldSelector=reason%3DDenied',
    );
    return listAt(body, 'items').filter((event) => stringAt(event, 'involvedObject', 'name') === 'reported');
  };
  const found = await eventually('an Event is written', async () => {
    const all = await events();
    return all.length > 0 && all;
  });
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ type: 'Warning', count: 2, involvedObject: { kind: 'Boundary' } });
  expect(stringAt(found[0], 'message')).toContain('boundary.egress (2)');
  expect(JSON.stringify(found[0])).not.toContain('secretive');
}, 60_000);
