// The store is locked, full, read-only, restarting or cut off: the webhook's answers keep their speed, and of what was decided nothing vanishes without being counted.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { namespaces, object, tenants } from '../../admission/scenario.ts';
import { eventually } from '../../cluster/eventually.ts';
import { ask as askPostgres, startPostgres } from '../../decisions/postgres/server.ts';
import type { Postgres } from '../../decisions/postgres/server.ts';
import { withPostgres } from '../../decisions/stores/stores.ts';
import { mounted } from '../../decisions/writer/mounted.ts';
import { cuttable } from '../../e2e/cuttable.ts';
import { capture } from '../capturedTerminal.ts';
import { reviewOf, serve } from './served.ts';
import type { Served } from './served.ts';

const policy = object(`
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: payments}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.20.1.0/24}}], ports: [{port: 443}]}]}
`);

const round = 120;
let directory: string;
let served: Served | undefined;
let sent = 0;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bulkhead-outage-'));
  sent = 0;
});
afterEach(async () => {
  await served?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function start(store: string): Promise<Served> {
  const configuration = `decisionLog: {${store}}\n`;
  served = await serve({ directory, state: 'state', rules: tenants, inventory: namespaces, configuration });
  return served;
}

/** It listens before its log is there. */
async function startOpen(store: string): Promise<Served> {
  const server = await start(store);
  await eventually('the store is open', async () => (await metric(server, 'store_up')) === 1);
  return server;
}

/** Sends a round of reviews, one after the other; the middle and the ninth tenth of the times that the answers took. */
async function times(server: Served): Promise<{ readonly middle: number; readonly most: number }> {
  const taken: number[] = [];
  for (let index = 0; index < round; index += 1) {
    sent += 1;
    const body = reviewOf(policy, { uid: `u-${sent}`, resource: 'networkpolicies' });
    const begun = performance.now();
    const { text } = await server.ask('/validate', body);
    taken.push(performance.now() - begun);
    expect(text).toContain('"allowed":true');
  }
  taken.sort((a, b) => a - b);
  return { middle: taken[round / 2] ?? NaN, most: taken[Math.floor(round * 0.9)] ?? NaN };
}

/** A webhook that waited for its log would take as long as the log's own deadlines, which are seconds. */
function expectAsBefore(before: Awaited<ReturnType<typeof times>>, during: typeof before): void {
  expect(during.middle).toBeLessThan(Math.max(3 * before.middle, 50));
  expect(during.most).toBeLessThan(Math.max(5 * before.most, 250));
}

const metric = async (server: Served, name: string): Promise<number> =>
  (await server.metrics()).get(`bulkhead_decision_log_${name}`) ?? NaN;

/** Every decision is safe, waiting, or counted as lost. */
async function expectAccounted(server: Served): Promise<void> {
  const metrics = await server.metrics();
  const dropped = [...metrics].filter(([name]) => name.startsWith('bulkhead_decision_log_dropped_total'));
  const lost = dropped.reduce((sum, [, count]) => sum + count, 0);
  const known = ['written_total', 'queued'].map(
    (name) => metrics.get(`bulkhead_decision_log_${name}`) ?? NaN,
  );
  expect(known.reduce((sum, count) => sum + count, lost)).toBeGreaterThanOrEqual(sent);
}

const stored = (file: string): number => {
  const database = new DatabaseSync(file, { readOnly: true });
  const row = database.prepare("SELECT count(*) AS n FROM entries WHERE kind = 'Decision'").get();
  database.close();
  return Number(row?.['n']);
};

test('a database that another process has locked', async () => {
  const server = await startOpen('store: sqlite');
  const before = await times(server);
  const file = join(server.state, 'decisions', 'decisions.sqlite');
  const other = new DatabaseSync(file, { timeout: 10_000 });
  other.exec('BEGIN IMMEDIATE');
  expectAsBefore(before, await times(server));
  await eventually('it is told', async () => (await metric(server, 'store_up')) === 0, 30_000);
  await eventually(
    'what was decided is in the spool',
    async () => (await metric(server, 'queued')) === 0,
    30_000,
  );
  expect(await metric(server, 'spool_bytes')).toBeGreaterThan(0);
  expect((await server.ask('/readyz?verbose')).status).toBe(200);
  await expectAccounted(server);
  other.exec('ROLLBACK');
  other.close();
  await eventually(
    'the spool is in the store',
    async () => (await metric(server, 'store_up')) === 1 && (await metric(server, 'spool_bytes')) === 0,
    30_000,
  );
  expect(stored(file)).toBe(sent);
}, 120_000);
const mayMount = ((): boolean => {
  const probe = mkdtempSync(join(tmpdir(), 'bulkhead-mount-'));
  const may = mounted(probe, 'size=64k');
  if (may) execFileSync('umount', [probe]);
  rmSync(probe, { recursive: true });
  return may;
})();

/** Takes all the room that is left. */
function fill(file: string): void {
  const descriptor = openSync(file, 'w');
  try {
    for (let bytes = 65_536; bytes >= 1;)
      try {
        writeSync(descriptor, Buffer.alloc(bytes));
      } catch {
        bytes /= 2;
      }
  } finally {
    closeSync(descriptor);
  }
}

const keyIn = (server: Served): string => join(server.state, 'decisions', 'checkpoints.key.pub');

if (!mayMount)
  test('disks: NOT TESTED, this user may not mount any', () => {
    process.stderr.write('!!! DISKS THAT ARE FULL OR READ-ONLY: SKIPPED, THIS USER MAY NOT MOUNT ANY\n');
    expect(process.env['BULKHEAD_REQUIRE_CLUSTER']).not.toBe('1');
  });
else
  describe('a disk of which store and spool are both', () => {
    let disk: string;
    beforeEach(() => {
      disk = join(directory, 'disk');
      mkdirSync(disk);
    });
    const file = (): string => join(disk, 'decisions.sqlite');
    const both = (): string => `store: sqlite, path: ${file()}, spool: ${join(disk, 'spool')}`;
    const isQuiet = async (server: Served): Promise<boolean> =>
      (await metric(server, 'store_up')) === 1 &&
      (await metric(server, 'queued')) === 0 &&
      (await metric(server, 'spool_bytes')) === 0;
    afterEach(async () => {
      await served?.stop();
      execFileSync('umount', [disk]);
    });

    test('full, until somebody makes room', async () => {
      expect(mounted(disk, 'size=16m')).toBe(true);
      const server = await startOpen(both());
      const before = await times(server);
      const filler = join(disk, 'filler');
      fill(filler);
      for (let rounds = 0; rounds < 4; rounds += 1) expectAsBefore(before, await times(server));
      await eventually('it is told', async () => (await metric(server, 'can_record')) === 0, 30_000);
      expect(await metric(server, 'queued')).toBeGreaterThan(0);
      expect((await server.ask('/readyz?verbose')).text).toMatch(/decisionLog: cannot record \(spool-/);
      await expectAccounted(server);
      rmSync(filler);
      await eventually('everything is in the store', () => isQuiet(server), 60_000);
      expect(stored(file())).toBe(sent);
    }, 180_000);

    test('read-only from the start: what is lost is counted, in the metrics and in the chain', async () => {
      expect(mounted(disk, 'ro,size=16m')).toBe(true);
      const server = await start(both());
      const during = await times(server);
      expect(await metric(server, 'can_record')).toBe(0);
      // What was decided is lost when the thread ends for want of a spool, which takes it a moment.
      const ended = 'dropped_total{reason="writer-ended"}';
      await eventually('it is told', async () => (await metric(server, ended)) > 0, 30_000);
      await expectAccounted(server);
      expect(mounted(disk, 'remount,rw')).toBe(true);
      await eventually('it can be written', async () => (await metric(server, 'store_up')) === 1, 30_000);
      expectAsBefore(await times(server), during);
      await eventually('everything is in the store', () => isQuiet(server), 60_000);
      const lost = await metric(server, ended);
      expect(lost).toBeGreaterThan(0);
      expect(stored(file()) + lost).toBe(sent);
      const { stdout } = await capture([
        'audit',
        'verify',
        '--log',
        file(),
        '--key',
        keyIn(server),
        '-o',
        'json',
      ]);
      expect(JSON.parse(stdout)).toMatchObject({ ok: true, gaps: { 'writer-ended': lost } });
    }, 180_000);
  });

withPostgres('PostgreSQL', () => {
  let server: Postgres | undefined;
  const own = async () => {
    server ??= await startPostgres();
    return server;
  };
  afterAll(() => server?.close());
  const inDatabase = async (url: string): Promise<number> =>
    (await askPostgres(url, "select 1 from bulkhead_entries where kind = 'Decision'")).length;

  test('a restart', async () => {
    const postgres = await own();
    if (postgres.own === undefined) return;
    const url = await postgres.database();
    const webhook = await startOpen(`store: postgres, url: '${url}'`);
    const before = await times(webhook);
    await postgres.own.stop();
    expectAsBefore(before, await times(webhook));
    await eventually('it is told', async () => (await metric(webhook, 'store_up')) === 0, 30_000);
    await expectAccounted(webhook);
    await postgres.own.start();
    expectAsBefore(before, await times(webhook));
    await eventually('everything is in the store', async () => (await inDatabase(url)) === sent, 60_000);
    // Only behind the transaction that brings its last record the segment goes.
    await eventually('the spool is empty', async () => (await metric(webhook, 'spool_bytes')) === 0);
    const { stdout } = await capture(['audit', 'verify', '--log', url, '--key', keyIn(webhook)]);
    expect(stdout).toMatch(/^intact: /);
  }, 180_000);

  test('a network that swallows everything, and then is cut', async () => {
    const postgres = await own();
    if (postgres.own === undefined) return;
    const direct = await postgres.database();
    const way = await cuttable(postgres.own.port);
    const url = new URL(direct);
    url.port = String(way.port);
    const webhook = await startOpen(`store: postgres, url: '${url.href}'`);
    const before = await times(webhook);
    way.silence();
    expectAsBefore(before, await times(webhook));
    await expectAccounted(webhook);
    way.cut();
    await way.restore();
    expectAsBefore(before, await times(webhook));
    await eventually('everything is in the store', async () => (await inDatabase(direct)) === sent, 60_000);
    await webhook.stop();
    await way.close();
  }, 180_000);
});
