/** `bulkhead scan` on files: forms of the result, baselines, exit codes, progress; the cluster is in test/e2e/scan.test.ts. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { progressOn } from '../../../src/cli/scan/progress.ts';
import { capture } from '../capturedTerminal.ts';

const bad = ['examples/bad/08-port-range.yaml', 'examples/bad/16-host-network.yaml'];
const rules = ['--rules', 'policies/tenant-isolation/boundary.yaml', '--inventory', 'examples/inventory'];
const scan = (...args: readonly string[]) => capture(['scan', ...args]);
const json = async (...args: readonly string[]): Promise<unknown> =>
  JSON.parse((await scan(...args, '-o', 'json')).stdout);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-scan-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('exit codes', () => {
  test.each([
    [
      '0: nothing that is denied',
      [
        'examples/good',
        '--to-apply',
        '--rules',
        'policies/tenant-isolation',
        '--inventory',
        'examples/inventory',
        '--config',
        'examples/bulkhead.yaml',
      ],
      0,
    ],
    ['1: something is denied', [...bad, ...rules], 1],
    ['2: a file that cannot be read', ['nowhere.yaml', ...rules], 2],
    ['2: nothing to scan', rules, 2],
    ['2: paths and a cluster at once', [...bad, ...rules, '--kubeconfig', 'x'], 2],
    ['2: a kubeconfig that is not there', [...rules, '--kubeconfig', 'nowhere'], 2],
    ['2: a baseline that is not there', [...bad, ...rules, '--baseline', 'nowhere.json'], 2],
    ['2: --write-baseline without a file', [...bad, ...rules, '--write-baseline'], 2],
    ['2: --to-apply about a cluster', [...rules, '--kubeconfig', 'x', '--to-apply'], 2],
  ])('%s', async (_sentence, args, code) => {
    const ended = await scan(...args);
    expect(ended.code).toBe(code);
    if (code === 2) expect(ended.stderr).toMatch(/^error: /m);
  });

  test('2: what was found beside a manifest that cannot be read is told all the same', async () => {
    const file = join(folder, 'broken.yaml');
    await writeFile(file, 'apiVersion: v1\nkind: Pode\nmetadata: {name: x}\n');
    const ended = await scan(...bad, file, ...rules);
    expect(ended).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('boundary.egress'),
      stderr: expect.stringContaining('manifest.kind'),
    });
    expect(ended.stdout).toContain('incomplete');
  });

  test('1: a new warning, where it is asked for', async () => {
    const file = join(folder, 'warning.yaml');
    const spec = 'namespaceSelector: {}\n  floor: {mode: Audit}\n  onExcess: Warn\n  ingress: []';
    await writeFile(
      file,
      `apiVersion: bulkhead.dev/v1alpha1\nkind: Boundary\nmetadata: {name: w}\nspec:\n  ${spec}\n`,
    );
    const args = ['examples/bad/05-not-in.yaml', '--rules', file, '--inventory', 'examples/inventory'];
    expect((await scan(...args)).code).toBe(0);
    expect((await scan(...args, '--fail-on-warn')).code).toBe(1);
  });
});

describe('a baseline', () => {
  test('lets only new findings fail, and tells what is gone', async () => {
    const known = join(folder, 'known.json');
    const written = await scan(...bad.slice(0, 1), ...rules, '--baseline', known, '--write-baseline');
    expect(written).toMatchObject({ code: 0, stderr: expect.stringContaining('1 finding is known') });
    expect((await scan(...bad.slice(0, 1), ...rules, '--baseline', known)).code).toBe(0);
    const both = await scan(...bad, ...rules, '--baseline', known);
    expect(both.code).toBe(1);
    expect(both.stdout).not.toContain('boundary.egress');
    expect(both.stdout).toContain('1 known, 0 of the baseline gone');
    expect(await json(...bad.slice(1), ...rules, '--baseline', known)).toMatchObject({
      summary: { known: 0, gone: 1 },
    });
  });

  test('is not written by an incomplete scan', async () => {
    const file = join(folder, 'kind.yaml');
    await writeFile(file, 'apiVersion: v1\nkind: Pode\nmetadata: {name: x}\n');
    const known = join(folder, 'never.json');
    expect((await scan(file, ...rules, '--baseline', known, '--write-baseline')).code).toBe(2);
    expect((await scan(...bad, ...rules, '--baseline', known)).stderr).toContain('no such file');
  });
});

describe('forms', () => {
  test('JSON has the tenants with their violations, and each finding with its place', async () => {
    expect(await json(...bad, ...rules)).toMatchObject({
      kind: 'ScanReport',
      complete: true,
      tenants: [
        { tenant: 'orders', violations: 1 },
        { tenant: 'payments', violations: 3 },
        { tenant: null, violations: 0 },
      ],
      findings: expect.arrayContaining([
        expect.objectContaining({
          code: 'boundary.egress',
          tenant: 'orders',
          file: bad[0],
          line: 10,
          known: false,
          witness: expect.objectContaining({ direction: 'Egress' }),
        }),
      ]),
    });
  });

  test('SARIF has a rule for each code, fingerprints and levels', async () => {
    const log: unknown = JSON.parse((await scan(...bad, ...rules, '-o', 'sarif')).stdout);
    expect(log).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              rules: expect.arrayContaining([
                {
                  id: 'pods.hostNetwork',
                  shortDescription: { text: expect.stringContaining('network of its node') },
                },
              ]),
            },
          },
          results: expect.arrayContaining([
            expect.objectContaining({
              ruleId: 'boundary.egress',
              level: 'error',
              baselineState: 'new',
              partialFingerprints: { 'bulkhead/v1': expect.stringMatching(/^[0-9a-f]{32}$/) },
              locations: [
                expect.objectContaining({
                  physicalLocation: {
                    artifactLocation: { uri: bad[0] },
                    region: { startLine: 10, startColumn: 11 },
                  },
                }),
              ],
            }),
          ]),
        },
      ],
    });
  });

  test.each([
    ['policyreport', 'wgpolicyk8s.io/v1alpha2', 'PolicyReport', 'ClusterPolicyReport', undefined],
    ['openreports', 'openreports.io/v1alpha1', 'Report', 'ClusterReport', 'bulkhead'],
  ])(
    '%s has a report for each namespace, and one for the cluster',
    async (form, apiVersion, namespaced, cluster, source) => {
      const { stdout } = await scan(...bad, 'examples/inventory', ...rules, '-o', form);
      const reports: unknown[] = parseAllDocuments(stdout).map((document) => document.toJS() as unknown);
      expect(reports).toContainEqual(
        expect.objectContaining({
          apiVersion,
          kind: namespaced,
          ...(source === undefined ? {} : { source }),
          metadata: {
            name: 'bulkhead-scan',
            namespace: 'orders-prod',
            labels: { 'app.kubernetes.io/managed-by': 'bulkhead' },
          },
          summary: { fail: 1, warn: 0 },
          results: [
            expect.objectContaining({
              policy: 'tenants',
              rule: 'boundary.egress',
              result: 'fail',
              severity: 'high',
              resources: [
                {
                  apiVersion: 'networking.k8s.io/v1',
                  kind: 'NetworkPolicy',
                  namespace: 'orders-prod',
                  name: 'port-range',
                },
              ],
              timestamp: { seconds: expect.any(Number), nanos: 0 },
              properties: expect.objectContaining({
                tenant: 'orders',
                fingerprint: expect.any(String),
                witness: expect.stringContaining('Egress'),
              }),
            }),
          ],
        }),
      );
      expect(reports).toContainEqual(expect.objectContaining({ apiVersion, kind: cluster }));
    },
  );

  test('a known finding counts for no score', async () => {
    const known = join(folder, 'scored.json');
    await scan(...bad.slice(0, 1), ...rules, '--baseline', known, '--write-baseline');
    const { stdout } = await scan(...bad.slice(0, 1), ...rules, '--baseline', known, '-o', 'policyreport');
    expect(parseAllDocuments(stdout)[0]?.toJS()).toMatchObject({
      summary: { fail: 0, warn: 1 },
      results: [{ result: 'warn', scored: false }],
    });
  });
});

describe('progress', () => {
  test('is drawn for a person, in one line that is wiped', () => {
    const written: string[] = [];
    const stderr = { isTerminal: true, write: (text: string): void => void written.push(text) };
    const progress = progressOn({ stderr });
    progress.show('pods', 500, 2000);
    progress.show('pods', 1000, 2000);
    progress.end();
    expect(written).toEqual([
      expect.stringContaining('[######..................] pods 500/2000'),
      expect.stringMatching(/^\r/),
    ]);
  });

  test('is silent where nobody looks', () => {
    const stderr = {
      isTerminal: false,
      write: (): never => {
        throw new Error('something was drawn');
      },
    };
    const progress = progressOn({ stderr });
    progress.show('pods', 1, 2);
    expect(() => progress.end()).not.toThrow();
  });
});
