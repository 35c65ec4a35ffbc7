// Reports: one in each namespace, bounded, denials first, written only when they changed.
import { expect, test } from '@jest/globals';
import { toFinding } from '../../src/admission/scanning/finding.ts';
import type { Finding } from '../../src/admission/scanning/finding.ts';
import type { Api } from '../../src/controllers/api.ts';
import type { Reconciled } from '../../src/controllers/controller.ts';
import { reportOf, reports } from '../../src/controllers/reports.ts';
import { listAt, ownAt, stringAt } from '../../src/k8s/json.ts';
import type { JsonObject } from '../../src/k8s/json.ts';

const finding = (
  name: string,
  namespace: string,
  action: 'Deny' | 'Warn' = 'Deny',
  message = 'no',
): Finding =>
  toFinding(
    { code: 'boundary.egress', rule: 'tenants', kind: 'Boundary', action, field: '/spec', message },
    { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy', namespace, name },
    'payments',
    undefined,
  );

const group = '/apis/wgpolicyk8s.io/v1alpha2';

const openGroup = '/apis/openreports.io/v1alpha1';

/** An API server that serves PolicyReports, and OpenReports once `opened`, and keeps what is applied. */
function server(): {
  readonly open: () => void;
  readonly api: Api;
  readonly stored: Map<string, JsonObject>;
  readonly writes: string[];
} {
  const stored = new Map<string, JsonObject>();
  const writes: string[] = [];
  let opened = false;
  const missing = { ok: false, status: 404, failure: { code: 'x', message: 'not found' } } as const;
  const api: Api = {
    ask: ({ method = 'GET', path, body }) => {
      const [bare = ''] = path.split('?');
      if (method === 'PATCH') {
        writes.push(bare);
        stored.set(bare, body as JsonObject);
        return Promise.resolve({ ok: true, body });
      }
      if (bare === group) return Promise.resolve({ ok: true, body: { resources: [{}] } });
      if (opened && bare === openGroup) return Promise.resolve({ ok: true, body: { resources: [{}] } });
      const [, of, plural] = /^(.*)\/(cluster\w+|policyreports|reports)$/.exec(bare) ?? [];
      if (of !== group && !(opened && of === openGroup)) return Promise.resolve(missing);
      const items = [...stored].flatMap(([at, one]) =>
        at.startsWith(`${of}/`) && at.includes('/namespaces/') && plural?.startsWith('cluster') !== true
          ? [one]
          : [],
      );
      return Promise.resolve({ ok: true, body: { items } });
    },
  };
  const open = (): void => {
    opened = true;
  };
  return { api, open, stored, writes };
}

test('is written once for the same findings, and emptied when they go', async () => {
  const { api, stored, writes } = server();
  let findings = [finding('a', 'one'), finding('b', 'one'), finding('c', 'two'), finding('d', 'gone')];
  const controller = reports({
    api,
    pace: { take: () => Promise.resolve() },
    everyMillis: 7,
    scan: () => Promise.resolve({ ok: true, findings, namespaces: new Set(['one', 'two']) }),
  });
  const look = (): Promise<unknown> => controller.reconcile('cluster', new AbortController().signal);
  expect(await look()).toEqual({ outcome: 'again', afterMillis: 7 });
  const at = (namespace: string): string => `${group}/namespaces/${namespace}/policyreports/bulkhead`;
  expect(writes).toEqual([at('one'), at('two')]);
  findings = findings.toReversed();
  await look();
  expect(writes).toHaveLength(2);
  findings = [finding('a', 'one'), finding('b', 'one')];
  await look();
  expect(writes).toEqual([at('one'), at('two'), at('two')]);
  expect(ownAt(stored.get(at('two')), 'results')).toEqual([]);
});

test('where OpenReports come to be served they are written, and what was written before is emptied', async () => {
  const { api, open, stored, writes } = server();
  const policy = { kind: 'GuardrailPolicy', severity: 'critical' } as const;
  const { violation, ...rest } = finding('a', 'one');
  const findings = [{ ...rest, violation: { ...violation, policy } }];
  const controller = reports({
    api,
    pace: { take: () => Promise.resolve() },
    everyMillis: 7,
    scan: () => Promise.resolve({ ok: true, findings, namespaces: new Set(['one']) }),
  });
  const look = (): Promise<unknown> => controller.reconcile('cluster', new AbortController().signal);
  await look();
  open();
  await look();
  await look();
  const before = `${group}/namespaces/one/policyreports/bulkhead`;
  const now = `${openGroup}/namespaces/one/reports/bulkhead`;
  expect(writes).toEqual([before, now, before]);
  expect(ownAt(stored.get(before), 'results')).toEqual([]);
  expect(stored.get(now)).toMatchObject({
    apiVersion: 'openreports.io/v1alpha1',
    kind: 'Report',
    source: 'bulkhead',
    results: [{ severity: 'critical', result: 'fail' }],
  });
});

/** The server, but its answer to writes in the namespace `one` is this. */
const refusing = (api: Api, status?: number): Api => ({
  ask: (question) =>
    question.method === 'PATCH' && question.path.includes('/namespaces/one/')
      ? Promise.resolve({
          ok: false,
          ...(status === undefined ? {} : { status }),
          failure: { code: 'x', message: 'not now' },
        })
      : api.ask(question),
});

test.each<[string, number | undefined, number]>([
  ['is refused in one namespace is written in the others', 403, 1],
  ['finds no API server is not tried in each namespace', undefined, 0],
])('a report that %s, and tried again', async (_, status, written) => {
  const { api, writes } = server();
  const controller = reports({
    api: refusing(api, status),
    pace: { take: () => Promise.resolve() },
    everyMillis: 7,
    scan: () =>
      Promise.resolve({
        ok: true,
        findings: [finding('a', 'one'), finding('c', 'two')],
        namespaces: new Set(['one', 'two']),
      }),
  });
  const reconciled = await controller.reconcile('cluster', new AbortController().signal);
  expect(reconciled).toMatchObject({ outcome: 'failed', message: 'not now' });
  expect(writes).toHaveLength(written);
});

test('a namespace that always refuses its report has the cluster scanned ever more rarely, until it takes one', async () => {
  const { api } = server();
  let status: number | undefined = 403;
  const everyMillis = 900_000;
  const controller = reports({
    api: { ask: (question) => (status === 200 ? api : refusing(api, status)).ask(question) },
    pace: { take: () => Promise.resolve() },
    everyMillis,
    scan: () => Promise.resolve({ ok: true, findings: [finding('a', 'one')], namespaces: new Set(['one']) }),
  });
  const look = (): Promise<Reconciled> => controller.reconcile('cluster', new AbortController().signal);
  const pauseOf = (reconciled: Reconciled): unknown =>
    reconciled.outcome === 'failed' ? reconciled.retryAfterMillis : reconciled.outcome;
  const pauses: unknown[] = [];
  for (let n = 0; n < 7; n += 1) pauses.push(pauseOf(await look()));
  expect(pauses).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000]);
  // That nobody answers says nothing of that namespace, and is tried again as soon as any failure.
  status = undefined;
  expect(pauseOf(await look())).toBeUndefined();
  status = 200;
  expect(await look()).toEqual({ outcome: 'again', afterMillis: everyMillis });
});

