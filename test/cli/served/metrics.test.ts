// Every metric of a server without a cluster moves when what it tells of happens, and promtool finds nothing wrong with how they are told.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { namespaces, object, tenants } from '../../admission/scenario.ts';
import { eventually } from '../../cluster/eventually.ts';
import { withPromtool } from '../../telemetry/withPromtool.ts';
import { reviewOf, serve } from './served.ts';
import type { Reviewed, Served } from './served.ts';

const policy = (cidr: string): Record<string, unknown> =>
  object(`
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: payments}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: ${cidr}}}], ports: [{port: 443}]}]}
`);
const inside = policy('10.20.1.0/24');
const outside = policy('10.30.1.0/24');
const secret = object('{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: payments}}');
const configMap = object('{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: payments}}');
/** One rule that warns, and one that needs more steps than it may. */
const guardrails = `
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: warns}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [''], apiVersions: ['*'], operations: ['*'], resources: [secrets]}]
  validations: [{expression: 'false', message: not so}]
  validationActions: [Warn]
---
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: endless}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [''], apiVersions: ['*'], operations: ['*'], resources: [configmaps]}]
  validations: [{expression: 'lists.range(3000).all(a, lists.range(3000).all(b, lists.range(3000).all(c, a + b + c >= 0)))'}]
`;

let directory: string;
let server: Served;
let sent = 0;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'bulkhead-metrics-'));
  server = await serve({
    directory,
    state: 'state',
    rules: `${tenants}---${guardrails}`,
    inventory: namespaces,
    configuration:
      'server: {maxBodyBytes: 1048576, maxInFlightBytes: 1048576}\ndecisionLog: {store: sqlite, verifyEvery: 1s}\n',
  });
}, 60_000);
afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

const review = (body: Record<string, unknown>, resource: Reviewed['resource'], door = 'validate') => {
  sent += 1;
  return server.ask(`/${door}`, reviewOf(body, { uid: `u-${sent}`, resource }));
};
const value = async (series: string): Promise<number> => (await server.metrics()).get(series) ?? NaN;
const log = (name: string): Promise<number> => value(`bulkhead_decision_log_${name}`);

/** By how much series grew while something was done; one that was not there was 0. */
async function growth(series: readonly string[], action: () => Promise<unknown>): Promise<readonly number[]> {
  const before = await server.metrics();
  await action();
  const after = await server.metrics();
  return series.map((name) => (after.get(name) ?? 0) - (before.get(name) ?? 0));
}

const decided = (decision: string, kind: string, door = 'validate'): string =>
  `bulkhead_decisions_total{door="${door}",decision="${decision}",kind="${kind}"}`;

test.each<[string, readonly string[], () => Promise<unknown>]>([
  [
    'an allowed review',
    [
      'bulkhead_requests_total{door="validate",status="200"}',
      'bulkhead_request_duration_seconds_count{door="validate"}',
      'bulkhead_request_duration_seconds_bucket{le="+Inf",door="validate"}',
      decided('allowed', 'NetworkPolicy'),
    ],
    () => review(inside, 'networkpolicies'),
  ],
  [
    'a denied one',
    [
      decided('denied', 'NetworkPolicy'),
      'bulkhead_rule_results_total{kind="Boundary",rule="tenants",action="Deny"}',
    ],
    () => review(outside, 'networkpolicies'),
  ],
  [
    'one with a warning',
    [
      decided('warned', 'Secret'),
      'bulkhead_rule_results_total{kind="GuardrailPolicy",rule="warns",action="Warn"}',
    ],
    () => review(secret, 'secrets'),
  ],
  [
    'a review that is none',
    ['bulkhead_requests_total{door="mutate",status="400"}'],
    () => server.ask('/mutate', '{'),
  ],
  [
    'a rule that spends its budget',
    ['bulkhead_budget_exceeded_total{kind="GuardrailPolicy"}'],
    () => review(configMap, 'configmaps'),
  ],
  [
    'one in a namespace that there is not',
    [decided('errored', 'NetworkPolicy'), 'bulkhead_evaluation_errors_total{reason="namespace.absent"}'],
    () =>
      server.ask(
        '/validate',
        reviewOf(inside, { uid: 'lost', resource: 'networkpolicies', namespace: 'nowhere' }),
      ),
  ],
])('%s is counted once', async (_what, series, action) => {
  expect(await growth(series, action)).toEqual(series.map(() => 1));
});

