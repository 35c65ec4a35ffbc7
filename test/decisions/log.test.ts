// The log as a process has it, with its real thread: what is safe, what is dropped and told, and when nothing can be recorded.
import { createPublicKey } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { allowanceOf } from '../../src/decisions/event/allowance.ts';
import { finished, sealedEvent } from '../../src/decisions/event/seal.ts';
import { fields } from '../../src/decisions/event/shape.ts';
import type { Part } from '../../src/decisions/event/shape.ts';
import { verify } from '../../src/decisions/integrity/verify.ts';
import type { Verification } from '../../src/decisions/integrity/finding.ts';
import { startLog } from '../../src/decisions/log.ts';
import type { DecisionLog, LogOptions } from '../../src/decisions/log.ts';
import { stateFiles } from '../../src/decisions/stateFiles.ts';
import { openSqliteArchive } from '../../src/decisions/stores/sqlite/archive.ts';
import { allowance, canary, head, pod } from './heads.ts';
import { decisionEvent } from './sampleLog.ts';

const entry = new URL('../../src/worker.ts', import.meta.url);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bulkhead-log-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

function start(change: Partial<LogOptions['writer']> = {}): DecisionLog {
  const files = stateFiles(directory);
  return startLog({
    entry,
    writer: {
      about: 'decisions',
      store: { kind: 'sqlite', file: files.database },
      spoolDirectory: files.spoolDirectory,
      keyFile: files.keyFile,
      replica: 'test',
      retentionMillis: 86_400_000_000,
      ...change,
    },
  });
}

