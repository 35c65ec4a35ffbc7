// Both stores keep a journal alike: batches whole or not at all, chains, checkpoints, spool progress, retention; and verification finds them intact.
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from '@jest/globals';
import { checkpointKey, checkpointOf } from '../../../src/decisions/integrity/checkpoint.ts';
import { verify } from '../../../src/decisions/integrity/verify.ts';
import type { Checkpoint, StoredEntry } from '../../../src/decisions/repository.ts';
import { parsed } from '../../../src/decisions/query/terms.ts';
import { stringAt } from '../../../src/k8s/json.ts';
import { recordVersion } from '../../../src/decisions/record.ts';
import { chained, plentiful } from '../query/plentiful.ts';
import { describeStores } from './stores.ts';
import type { Opened, Store } from './stores.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const key = checkpointKey(privateKey);
const day = 86_400_000;
const start = Date.UTC(2026, 10, 1, 12);

const timeOf = (entry: StoredEntry | undefined): string => stringAt(parsed(entry?.event ?? ''), 'time') ?? '';

/** A chain with a Start, `count` decisions spread over days, and a checkpoint for each `every` entries. */
function chain(
  writer: string,
  count: number,
  every: number,
  stepMillis = day / 20,
): {
  readonly entries: readonly StoredEntry[];
  readonly checkpoints: readonly Checkpoint[];
} {
  const first = {
    apiVersion: recordVersion,
    clean: true,
    kind: 'Start',
    time: new Date(start).toISOString(),
  };
  const events = [
    first,
    ...plentiful({ count, start, stepMillis, tenants: 3, users: 3, rules: 3, seed: count }),
  ];
  const entries = [...chained(events, writer)];
  const checkpoints: Checkpoint[] = [];
  for (let at = 0; at + every <= entries.length; at += every) {
    const run = entries.slice(at, at + every);
    const time = timeOf(run.at(-1));
    const made = checkpointOf(run, checkpoints.at(-1), time, key);
    if (made !== undefined) checkpoints.push(made);
  }
  return { entries, checkpoints };
}

const all = async <T>(items: AsyncIterable<T>): Promise<readonly T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};
const plain = (entries: readonly StoredEntry[]): readonly unknown[] =>
  entries.map(({ writer, seq, prev, hash, event, recordHash, latencyMicros }) => ({
    writer,
    seq,
    prev,
    hash,
    event,
    recordHash,
    latencyMicros,
  }));

