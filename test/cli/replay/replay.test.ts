// bulkhead replay: stores, exports and bundles; what it prints; exit codes; and 100,000 records in bounded time.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bundleOf } from '../../../src/decisions/export/bundle.ts';
import { exported } from '../../../src/decisions/query/answer.ts';
import type { StoredEntry } from '../../../src/decisions/repository.ts';
import { openSqliteArchive } from '../../../src/decisions/stores/sqlite/archive.ts';
import { openSqliteJournal } from '../../../src/decisions/stores/sqlite/journal.ts';
import { Ledger } from '../../../src/decisions/writer/ledger.ts';
import { ownAt } from '../../../src/k8s/json.ts';
import { recordText } from '../../admission/replaying/recorded.ts';
import { object, tenants } from '../../admission/scenario.ts';
import { newKey } from '../../decisions/sampleLog.ts';
import { capture } from '../capturedTerminal.ts';

const directory = mkdtempSync(join(tmpdir(), 'bulkhead-replay-'));
const at = (name: string): string => join(directory, name);

const main = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');

const policy = (cidr: string): ReturnType<typeof object> =>
  object(`
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: payments}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: ${cidr}}}], ports: [{port: 443}]}]}
`);

/** Thirty decisions: what the draft denies, what it allows again, and what stays. */
const events = ['10.20.2.0/24', '10.30.0.0/16', '10.20.1.0/24'].flatMap((cidr, kind) =>
  Array.from({ length: 10 }, (_, index) => recordText(policy(cidr), tenants, {}, kind * 10 + index)),
);
const draft = tenants.replace('10.20.0.0/16, except: [10.20.9.0/24]', '10.20.1.0/24').replace(
  '  never:',
  `  - to: [{ipBlock: {cidr: 10.30.0.0/16}}]
    ports: [{port: 443}]
  never:`,
);

const { key } = newKey();
const itemOf = (event: string, number: number) => ({
  event,
  recordHash: String(number).padStart(64, '0'),
  latencyMicros: 0,
});

