// Verification: whatever is done to a log, it is found, and the first bad record is named.
import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { entryOf, linked, nothing } from '../../../src/decisions/integrity/chain.ts';
import { checkpointOf } from '../../../src/decisions/integrity/checkpoint.ts';
import { merkleRoot } from '../../../src/decisions/integrity/merkle.ts';
import { verify } from '../../../src/decisions/integrity/verify.ts';
import type { Evidence } from '../../../src/decisions/integrity/verify.ts';
import { sealedEvent } from '../../../src/decisions/event/seal.ts';
import type { LogEvent, LogRecord } from '../../../src/decisions/record.ts';
import type { Checkpoint, StoredEntry } from '../../../src/decisions/repository.ts';
import { decisionEvent, newKey, sampleLog, start, version } from '../sampleLog.ts';

const log = sampleLog([2_500, 30]);
const [firstWriter = '', secondWriter = ''] = [...new Set(log.entries.map(({ writer }) => writer))];

const verified = (evidence: Evidence, trust = { keys: [log.publicKey] }): ReturnType<typeof verify> =>
  verify(evidence, trust);

const replaced = (index: number, change: (entry: StoredEntry) => StoredEntry): StoredEntry[] =>
  log.entries.map((entry, at) => (at === index ? change(entry) : entry));

/** The log with its entries numbered anew, as someone would who hides a change of length. */
const renumbered = (entries: readonly StoredEntry[]): StoredEntry[] => {
  const counts = new Map<string, number>();
  return entries.map((entry) => {
    const seq = (counts.get(entry.writer) ?? 0) + 1;
    counts.set(entry.writer, seq);
    return { ...entry, seq };
  });
};

/** A chain of the same decisions that hangs together by itself. */
function rewritten(entries: readonly StoredEntry[], change: (event: string) => string): StoredEntry[] {
  const made: StoredEntry[] = [];
  for (const entry of entries) {
    const last = made.at(-1);
    const before =
      last?.writer === entry.writer ? last : { writer: entry.writer, seq: 0, hash: last?.hash ?? nothing };
    const event = change(entry.event);
    made.push(linked(before, sealedEvent(JSON.parse(event) as LogEvent), entry.latencyMicros));
  }
  return made;
}

test('a log as it was written', async () => {
  const report = await verified(log);
  expect(report).toMatchObject({ ok: true, records: 2_534, checkpoints: 4, findings: [], gaps: {} });
  expect(report.chains).toMatchObject([
    { writer: firstWriter, firstSeq: 1, lastSeq: 2_502, signedThrough: 2_502, closed: true },
    { writer: secondWriter, lastSeq: 32, closed: true },
  ]);
});

