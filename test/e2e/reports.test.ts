// PolicyReports and OpenReports that a leader keeps, and Events on denials, on a real API server: one in each namespace, written when something changes, emptied when nothing is left.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { installKinds, removeRules } from './ownKinds.ts';
import { openReportKinds, policyReportKinds } from './policyReportKinds.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';
import { review } from './reviewOf.ts';
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
  // The names that it recorded.
  await removeRules(cluster);
  for (const stdin of [openReportKinds, policyReportKinds])
    await cluster.kubectl('admin', ['delete', '-f', '-', '--ignore-not-found'], { stdin });
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

/** Nothing changes: for longer than one scan and the pause after it, which is ten seconds at least, these stay as they are. */
async function stay(...all: readonly (() => Promise<unknown>)[]): Promise<void> {
  const versions = (): Promise<readonly unknown[]> =>
    Promise.all(all.map(async (one) => stringAt(await one(), 'metadata', 'resourceVersion')));
  const before = await versions();
  expect(before).toEqual(before.map(() => expect.any(String)));
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  expect(await versions()).toEqual(before);
}

test('nothing is written again while nothing changes', () => stay(report));

const isDenial = (result: unknown): boolean => stringAt(result, 'rule') === 'boundary.egress';

test('where OpenReports come to be served, the report is one of them, and the older one is emptied', async () => {
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
  await stay(report, openReport);
}, 180_000);

test('what is mended is gone from the report', async () => {
  await cluster.kubectl('admin', ['delete', 'networkpolicy', 'open', '-n', namespace]);
  await eventually(
    'the denial is gone',
    async () => !listAt(await openReport(), 'results').some(isDenial),
    60_000,
  );
});

test('denials are one Event on the rule, without a word of the request; dry runs are none', async () => {
  const asked = {
    ...{ group: 'networking.k8s.io', kind: 'NetworkPolicy', resource: 'networkpolicies', namespace },
    object: { metadata: { name: 'secretive', namespace }, spec: open.spec },
  };
  const deny = async (dryRun: boolean): Promise<void> => {
    expect(await review(product.url, 'validate', { ...asked, dryRun })).toMatchObject({ allowed: false });
  };
  await deny(true);
  // At once: an Event tells of what comes within a second of the first.
  await Promise.all([deny(false), deny(false)]);
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
  expect(JSON.stringify(found[0])).not.toMatch(/secretive|dev-payments/);
}, 60_000);