beforeAll(async () => {
  const ledger = new Ledger({
    writer: 'replica/2026-11-21T00:00:00.000Z-0000',
    key,
    before: undefined,
    lastCheckpoint: undefined,
    uncovered: [],
  });
  const { batch } = ledger.draft(events.map(itemOf), Date.UTC(2026, 10, 21), { close: true });
  const journal = openSqliteJournal(at('log.sqlite'));
  await journal.append(batch);
  await journal.close();
  const jsonl = batch.entries.map((entry: StoredEntry) => `${JSON.stringify(exported(entry))}\n`);
  writeFileSync(at('log.jsonl'), jsonl.join(''));
  const archive = openSqliteArchive(at('log.sqlite'));
  const lines: string[] = [];
  for await (const line of bundleOf(archive, key, new Date())) lines.push(line);
  await archive.close();
  writeFileSync(at('log.bundle'), lines.join(''));
  writeFileSync(at('torn.jsonl'), `${jsonl.slice(0, 3).join('')}{"torn`);
  writeFileSync(at('draft.yaml'), draft);
  writeFileSync(at('same.yaml'), tenants);
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

describe('replay', () => {
  test.each(['log.sqlite', 'log.jsonl', 'log.bundle'])(
    '%s: tells what changes, by rule and tenant',
    async (log) => {
      const { code, stdout, stderr } = await capture(['replay', at(log), '--rules', at('draft.yaml')]);
      expect(stderr).toBe('');
      expect(code).toBe(1);
      expect(stdout).toContain('allowed → denied by tenants, tenant payments: 10\n');
      expect(stdout).toContain('denied → allowed by tenants, tenant payments: 10\n');
      expect(stdout).toContain('boundary.egress: spec.egress[0].to[0]');
      expect(stdout).toMatch(
        /30 decisions replayed under rules [0-9a-f]{16}: 10 newly denied, 10 newly allowed, 0 other/,
      );
    },
  );

  test('json: sums, changes with witness, and reasons', async () => {
    const argv = ['replay', at('log.jsonl'), '--rules', at('draft.yaml'), '-o', 'json', '--examples', '1'];
    const { stdout } = await capture(argv);
    const report: unknown = JSON.parse(stdout);
    expect(report).toMatchObject({
      kind: 'ReplayReport',
      summary: { replayed: 30, same: 10, changed: 20, newlyDenied: 10, newlyAllowed: 10, cannotReplay: 0 },
      changes: [
        {
          before: 'allowed',
          after: 'denied',
          rule: 'tenants',
          tenant: 'payments',
          count: 10,
          examples: [
            { decision: 'allowed', violations: [{ witness: { destination: { ip: '10.20.2.0' } } }] },
          ],
        },
        { before: 'denied', after: 'allowed', count: 10 },
      ],
    });
    expect(ownAt(report, 'cannotReplay')).toEqual([]);
  });

  test.each([
    ['the same rules: nothing, and 0', ['log.jsonl', 'same.yaml'], [], 0, '0 newly denied'],
    [
      'a period without decisions',
      ['log.jsonl', 'draft.yaml'],
      ['--until', '2026-11-20'],
      0,
      '0 decisions replayed',
    ],
    [
      'a period that holds them',
      ['log.jsonl', 'draft.yaml'],
      ['--since', '2026-11-20'],
      1,
      '30 decisions replayed',
    ],
  ] as const)('%s', async (_sentence, [log, rules], more, code, told) => {
    const answer = await capture(['replay', at(log), '--rules', at(rules), ...more]);
    expect(answer.stdout).toContain(told);
    expect(answer.code).toBe(code);
  });

  test.each([
    ['no such log', ['missing.sqlite', 'draft.yaml'], 'there is no such file'],
    ['no such rules', ['log.jsonl', 'missing.yaml'], 'missing.yaml'],
  ])('%s: 2', async (_sentence, [log = '', rules = ''], told) => {
    const { code, stderr } = await capture(['replay', at(log), '--rules', at(rules)]);
    expect(code).toBe(2);
    expect(stderr).toContain(told);
  });

  test('of an address that is wrong nothing is told, for it may hold a password', async () => {
    const log = 'POSTGRES://jane:hunter2@db.example/log';
    const { code, stderr } = await capture(['replay', log, '--rules', at('same.yaml')]);
    expect(code).toBe(2);
    expect(stderr).toContain('let it begin with postgres://');
    expect(stderr).not.toContain('hunter2');
  });

  test('a torn line is told, and the rest is replayed', async () => {
    const { stdout, stderr } = await capture(['replay', at('torn.jsonl'), '--rules', at('same.yaml')]);
    expect(stderr).toContain('1 lines are no record');
    expect(stdout).toContain('3 decisions replayed');
  });

  test('on a terminal a bar is drawn and wiped', async () => {
    const { stderr } = await capture(['replay', at('log.sqlite'), '--rules', at('same.yaml')], {
      isTerminal: true,
    });
    expect(stderr).toMatch(/\[[#.]{24}\] decisions \d+\/3\d/);
  });

  test('20,000 records of policies and pods, under a Boundary and a guardrail, take less than a fifth of 30 s of processor time', async () => {
    const pod = object(`
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: payments, labels: {app: web}}
spec:
  containers:
  - {name: app, image: registry.example/app, env: [{name: A, value: b}], securityContext: {capabilities: {drop: [ALL]}}}
`);
    const lines = [events[0] ?? '', recordText(pod, tenants)].map((line) => `${line}\n`).join('');
    writeFileSync(at('many.jsonl'), lines.repeat(10_000));
    writeFileSync(at('draft-and-guardrail.yaml'), `${draft}---${guardrail}`);
    const most = 6_000;
    let millis = millisOf(at('many.jsonl'), at('draft-and-guardrail.yaml'));
    for (let more = 0; more < moreTries && millis >= most; more += 1) {
      await setTimeout(1_000);
      millis = Math.min(millis, millisOf(at('many.jsonl'), at('draft-and-guardrail.yaml')));
    }
    expect(millis).toBeLessThan(most);
  }, 120_000);
});

/** How often more it is tried, a second apart, where it took too long: some machines are slow for some seconds. */
const moreTries = 7;

/** Processor time of replaying 20,000 records in a process of its own, as a user starts it; the clock on the wall would measure what else the machine does. */
function millisOf(log: string, rules: string): number {
  const spent =
    "process.on('exit', () => console.error(`spent ${Object.values(process.cpuUsage()).join(' ')}`))";
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(spent)}`, main, 'replay', log, '--rules', rules],
    { encoding: 'utf8' },
  );
  expect(status).toBe(1);
  expect(stdout).toContain('20000 decisions replayed');
  const [user = NaN, system = NaN] = (/spent (\d+) (\d+)/.exec(stderr) ?? []).slice(1).map(Number);
  return (user + system) / 1_000;
}

/** Reads only what records of pods hold. */
const guardrail = `
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: named}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods]}]
  validations: [{expression: "object.spec.containers.all(c, c.name != 'x')", message: refused}]
`;