describe('tampering', () => {
  const at = 1_234;
  const seq = at + 1;
  const writer = firstWriter;
  const swap = (entries: readonly StoredEntry[]): StoredEntry[] => {
    const [one, other] = [entries[at], entries[at + 1]];
    if (one === undefined || other === undefined) throw new Error('too short');
    return entries.toSpliced(at, 2, { ...other, seq: one.seq }, { ...one, seq: other.seq });
  };
  const foreign = (): StoredEntry => {
    const before = log.entries[at - 1];
    if (before === undefined) throw new Error('too short');
    return linked(before, sealedEvent(decisionEvent(77_777)), 5);
  };
  test.each<[string, () => readonly StoredEntry[], string]>([
    [
      'one byte of a record is changed',
      () => replaced(at, (entry) => ({ ...entry, event: entry.event.replace('"dev"', '"Dev"') })),
      'record.changed',
    ],
    [
      'one byte is changed and the record-hash with it',
      () =>
        replaced(at, (entry) => ({
          ...entry,
          ...sealedEvent(JSON.parse(entry.event.replace('"dev"', '"Dev"')) as LogEvent),
        })),
      'record.changed',
    ],
    [
      'the latency is changed',
      () => replaced(at, (entry) => ({ ...entry, latencyMicros: entry.latencyMicros + 1 })),
      'record.changed',
    ],
    ['the hash is changed', () => replaced(at, (entry) => ({ ...entry, hash: nothing })), 'record.changed'],
    ['a record is removed', () => log.entries.toSpliced(at, 1), 'record.removed'],
    [
      'a record is removed and the others are numbered anew',
      () => renumbered(log.entries.toSpliced(at, 1)),
      'record.changed',
    ],
    ['two records are swapped', () => swap(log.entries), 'record.changed'],
    [
      'a record is put in between',
      () => renumbered(log.entries.toSpliced(at, 0, foreign())),
      'record.inserted',
    ],
    ['a record stands in place of another', () => replaced(at, foreign), 'record.changed'],
  ])('%s', async (_sentence, entries, code) => {
    const report = await verified({ ...log, entries: entries() });
    expect(report.ok).toBe(false);
    const [first] = report.findings;
    // A record that is sound by itself and stands in place of another is noticed by the one that follows.
    const names = _sentence === 'a record stands in place of another' ? seq + 1 : seq;
    expect(first).toMatchObject({ code, writer, seq: names });
  });

  test('two lines of an export are swapped', async () => {
    const [one, other] = [log.entries[at], log.entries[at + 1]];
    if (one === undefined || other === undefined) throw new Error('too short');
    const report = await verified({ ...log, entries: log.entries.toSpliced(at, 2, other, one) });
    expect(report.findings[0]).toMatchObject({ code: 'record.reordered', writer, seq });
  });

  test('the tail of the last chain is cut in front of its checkpoint', async () => {
    const report = await verified({ ...log, entries: log.entries.slice(0, -5) });
    expect(report.findings).toMatchObject([{ code: 'chain.cut', writer: secondWriter, seq: 28 }]);
  });

  test('the tail of a chain is cut with its checkpoint', async () => {
    const { entries, checkpoints } = log;
    const report = await verified({
      entries: entries.filter((entry) => entry.writer !== firstWriter || entry.seq <= 2_000),
      checkpoints: checkpoints.filter(({ number }) => number !== 3),
    });
    expect(report.findings.map(({ code, writer: where, seq: place }) => [code, where, place])).toEqual([
      ['chain.cut', firstWriter, 2_001],
      ['checkpoint.missing', secondWriter, 1],
    ]);
  });

  test('a whole chain is gone', async () => {
    const { entries, checkpoints } = log;
    const report = await verified({
      entries: entries.filter((entry) => entry.writer === secondWriter),
      checkpoints: checkpoints.filter((checkpoint) => checkpoint.writer === secondWriter),
    });
    expect(report.findings[0]).toMatchObject({ code: 'chain.missing', writer: firstWriter });
  });

  test('the whole log is rewritten with a fresh chain, the checkpoints stay', async () => {
    const entries = rewritten(log.entries, (event) => event.replace('"denied"', '"allowed"'));
    const report = await verified({ ...log, entries });
    expect(report.findings[0]).toMatchObject({ code: 'chain.rewritten', writer: firstWriter, seq: 1 });
  });

  test('the whole log is rewritten with checkpoints of another key', async () => {
    const entries = rewritten(log.entries, (event) => event.replace('"denied"', '"allowed"'));
    const other = newKey();
    const checkpoints = resigned(entries, other.key);
    expect((await verified({ entries, checkpoints }, { keys: [other.publicKey] })).ok).toBe(true);
    const report = await verified({ entries, checkpoints });
    expect(report.findings[0]).toMatchObject({ code: 'checkpoint.key', writer: firstWriter, seq: 1 });
  });

  test('the whole log is rewritten, the checkpoints are gone', async () => {
    const entries = rewritten(log.entries, (event) => event.replace('"denied"', '"allowed"'));
    const report = await verified({ entries, checkpoints: [] });
    expect(report.findings[0]).toMatchObject({ code: 'chain.unsigned', writer: firstWriter, seq: 1 });
  });

  test('a short log is rewritten, the checkpoints are gone, one was kept elsewhere', async () => {
    const short = sampleLog([20]);
    const entries = rewritten(short.entries, (event) => event.replace('"denied"', '"allowed"'));
    const trust = { keys: [short.publicKey], anchors: short.checkpoints };
    const report = await verify({ entries, checkpoints: [] }, trust);
    expect(report.findings[0]).toMatchObject({ code: 'checkpoint.missing', seq: 1 });
  });

  test.each<[string, (checkpoint: Checkpoint) => Checkpoint, string]>([
    ['the root of a checkpoint', (one) => ({ ...one, root: nothing }), 'chain.rewritten'],
    [
      'the time of a checkpoint',
      (one) => ({ ...one, time: '2020-01-01T00:00:00.000Z' }),
      'checkpoint.signature',
    ],
    ['the signature of a checkpoint', (one) => ({ ...one, signature: 'AAAA' }), 'checkpoint.signature'],
  ])('%s is changed', async (_sentence, change, code) => {
    const checkpoints = log.checkpoints.map((one, index) => (index === 1 ? change(one) : one));
    const report = await verified({ ...log, checkpoints });
    expect(report.findings[0]).toMatchObject({ code, writer: firstWriter, seq: 1_001 });
  });
});