describeStores('the journal', (begin) => {
  let store: Store;
  let opened: Opened;
  beforeAll(async () => {
    store = await begin();
  }, 60_000);
  beforeEach(async () => {
    opened = await store.open();
  });
  afterEach(() => opened.close());
  afterAll(() => store.end());

  const intact = async (): Promise<unknown> => {
    const { archive } = opened;
    const evidence = { entries: archive.entries({}), checkpoints: archive.checkpoints() };
    const { findings, records } = await verify(evidence, { keys: [publicKey] });
    return { findings, records };
  };

  test('gives back what it was given, chain by chain', async () => {
    const one = chain('b/1', 30, 10);
    const two = chain('a/1', 20, 7);
    await opened.journal.append({
      entries: one.entries.slice(0, 12),
      checkpoints: one.checkpoints.slice(0, 1),
    });
    await opened.journal.append(two);
    await opened.journal.append({ entries: one.entries.slice(12), checkpoints: one.checkpoints.slice(1) });
    expect(plain(await all(opened.archive.entries({})))).toEqual(plain([...two.entries, ...one.entries]));
    expect(plain(await all(opened.archive.entries({ writer: 'b/1', after: 25 })))).toEqual(
      plain(one.entries.slice(25)),
    );
    expect(await all(opened.archive.checkpoints())).toEqual([...two.checkpoints, ...one.checkpoints]);
    expect(await intact()).toEqual({ findings: [], records: 52 });
  });

  test('walks more than one portion', async () => {
    const { entries, checkpoints } = chain('a/1', 2_100, 500, 1_000);
    for (let at = 0; at < entries.length; at += 700)
      await opened.journal.append({ entries: entries.slice(at, at + 700), checkpoints: [] });
    await opened.journal.append({ entries: [], checkpoints });
    expect(await intact()).toEqual({ findings: [], records: 2_101 });
  });

  test('knows the end of the youngest chain of a replica', async () => {
    const old = chain('pod-a/2026-11-01T00:00:00.000Z-1111', 5, 2);
    const young = chain('pod-a/2026-11-02T00:00:00.000Z-1111', 3, 2);
    const other = chain('pod-ab/2026-11-03T00:00:00.000Z-1111', 9, 2);
    for (const one of [young, old, other])
      await opened.journal.append({ entries: one.entries, checkpoints: [] });
    expect(await opened.journal.last('pod-a')).toMatchObject({ ...young.entries.at(-1) });
    expect(await opened.journal.last('pod')).toBeUndefined();
    expect(
      plain(await opened.journal.tail({ writer: 'pod-ab/2026-11-03T00:00:00.000Z-1111', after: 7 })),
    ).toEqual(plain(other.entries.slice(7)));
  });

  test('knows the last checkpoint of a key and a replica', async () => {
    const one = chain('pod-a/1', 30, 10);
    const two = chain('pod-b/1', 50, 10);
    await opened.journal.append(one);
    await opened.journal.append(two);
    const of = { keyId: key.keyId, replica: 'pod-a' };
    expect(await opened.journal.lastCheckpoint(of)).toEqual(one.checkpoints.at(-1));
    expect(await opened.journal.lastCheckpoint({ ...of, keyId: 'another' })).toBeUndefined();
    expect(await opened.journal.lastCheckpoint({ ...of, replica: 'pod' })).toBeUndefined();
  });

  test('knows how far a chain is covered, whatever key signed', async () => {
    const { entries, checkpoints } = chain('a/1', 30, 10);
    const other = checkpointKey(generateKeyPairSync('ed25519').privateKey);
    const made = checkpointOf(entries.slice(20, 25), undefined, new Date(start).toISOString(), other);
    if (made === undefined) throw new Error('empty');
    await opened.journal.append({ entries, checkpoints: [...checkpoints.slice(0, 2), made] });
    expect(await opened.journal.coveredThrough('a/1')).toBe(25);
    expect(await opened.journal.coveredThrough('b/1')).toBe(0);
  });

  test('remembers how far a spool segment has been written, in the same transaction', async () => {
    const { entries } = chain('a/1', 4, 10);
    expect(await opened.journal.spooledThrough('s1')).toBe(0);
    await opened.journal.append({
      entries: entries.slice(0, 2),
      checkpoints: [],
      spooled: { segment: 's1', through: 2 },
    });
    await opened.journal.append({
      entries: entries.slice(2),
      checkpoints: [],
      spooled: { segment: 's1', through: 5 },
    });
    expect(await opened.journal.spooledThrough('s1')).toBe(5);
    await opened.journal.forgetSpool('s1');
    expect(await opened.journal.spooledThrough('s1')).toBe(0);
  });

  test('writes a batch whole or not at all', async () => {
    const { entries } = chain('a/1', 6, 10);
    await opened.journal.append({ entries: entries.slice(0, 2), checkpoints: [] });
    const [, , third, fourth] = entries;
    if (third === undefined || fourth === undefined) throw new Error('too short');
    // The last one contradicts its chain: its seq is taken, or does not follow.
    const broken = {
      entries: [third, fourth, { ...fourth, seq: 9, prev: 'f'.repeat(64), event: '{' }],
      checkpoints: [],
      spooled: { segment: 's', through: 3 },
    };
    await expect(opened.journal.append(broken)).rejects.toThrow();
    expect(await opened.journal.spooledThrough('s')).toBe(0);
    expect(plain(await all(opened.archive.entries({})))).toEqual(plain(entries.slice(0, 2)));
  });

  test('drops what is old and sealed, keeps its checkpoints, and stays verifiable', async () => {
    // Twelve days; a checkpoint every 15 entries, which reach over midnight now and then.
    const { entries, checkpoints } = chain('a/1', 240, 15);
    await opened.journal.append({ entries, checkpoints });
    const before = new Date(start + 6 * day).toISOString();
    let dropped = 0;
    for (let count = -1; count !== 0; dropped += count) count = await opened.journal.retain({ before });
    const left = await all(opened.archive.entries({}));
    expect(left.length).toBe(entries.length - dropped);
    expect(dropped).toBeGreaterThan(60);
    // Nothing younger went, and what stays begins where a checkpoint does.
    expect(left.map(({ seq }) => seq)).toEqual(entries.slice(dropped).map(({ seq }) => seq));
    expect(dropped % 15).toBe(0);
    const [last] = entries.slice(dropped - 1);
    expect(timeOf(last) < before).toBe(true);
    expect(await all(opened.archive.checkpoints())).toEqual(checkpoints);
    const retention = {
      apiVersion: recordVersion,
      before,
      dropped,
      kind: 'Retention',
      time: new Date().toISOString(),
    };
    const end = entries.at(-1);
    if (end === undefined) throw new Error('empty');
    await opened.journal.append({ entries: [...chained([retention], 'a/1', end)], checkpoints: [] });
    expect(await intact()).toEqual({ findings: [], records: left.length + 1 });
    // Questions forget it too.
    const { records } = await opened.reader.page({ filter: {}, order: 'oldest', limit: 1 });
    expect(records[0]?.seq).toBe(dropped + 1);
    const counted = (await opened.reader.group({}, 'hour', 10_000)).reduce(
      (sum, { count }) => sum + count,
      0,
    );
    expect(counted).toBe(left.length);
  });

  test('drops with its day what no checkpoint will ever seal: the end of a writer that was killed', async () => {
    const killed = chain('pod-x/1', 118, 15);
    const later = chain('pod-y/1', 240, 15);
    const untold = chain('audit-z/1', 3, 15);
    const before = new Date(start + 9 * day).toISOString();
    await opened.journal.append(killed);
    await opened.journal.append(untold);
    await opened.journal.append(later);
    let dropped = 0;
    for (let count = -1; count !== 0; dropped += count) count = await opened.journal.retain({ before });
    const left = await all(opened.archive.entries({}));
    expect(left.map(({ writer }) => writer)).not.toContain('pod-x/1');
    expect(left.map(({ writer }) => writer)).not.toContain('audit-z/1');
    expect(left.filter((entry) => timeOf(entry) < new Date(start + 7 * day).toISOString())).toEqual([]);
    expect(left.length).toBe(119 + 241 + 4 - dropped);
    const end = later.entries.at(-1);
    if (end === undefined) throw new Error('empty');
    const told = {
      apiVersion: recordVersion,
      before,
      dropped,
      kind: 'Retention',
      time: new Date().toISOString(),
    };
    await opened.journal.append({ entries: [...chained([told], 'pod-y/1', end)], checkpoints: [] });
    expect(await intact()).toMatchObject({ findings: [] });
  });

  test('keeps the end of a chain whose checkpoint is young, however old its records are', async () => {
    const { entries, checkpoints } = chain('a/1', 59, 15);
    const run = entries.slice(45);
    const late = checkpointOf(run, checkpoints[2], new Date(start + 60 * day).toISOString(), key);
    if (late === undefined) throw new Error('empty');
    await opened.journal.append({ entries, checkpoints: [...checkpoints.slice(0, 3), late] });
    const before = new Date(start + 30 * day).toISOString();
    for (let count = -1; count !== 0;) count = await opened.journal.retain({ before });
    const left = await all(opened.archive.entries({}));
    expect(left.map(({ seq }) => seq)).toEqual(expect.arrayContaining(run.map(({ seq }) => seq)));
  });

  test('takes and finds what a user may write before the API server looks at it: NUL', async () => {
    const [sample] = plentiful({ count: 1, start, stepMillis: 1, tenants: 1, users: 1, rules: 1, seed: 3 });
    if (sample === undefined) throw new Error('empty');
    const event = {
      ...sample,
      tenant: 'ten\0ant',
      resource: { ...sample.resource, name: 'a\0b' },
      user: { ...sample.user, username: 'j\0ane' },
      warnings: ['the name a\0b is none'],
    };
    const entries = [...chained([event], 'a/1')];
    await opened.journal.append({ entries, checkpoints: [] });
    expect(plain(await all(opened.archive.entries({})))).toEqual(plain(entries));
    const asked = { name: ['a\0b'], tenant: ['ten\0ant'], user: ['j\0ane'], text: 'a\0b' };
    const { records } = await opened.reader.page({ filter: asked, order: 'newest', limit: 5 });
    expect(records.map(({ seq }) => seq)).toEqual([1]);
    expect(await opened.reader.find(sample.decisionId, ['ten\0ant'])).toBeDefined();
    expect(await opened.reader.find(`${sample.decisionId}\0`)).toBeUndefined();
  });

  test('drops nothing that no checkpoint has sealed', async () => {
    const { entries } = chain('a/1', 60, 15);
    const { checkpoints } = chain('b/1', 60, 15);
    await opened.journal.append({ entries, checkpoints: [] });
    expect(checkpoints.length).toBeGreaterThan(0);
    // A chain that goes on today.
    const end = entries.at(-1);
    if (end === undefined) throw new Error('empty');
    const now = [
      ...plentiful({ count: 1, start: Date.now(), stepMillis: 1, tenants: 1, users: 1, rules: 1, seed: 3 }),
    ];
    await opened.journal.append({ entries: [...chained(now, 'a/1', end)], checkpoints: [] });
    expect(await opened.journal.retain({ before: new Date(start + 10 * day).toISOString() })).toBe(0);
    expect((await all(opened.archive.entries({}))).length).toBe(62);
  });
});