test('kinds that cannot be asked for are not taken for kinds that are not served', async () => {
  const { api, open, writes } = server();
  open();
  const controller = reports({
    api: {
      ask: (question) =>
        question.path === openGroup
          ? Promise.resolve({ ok: false, status: 503, failure: { code: 'x', message: 'not now' } })
          : api.ask(question),
    },
    pace: { take: () => Promise.resolve() },
    everyMillis: 7,
    scan: () => Promise.resolve({ ok: true, findings: [finding('a', 'one')], namespaces: new Set(['one']) }),
  });
  const reconciled = await controller.reconcile('cluster', new AbortController().signal);
  expect(reconciled).toMatchObject({ outcome: 'failed', message: 'not now' });
  expect(writes).toEqual([]);
});

test('a scan that failed writes nothing', async () => {
  const { api, writes } = server();
  const controller = reports({
    api,
    pace: { take: () => Promise.resolve() },
    everyMillis: 7,
    scan: () => Promise.resolve({ ok: false, message: 'away' }),
  });
  const reconciled = await controller.reconcile('cluster', new AbortController().signal);
  expect(reconciled).toEqual({ outcome: 'failed', message: 'away' });
  expect(writes).toEqual([]);
});

test.each([
  [
    'many findings',
    Array.from({ length: 900 }, (_, n) => finding(`p${n}`, 'one', n < 600 ? 'Warn' : 'Deny')),
  ],
  [
    'large findings',
    Array.from({ length: 300 }, (_, n) => finding(`p${n}`, 'one', 'Deny', 'x'.repeat(10_000))),
  ],
])('a report of %s is bounded, tells how many it leaves out, and denials come first', (_what, findings) => {
  const report = reportOf('policyreport', 'one', findings);
  const results = listAt(report, 'results');
  expect(results.length).toBeLessThanOrEqual(500);
  expect(JSON.stringify(report).length).toBeLessThan(1_000_000);
  expect(stringAt(report, 'metadata', 'annotations', 'bulkhead.dev/left-out')).toBe(
    String(findings.length - results.length),
  );
  expect(stringAt(results[0], 'result')).toBe('fail');
});
