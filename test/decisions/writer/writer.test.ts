// The writer when things break: nothing that was acknowledged is lost, nothing is written twice, and the trouble is told.
import { execFileSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { verify } from '../../../src/decisions/integrity/verify.ts';
import type { Verification } from '../../../src/decisions/integrity/finding.ts';
import type { Batch, Journal, Retention, StoredEntry } from '../../../src/decisions/repository.ts';
import { openSqliteArchive } from '../../../src/decisions/stores/sqlite/archive.ts';
import { openSqliteJournal } from '../../../src/decisions/stores/sqlite/journal.ts';
import { defaultLimits } from '../../../src/decisions/spool/spool.ts';
import { itemOf } from '../../../src/decisions/writer/session.ts';
import { decisionEvent } from '../sampleLog.ts';
import { mounted } from './mounted.ts';
import { databaseIn, publicKeyIn, startWriter } from './writing.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bulkhead-writer-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const items = (from: number, count: number): ReturnType<typeof itemOf>[] =>
  Array.from({ length: count }, (_, at) => itemOf(decisionEvent(from + at)));

async function until(holds: () => boolean): Promise<void> {
  for (let times = 0; !holds(); times += 1) {
    if (times > 2_000) throw new Error('it did not come to that within ten seconds');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

async function stored(): Promise<readonly StoredEntry[]> {
  const archive = openSqliteArchive(databaseIn(directory));
  const entries: StoredEntry[] = [];
  for await (const entry of archive.entries({})) entries.push(entry);
  await archive.close();
  return entries;
}

async function report(): Promise<Verification> {
  const archive = openSqliteArchive(databaseIn(directory));
  const key = createPublicKey(await readFile(publicKeyIn(directory)));
  const found = await verify(
    { entries: archive.entries({}), checkpoints: archive.checkpoints() },
    { keys: [key] },
  );
  await archive.close();
  return found;
}

const uids = (entries: readonly StoredEntry[]): string[] =>
  entries.flatMap(({ event }) => /"uid":"(uid-\d+)"/.exec(event)?.[1] ?? []).sort();
const expected = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `uid-${from + at}`).sort();

test('what is taken becomes safe, is signed, and verifies', async () => {
  const { writer, safe, checkpoints } = startWriter(directory);
  writer.take(items(1, 2_300));
  await writer.close();
  expect(sum(safe)).toBe(2_300);
  expect(checkpoints.map(({ fromSeq, toSeq }) => [fromSeq, toSeq])).toEqual([
    [1, 1_000],
    [1_001, 2_000],
    [2_001, 2_302],
  ]);
  expect(await report()).toMatchObject({ ok: true, records: 2_302, checkpoints: 3 });
});

test('what comes right behind a transaction waits for what comes with it, and no longer', async () => {
  const now = Date.UTC(2026, 10, 21);
  const { writer, safe } = startWriter(directory, { now: () => now });
  writer.take(items(1, 1));
  await until(() => safe.length === 1);
  for (const from of [2, 3, 4]) writer.take(items(from, 1));
  expect(safe).toEqual([1]);
  await until(() => safe.length > 1);
  expect(safe).toEqual([1, 3]);
  // As many as fit into a transaction do not wait.
  writer.take(items(5, 511));
  writer.take(items(516, 1));
  await until(() => safe.length > 2);
  expect(safe).toEqual([1, 3, 512]);
  writer.take(items(517, 1));
  await writer.close();
  expect(sum(safe)).toBe(517);
});

test('a store that opens and takes nothing does not lift what blocks: only what was taken does', async () => {
  let takes = false;
  let tries = 0;
  const seen: unknown[] = [];
  const { writer, safe } = startWriter(directory, {
    open: () => {
      const journal = openSqliteJournal(databaseIn(directory));
      const append = (batch: Batch): Promise<void> => {
        tries += 1;
        return takes ? journal.append(batch) : Promise.reject(new Error('disk I/O error'));
      };
      return Promise.resolve({ ...journal, append });
    },
    limits: { ...defaultLimits, bytes: 0 },
    changed: () => seen.push([writer.state.store, writer.state.blocked]),
  });
  // The chain has begun, so that opening it again writes nothing.
  takes = true;
  writer.take(items(1, 1));
  await until(() => safe.length === 1);
  takes = false;
  tries = 0;
  writer.take(items(2, 3));
  await until(() => writer.state.blocked !== undefined);
  seen.length = 0;
  await until(() => tries >= 3);
  const whileBlocked = [...seen];
  takes = true;
  await until(() => sum(safe) === 4);
  // Only now: a writer that is not closed tries again for ever, and so would a test that failed before.
  await writer.close();
  expect(whileBlocked.length).toBeGreaterThan(0);
  expect(whileBlocked.filter((state) => !isDeepStrictEqual(state, ['failing', 'spool-full']))).toEqual([]);
  expect(seen).toContainEqual(['open', undefined]);
  expect((await report()).ok).toBe(true);
}, 30_000);

test('a checkpoint is made after a minute, of however few records', async () => {
  let now = Date.UTC(2026, 10, 21);
  const { writer, checkpoints } = startWriter(directory, { now: () => now });
  writer.take(items(1, 3));
  await until(() => writer.state.seq === 4);
  now += 60_000;
  writer.run();
  await until(() => checkpoints.length === 1);
  expect(checkpoints).toMatchObject([{ fromSeq: 1, toSeq: 4 }]);
  await writer.close();
});

describe('a clock that is put back by an hour', () => {
  test('makes no pause of an hour where the store failed', async () => {
    let now = Date.UTC(2026, 10, 21);
    let isAway = true;
    const { writer } = startWriter(directory, {
      now: () => now,
      open: () =>
        isAway
          ? Promise.reject(new Error('away'))
          : Promise.resolve(openSqliteJournal(databaseIn(directory))),
    });
    writer.take(items(1, 3));
    await until(() => writer.state.spooledBytes > 0);
    isAway = false;
    now -= 3_600_000;
    writer.run();
    await until(() => writer.state.store === 'open' && writer.state.spooledBytes === 0);
    await writer.close();
    expect(uids(await stored())).toEqual(expected(1, 3));
  });

  test('does not keep checkpoints and retention back for longer', async () => {
    let now = Date.UTC(2026, 10, 21);
    let asked = 0;
    const { writer, checkpoints } = startWriter(directory, {
      now: () => now,
      open: () => {
        const journal = openSqliteJournal(databaseIn(directory));
        const retain = (retention: Retention): Promise<number> => {
          asked += 1;
          return journal.retain(retention);
        };
        return Promise.resolve({ ...journal, retain });
      },
    });
    writer.take(items(1, 3));
    await until(() => writer.state.seq === 4 && asked === 1);
    now -= 2 * 3_600_000;
    writer.run();
    await until(() => checkpoints.length === 1 && asked === 2);
    expect(checkpoints).toMatchObject([{ fromSeq: 1, toSeq: 4 }]);
    await writer.close();
    expect((await report()).ok).toBe(true);
  });
});

test('each start follows the chain before it and says whether that was stopped', async () => {
  const first = startWriter(directory);
  first.writer.take(items(1, 2));
  await first.writer.close();
  const second = startWriter(directory);
  await second.writer.close();
  const starts = (await stored()).filter(({ event }) => event.includes('"kind":"Start"'));
  expect(starts.map(({ event }) => JSON.parse(event) as object)).toMatchObject([
    { kind: 'Start', clean: true },
    { kind: 'Start', clean: true, after: first.name },
  ]);
  expect((await report()).ok).toBe(true);
});

describe('while the store is away, records go through the spool', () => {
  test('a database that another process has locked', async () => {
    const { writer, safe } = startWriter(directory);
    await until(() => writer.state.store === 'open');
    const other = new DatabaseSync(databaseIn(directory));
    other.exec('BEGIN IMMEDIATE');
    writer.take(items(1, 100));
    await until(() => sum(safe) === 100);
    expect(writer.state).toMatchObject({ store: 'failing' });
    expect(writer.state.spooledBytes).toBeGreaterThan(0);
    other.exec('ROLLBACK');
    other.close();
    await until(() => writer.state.store === 'open' && writer.state.spooledBytes === 0);
    await writer.close();
    expect(uids(await stored())).toEqual(expected(1, 100));
    expect((await report()).ok).toBe(true);
  });

  test('a place where no database can be, from the beginning', async () => {
    await writeFile(join(directory, 'taken'), '');
    const { writer, safe } = startWriter(directory, {
      open: () =>
        Promise.resolve().then(() => openSqliteJournal(join(directory, 'taken', 'decisions.sqlite'))),
    });
    writer.take(items(1, 50));
    await until(() => sum(safe) === 50);
    expect(writer.state.store).toBe('failing');
    expect(writer.state.trouble).toMatch(/not a directory|EEXIST|ENOTDIR/);
    await writer.close();
    // Whoever starts next finds them.
    const next = startWriter(directory);
    await next.writer.close();
    expect(uids(await stored())).toEqual(expected(1, 50));
    expect((await readdir(join(directory, 'decisions', 'spool'))).length).toBe(0);
  });

  test('a disk that is full, until it is made larger', async () => {
    const disk = join(directory, 'decisions');
    await mkdir(disk);
    const isMounted = mounted(disk, 'size=400k');
    try {
      const { writer, safe } = startWriter(directory, {
        spoolDirectory: join(directory, 'spool'),
        open: () =>
          Promise.resolve().then(() => {
            const journal = openSqliteJournal(databaseIn(directory));
            return isMounted ? journal : fullSoon(journal);
          }),
      });
      writer.take(items(1, 3_000));
      await until(() => sum(safe) === 3_000);
      expect(writer.state.spooledBytes).toBeGreaterThan(0);
      expect(writer.state.trouble).toMatch(/full/);
      if (isMounted) expect(mounted(disk, 'remount,size=64m')).toBe(true);
      await until(() => writer.state.store === 'open' && writer.state.spooledBytes === 0);
      await writer.close();
      expect(uids(await stored())).toEqual(expected(1, 3_000));
      expect((await report()).ok).toBe(true);
    } finally {
      if (isMounted) execFileSync('umount', [disk]);
    }
  });

  test('a commit of which nobody knows whether it happened is not made twice', async () => {
    let commits = 0;
    const { writer, safe } = startWriter(directory, {
      open: () => breakingBehind(() => (commits += 1) % 2 === 0),
    });
    writer.take(items(1, 1_700));
    await until(() => sum(safe) === 1_700);
    await until(() => writer.state.spooledBytes === 0);
    await writer.close();
    expect(uids(await stored())).toEqual(expected(1, 1_700));
    expect((await report()).ok).toBe(true);
  });

  test('nor one that held a checkpoint and nothing else', async () => {
    let now = Date.UTC(2026, 10, 1);
    let commits = 0;
    const { writer } = startWriter(directory, {
      now: () => now,
      open: () =>
        breakingBehind(
          ({ entries, checkpoints }) =>
            entries.length === 0 && checkpoints.length > 0 && (commits += 1) === 1,
        ),
    });
    writer.take(items(1, 5));
    await until(() => writer.state.seq === 6);
    now += 61_000;
    writer.run();
    await until(() => writer.state.store === 'failing');
    now += 1_000;
    writer.take(items(6, 5));
    await until(() => writer.state.store === 'open' && writer.state.seq === 11);
    now += 61_000;
    writer.run();
    await writer.close();
    expect(uids(await stored())).toEqual(expected(1, 10));
    expect((await report()).findings).toEqual([]);
  });
});

describe('where the spool fails too, records wait in memory and the state says so', () => {
  const away = (): Promise<Journal> => Promise.reject(new Error('away'));

  test('a full spool', async () => {
    let open = away;
    const { writer, safe } = startWriter(directory, {
      open: () => open(),
      limits: { bytes: 40_000, segmentBytes: 10_000 },
    });
    for (let from = 1; from <= 100; from += 10) {
      writer.take(items(from, 10));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await until(() => writer.state.blocked === 'spool-full');
    expect(sum(safe)).toBeLessThan(100);
    open = () => Promise.resolve(openSqliteJournal(databaseIn(directory)));
    await until(() => writer.state.store === 'open' && sum(safe) === 100);
    expect(writer.state.blocked).toBeUndefined();
    await writer.close();
    expect(uids(await stored())).toEqual(expected(1, 100));
  });

  test('a full spool, and more in memory than ever waits beside a store that is there', async () => {
    let open = away;
    const { writer, safe } = startWriter(directory, {
      open: () => open(),
      limits: { bytes: 40_000, segmentBytes: 10_000 },
    });
    writer.take(items(1, 9_000));
    await until(() => writer.state.blocked === 'spool-full');
    open = () => Promise.resolve(openSqliteJournal(databaseIn(directory)));
    await until(() => sum(safe) === 9_000);
    expect(writer.state).toMatchObject({ store: 'open' });
    expect(writer.state.blocked).toBeUndefined();
    await writer.close();
    expect(uids(await stored())).toEqual(expected(1, 9_000));
  });

  test('a spool that cannot be written', async () => {
    let open = away;
    const { writer, safe } = startWriter(directory, { open: () => open() });
    await rm(join(directory, 'decisions', 'spool'), { recursive: true });
    writer.take(items(1, 10));
    await until(() => writer.state.blocked === 'spool-error');
    expect(sum(safe)).toBe(0);
    open = () => Promise.resolve(openSqliteJournal(databaseIn(directory)));
    await until(() => sum(safe) === 10);
    expect(writer.state.blocked).toBeUndefined();
    await writer.close();
    expect(uids(await stored())).toEqual(expected(1, 10));
  });
});

test('a torn and a changed line of a spool are counted in the chain, the others are kept', async () => {
  const first = startWriter(directory, { open: () => Promise.reject(new Error('away')) });
  first.writer.take(items(1, 5));
  await until(() => sum(first.safe) === 5);
  await first.writer.close();
  const spool = join(directory, 'decisions', 'spool');
  const [folder = ''] = await readdir(spool);
  const segment = join(spool, folder, '00000001.full');
  const text = await readFile(segment, 'utf8');
  await writeFile(segment, `${text.replace('uid-2', 'uid-X')}${text.slice(0, 200)}`);
  const { writer } = startWriter(directory);
  await writer.close();
  expect(uids(await stored())).toEqual(['uid-1', 'uid-3', 'uid-4', 'uid-5']);
  expect(await report()).toMatchObject({ ok: true, gaps: { 'spool-corrupt': 2 } });
});

test('retention drops whole checkpoints, says so in the chain, and the log still verifies', async () => {
  let now = Date.UTC(2026, 10, 1);
  const { writer } = startWriter(directory, { now: () => now, retentionMillis: 86_400_000 });
  writer.take(items(1, 2_500));
  await until(() => writer.state.seq === 2_501);
  now += 2 * 86_400_000;
  writer.take(items(10_000, 5));
  writer.run();
  await until(() => writer.state.seq >= 2_507);
  await writer.close();
  const entries = await stored();
  expect(uids(entries)).not.toContain('uid-1');
  expect(uids(entries)).toContain('uid-10000');
  expect(entries.some(({ event }) => event.includes('"kind":"Retention"'))).toBe(true);
  expect((await report()).findings).toEqual([]);
});

test('retention that the end of the writer interrupts is told all the same', async () => {
  let now = Date.UTC(2026, 10, 1);
  let asked = 0;
  const { writer } = startWriter(directory, {
    now: () => now,
    retentionMillis: 86_400_000,
    open: () =>
      Promise.resolve().then(() => {
        const journal = openSqliteJournal(databaseIn(directory));
        return {
          ...journal,
          retain: (retention: Retention) => {
            asked += 1;
            return asked < 3 ? journal.retain(retention) : Promise.reject(new Error('a backup reads'));
          },
        };
      }),
  });
  writer.take(items(1, 2_500));
  await until(() => writer.state.seq === 2_501 && asked === 1);
  now += 2 * 86_400_000;
  writer.run();
  await until(() => writer.state.store === 'failing');
  now += 1_000;
  writer.run();
  await until(() => writer.state.store === 'open');
  // It is not asked for again at once: the tables may be locked for long.
  expect(asked).toBe(3);
  await writer.close();
  expect(uids(await stored())).not.toContain('uid-1');
  expect((await report()).findings).toEqual([]);
});

test('a key that was replaced signs what follows, and the log still verifies with both', async () => {
  const publicKeys = [];
  for (const from of [1, 11]) {
    const { writer } = startWriter(directory);
    writer.take(items(from, 10));
    await writer.close();
    publicKeys.push(createPublicKey(await readFile(publicKeyIn(directory))));
    for (const file of [publicKeyIn(directory), publicKeyIn(directory).replace(/\.pub$/, '')]) await rm(file);
  }
  const archive = openSqliteArchive(databaseIn(directory));
  const evidence = { entries: archive.entries({}), checkpoints: archive.checkpoints() };
  const { findings, chains } = await verify(evidence, { keys: publicKeys });
  await archive.close();
  expect(findings).toEqual([]);
  expect(chains.every(({ signedThrough, lastSeq }) => signedThrough === lastSeq)).toBe(true);
});

/** Where a test may not mount a disk: a journal that says what SQLite says when the disk is full, the first time that it is opened. */
function fullSoon(journal: Journal): Journal {
  let left = 2;
  return {
    ...journal,
    append: async (batch) => {
      left -= 1;
      if (left === 0) throw new Error('database or disk is full');
      await journal.append(batch);
    },
  };
}

/** Opens a journal that stores every batch, and whose connection breaks behind those that `breaks` claims. */
function breakingBehind(breaks: (batch: Batch) => boolean): Promise<Journal> {
  return Promise.resolve().then(() => {
    const journal = openSqliteJournal(databaseIn(directory));
    return {
      ...journal,
      append: async (batch) => {
        await journal.append(batch);
        if (breaks(batch)) throw new Error('the connection broke behind the commit');
      },
    };
  });
}