describe('retention', () => {
  const without = (through: number): StoredEntry[] =>
    log.entries.filter((entry) => entry.writer !== firstWriter || entry.seq > through);
  const last = log.entries.at(-1);
  const told = linked(
    last ?? { writer: '', seq: 0, hash: '' },
    sealedEvent({
      apiVersion: version,
      kind: 'Retention',
      time: new Date(start).toISOString(),
      before: new Date(start + 86_400_000).toISOString(),
      dropped: 1_000,
    }),
    0,
  );

  test.each([
    ['whole checkpoints from the beginning, told in the chain', [...without(2_000), told], []],
    ['a whole chain, told in the chain', [...without(2_502), told], []],
    ['nobody told', without(1_000), ['record.removed 1']],
    ['more than whole checkpoints', [...without(1_500), told], ['record.removed 1001']],
  ])('%s', async (_sentence, entries, expected) => {
    const report = await verified({ ...log, entries });
    expect(report.findings.map(({ code, seq }) => `${code} ${seq}`)).toEqual(expected);
  });
});

describe('a log that grows while it is read', () => {
  async function* later(checkpoints: readonly Checkpoint[]): AsyncGenerator<Checkpoint> {
    yield* await Promise.resolve(checkpoints);
  }
  const growing = (entries: readonly StoredEntry[], checkpoints = log.checkpoints): Evidence => ({
    entries,
    checkpoints: [],
    later: () => later(checkpoints),
  });

  test('is vouched for by what was signed meanwhile', async () => {
    const unsigned = await verified({ entries: log.entries, checkpoints: [] });
    expect(unsigned.findings).toMatchObject([{ code: 'chain.unsigned', writer: firstWriter }]);
    const report = await verified(growing(log.entries));
    expect(report).toMatchObject({ ok: true, findings: [], checkpoints: 4 });
    expect(report.chains[0]).toMatchObject({ signedThrough: 2_502 });
  });

  test('was not cut where a checkpoint is about records that came too late', async () => {
    expect((await verified(growing(log.entries.slice(0, 1_900)))).findings).toEqual([]);
  });

  test('was cut where the checkpoint was there before', async () => {
    const evidence = { ...growing(log.entries.slice(0, 1_900)), checkpoints: log.checkpoints };
    expect((await verified(evidence)).findings[0]).toMatchObject({ code: 'chain.cut', seq: 1_901 });
  });

  test('was changed where what was signed meanwhile is something else', async () => {
    const entries = rewritten(log.entries, (event) => event.replace('"uid-1500"', '"uid-x"'));
    const report = await verified(growing(entries));
    expect(report.findings[0]).toMatchObject({ code: 'chain.rewritten', seq: 1_001 });
  });
});

test('any single change to any field of any record is found', async () => {
  const small = sampleLog([12]);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(small.entries.length - 1),
      fc.constantFrom('event', 'recordHash', 'prev', 'hash'),
      fc.nat(),
      async (index, field, place) => {
        const entries = small.entries.map((entry, at) => {
          if (at !== index) return entry;
          const text = entry[field];
          const offset = place % text.length;
          const other = text[offset] === '0' ? '1' : '0';
          return { ...entry, [field]: text.slice(0, offset) + other + text.slice(offset + 1) };
        });
        const report = await verify({ ...small, entries }, { keys: [small.publicKey] });
        expect(report.ok).toBe(false);
        const bad = report.findings.map(({ seq }) => seq);
        expect(Math.min(...bad)).toBeLessThanOrEqual(index + 1);
      },
    ),
    { numRuns: 200 },
  );
});

test('an exported record leads back to its entry', () => {
  for (const entry of sampleLog([3]).entries) {
    const { event, ...place } = entry;
    const record = { ...(JSON.parse(event) as object), ...place } as LogRecord;
    expect(entryOf(record)).toEqual(entry);
  }
});

/** RFC 6962, word by word. */
function obviousRoot(hashes: readonly string[]): string {
  if (hashes.length <= 1) return merkleRoot(hashes);
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return nodeHash(obviousRoot(hashes.slice(0, split)), obviousRoot(hashes.slice(split)));
}

/** The node over two roots is what a tree of two gives, had it these as its leaf hashes; made here from the definition. */
function nodeHash(left: string, right: string): string {
  return createHash('sha256')
    .update(Buffer.concat([Buffer.of(1), Buffer.from(left, 'hex'), Buffer.from(right, 'hex')]))
    .digest('hex');
}

test('Merkle roots are those of RFC 6962', () => {
  const hashes = log.entries.slice(0, 40).map(({ hash }) => hash);
  for (let count = 1; count <= hashes.length; count += 1) {
    expect(merkleRoot(hashes.slice(0, count))).toBe(obviousRoot(hashes.slice(0, count)));
  }
});

/** Checkpoints over a chain, as whoever has another key would make them. */
function resigned(entries: readonly StoredEntry[], key: ReturnType<typeof newKey>['key']): Checkpoint[] {
  const made: Checkpoint[] = [];
  for (const run of Map.groupBy(entries, ({ writer }) => writer).values()) {
    const checkpoint = checkpointOf(run, made.at(-1), new Date(start).toISOString(), key);
    if (checkpoint !== undefined) made.push(checkpoint);
  }
  return made;
}