async function until(holds: () => boolean): Promise<void> {
  for (let times = 0; !holds(); times += 1) {
    if (times > 4_000) throw new Error('it did not come to that within twenty seconds');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function report(): Promise<Verification> {
  const files = stateFiles(directory);
  const archive = openSqliteArchive(files.database);
  const key = createPublicKey(await readFile(`${files.keyFile}.pub`));
  const found = await verify(
    { entries: archive.entries({}), checkpoints: archive.checkpoints() },
    { keys: [key] },
  );
  await archive.close();
  return found;
}

const keep = (log: DecisionLog, from: number, count: number): void => {
  for (let number = from; number < from + count; number += 1) {
    log.keep(sealedEvent(decisionEvent(number)), 100);
  }
};

test('nothing is promised before the thread has said that it is there', async () => {
  const log = start();
  expect(log.status).toMatchObject({ canRecord: false, reason: 'starting' });
  await until(() => log.canRecord);
  await log.close();
});

test('what is kept is written by the time that it closes', async () => {
  const log = start();
  keep(log, 1, 1_000);
  await log.close();
  expect(log.status).toMatchObject({ queued: 0, written: 1_000, dropped: new Map() });
  expect(await report()).toMatchObject({ ok: true, records: 1_002, gaps: {} });
}, 30_000);

test('excerpts are taken behind the answer, each under the rules of its decision', async () => {
  const more = allowanceOf({
    ...allowance.source,
    reads: new Map<string, Part>([['pods', fields({ status: 'whole' })]]),
  });
  const object = { ...pod('n'), status: { phase: 'Running' } };
  const heads = [allowance, more, allowance].flatMap((allowed, round) =>
    Array.from({ length: 300 }, (_, number) => head({ number: round * 1_000 + number, object }, {}, allowed)),
  );
  const log = start();
  for (const one of heads) log.keep(one, 100);
  await log.close();
  expect(await report()).toMatchObject({ ok: true, records: 902, gaps: {} });
  const archive = openSqliteArchive(stateFiles(directory).database);
  const stored: { readonly event: string; readonly recordHash: string }[] = [];
  for await (const { event, recordHash } of archive.entries({})) stored.push({ event, recordHash });
  await archive.close();
  expect(stored.slice(1, -1)).toEqual(heads.map(finished));
  expect(stored.some(({ event }) => event.includes(canary))).toBe(false);
  expect(stored.filter(({ event }) => event.includes('"phase":"Running"'))).toHaveLength(300);
}, 30_000);

test('where the writer has fallen behind, the records are the same', async () => {
  const log = start();
  const heads = Array.from({ length: 17_000 }, (_, number) => head({ number, name: `n${number % 50}` }));
  // More at once than half of what the queue holds, and the thread cannot take any of it in between.
  for (const one of heads) log.keep(one, 100);
  await log.close(60_000);
  expect(log.status).toMatchObject({ written: 17_000, dropped: new Map() });
  const archive = openSqliteArchive(stateFiles(directory).database);
  const stored: string[] = [];
  for await (const { event } of archive.entries({})) stored.push(event);
  await archive.close();
  const made = heads.map((one) => finished(one).event);
  expect(stored.filter((event) => event.includes('"kind":"Decision"')).sort()).toEqual(made.sort());
}, 60_000);

test('without store and spool records wait, then are dropped, and nothing can be recorded', async () => {
  await writeFile(join(directory, 'taken'), '');
  const log = start({
    store: { kind: 'sqlite', file: join(directory, 'taken', 'decisions.sqlite') },
    spoolLimits: { bytes: 1, segmentBytes: 1 },
  });
  keep(log, 1, 1);
  await until(() => log.status.blocked === 'spool-full');
  expect(log.canRecord).toBe(false);
  expect(log.status).toMatchObject({ store: 'failing', queued: 1 });
  keep(log, 2, 40_000);
  expect(log.status.queued).toBe(32_768);
  expect(Object.fromEntries(log.status.dropped)).toEqual({ 'spool-full': 40_001 - 32_768 });
  await log.close(500);
  // What waited for the spool went with the thread.
  expect(log.status.queued).toBe(0);
  expect(Object.fromEntries(log.status.dropped)).toEqual({ 'spool-full': 40_001 });
}, 30_000);

test('what was dropped is told in the chain, in front of what comes next', async () => {
  const log = start();
  await until(() => log.status.store === 'open');
  // More at once than the queue holds, and the thread cannot take any of it in between.
  keep(log, 1, 33_000);
  expect(Object.fromEntries(log.status.dropped)).toEqual({ 'queue-full': 33_000 - 32_768 });
  await until(() => log.status.queued === 0);
  keep(log, 50_000, 1);
  await log.close();
  expect(await report()).toMatchObject({ ok: true, gaps: { 'queue-full': 232 } });
}, 60_000);

test('what the spool lost is counted and told as what the queue lost', async () => {
  await writeFile(join(directory, 'taken'), '');
  const away = start({ store: { kind: 'sqlite', file: join(directory, 'taken', 'decisions.sqlite') } });
  keep(away, 1, 5);
  await until(() => away.status.written === 5);
  await away.close();
  const { spoolDirectory } = stateFiles(directory);
  const names = await readdir(spoolDirectory, { recursive: true });
  const segment = join(spoolDirectory, names.find((name) => name.endsWith('.full')) ?? '');
  await writeFile(segment, (await readFile(segment, 'utf8')).replace('uid-2', 'uid-X'));
  const log = start();
  await until(() => log.status.dropped.size > 0);
  expect(Object.fromEntries(log.status.dropped)).toEqual({ 'spool-corrupt': 1 });
  await log.close();
  expect(await report()).toMatchObject({ ok: true, gaps: { 'spool-corrupt': 1 } });
}, 30_000);

test('a thread that cannot start is told, started again, and what is decided meanwhile is counted', async () => {
  await writeFile(join(directory, 'taken'), '');
  const crashed: unknown[] = [];
  const files = stateFiles(directory);
  const log = startLog({
    entry,
    crashed: (error) => crashed.push(error),
    writer: {
      about: 'decisions',
      store: { kind: 'sqlite', file: files.database },
      spoolDirectory: join(directory, 'taken', 'spool'),
      keyFile: files.keyFile,
      replica: 'test',
      retentionMillis: 1,
    },
  });
  keep(log, 1, 3);
  await until(() => crashed.length > 0);
  expect(log.status).toMatchObject({ canRecord: false, reason: 'writer-ended' });
  // Nor while the next thread tries to start.
  await until(() => crashed.length > 1 || log.canRecord);
  expect(log.canRecord).toBe(false);
  expect(Object.fromEntries(log.status.dropped)).toEqual({ 'writer-ended': 3 });
  await rm(join(directory, 'taken'));
  await until(() => log.status.store === 'open');
  keep(log, 4, 1);
  await log.close();
  expect(await report()).toMatchObject({ ok: true, gaps: { 'writer-ended': 3 } });
}, 30_000);

test('what a lost record was to tell of is told by a later one', async () => {
  await writeFile(join(directory, 'taken'), '');
  const log = start({ spoolDirectory: join(directory, 'taken', 'spool') });
  const lost = (): number => log.status.dropped.get('writer-ended') ?? 0;
  let kept = 0;
  const isTaken = (): boolean => {
    const before = lost();
    kept += 1;
    keep(log, kept, 1);
    return lost() === before;
  };
  expect(isTaken()).toBe(true);
  await until(() => !isTaken());
  // Now by the next thread: in front of this one goes what it is to tell of those before, and both are lost with it.
  await until(isTaken);
  await until(() => lost() >= kept);
  await rm(join(directory, 'taken'));
  await until(() => log.status.store === 'open');
  keep(log, kept + 1, 1);
  await log.close();
  expect(await report()).toMatchObject({ ok: true, gaps: { 'writer-ended': kept } });
  expect(lost()).toBe(kept);
}, 30_000);