test('a body that is on its way is held, and one that does not fit beside it is turned away', async () => {
  expect(await value('bulkhead_in_flight_bytes')).toBe(0);
  const length = { 'content-type': 'application/json', 'content-length': 900_000 };
  const half = server.open({ path: '/validate', method: 'POST', headers: length });
  half.on('error', () => undefined);
  half.write('x'.repeat(450_000));
  await eventually('it is held', async () => (await value('bulkhead_in_flight_bytes')) > 0);
  const [shed = 0] = await growth(['bulkhead_shed_total{reason="bytes"}'], async () => {
    const { status } = await server.ask('/validate', 'x'.repeat(900_000));
    expect(status).toBe(503);
  });
  expect(shed).toBe(1);
  half.destroy();
  await eventually('it is let go', async () => (await value('bulkhead_in_flight_bytes')) === 0);
});

test('the certificate and the build are what the server shows', async () => {
  const expires = await new Promise<number>((resolve) => {
    const socket = connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(Date.parse(socket.getPeerCertificate().valid_to) / 1000);
      socket.end();
    });
  });
  expect(await value('bulkhead_certificate_expiry_timestamp_seconds')).toBe(expires);
  const infos = [...(await server.metrics())].filter(([name]) => name.startsWith('bulkhead_build_info'));
  expect(infos).toEqual([[expect.stringMatching(/version="\d+\.\d+\.\d+.*",commit="/), 1]]);
});

test('of a cluster nothing is told where there is none', async () => {
  const names = [...(await server.metrics()).keys()];
  expect(names.filter((name) => /cache_age|policies_enforced/.test(name))).toEqual([]);
  expect(await value('bulkhead_namespaces')).toBe(0);
});

test('the log: what is safe, what waits, checkpoints, and verification, which notices a change', async () => {
  const begun = Date.now() / 1000;
  await eventually('all is safe', async () => (await log('queued')) === 0);
  const [written = 0] = await growth(['bulkhead_decision_log_written_total'], async () => {
    for (let index = 0; index < 1_050; index += 1) await review(inside, 'networkpolicies');
    await eventually('all is safe again', async () => (await log('queued')) === 0);
  });
  expect(written).toBe(1_050);
  await eventually(
    'a checkpoint is signed',
    async () => (await log('checkpoint_timestamp_seconds')) >= begun,
  );
  await eventually('it is verified', async () => (await log('verified_records')) > 1_050, 30_000);
  expect(await log('verified')).toBe(1);
  expect(await log('verified_timestamp_seconds')).toBeGreaterThanOrEqual(Math.floor(begun));
  expect(await log('store_up')).toBe(1);
  expect(await log('can_record')).toBe(1);
  const database = new DatabaseSync(join(server.state, 'decisions', 'decisions.sqlite'), { timeout: 10_000 });
  database.exec(`UPDATE entries SET event = replace(event, '"allowed"', '"denied"') WHERE seq = 500`);
  database.close();
  await eventually('the change is noticed', async () => (await log('verified')) === 0, 30_000);
  await eventually('it is told', () =>
    Promise.resolve(/"first":\{[^}]*"seq":500.*"code":"decision_log_changed"/.test(server.printed())),
  );
}, 120_000);

withPromtool('promtool', (promtool) => {
  test('finds nothing wrong with what is told', async () => {
    const { text } = await server.ask('/metrics');
    const own = text
      .split('\n')
      .filter((line) => /^(?:# \w+ )?bulkhead_/.test(line))
      .join('\n');
    expect(await promtool(['check', 'metrics'], `${own}\n`)).toEqual({ code: 0, text: '' });
    expect((await promtool(['check', 'metrics'], `${own}\nbulkhead_x 1\n`)).code).not.toBe(0);
    // Those of Node are its library's; they can be read.
    expect(await promtool(['check', 'metrics', '--extended', '--lint=none'], text)).toMatchObject({
      code: 0,
    });
  });
});
