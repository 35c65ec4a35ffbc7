/** The writing half of the SQLite store; lives in the writer thread. */
import type { DatabaseSync } from 'node:sqlite';
import { textsIn } from '../../members.ts';
import type { Batch, Checkpoint, Journal, StoredEntry } from '../../repository.ts';
import { replicaOf } from '../../writerName.ts';
import { openForWriting } from './database.ts';
import { checkpointOfRow, entryColumns, entryOfRow } from './rows.ts';

/** Members of an event that have a column. */
const columns: ReadonlySet<string> = new Set(['time', 'kind', 'decisionId', 'retryOf']);

/** Checkpoints whose entries go in one transaction: a thousand entries each at most. */
const checkpointsAtOnce = 5;
/** Chains without one that go in one transaction: such an end has some thousand entries at most. */
const chainsAtOnce = 5;

/** Opens the store in a file. Every call works at once and answers with a settled promise. */
export function openSqliteJournal(file: string): Journal {
  const database = openForWriting(file);
  try {
    return journalIn(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

function journalIn(database: DatabaseSync): Journal {
  const writerIds = new Map<string, number>();
  /** Whose entries were written last. */
  let writing: number | undefined;
  const statements = {
    addWriter: database.prepare('INSERT INTO writers (name) VALUES (?) ON CONFLICT DO NOTHING'),
    writer: database.prepare('SELECT id FROM writers WHERE name = ?'),
    writers: database.prepare('SELECT id, name FROM writers ORDER BY name DESC'),
    addEntry: database.prepare(
      `INSERT INTO entries (writer, seq, time, kind, decision_id, retry_of, event, record_hash, latency_micros, prev, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    addCheckpoint: database.prepare(
      `INSERT INTO checkpoints (key_id, replica, number, writer, from_seq, to_seq, first_prev, last_hash, root, time, previous, signature)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    setSpooled: database.prepare(
      'INSERT INTO spooled (segment, through) VALUES (?, ?) ON CONFLICT DO UPDATE SET through = excluded.through',
    ),
    spooled: database.prepare('SELECT through FROM spooled WHERE segment = ?'),
    forgetSpool: database.prepare('DELETE FROM spooled WHERE segment = ?'),
    last: database.prepare(
      `SELECT ${entryColumns} FROM entries JOIN writers ON writers.id = writer WHERE writer = ? ORDER BY seq DESC LIMIT 1`,
    ),
    tail: database.prepare(
      `SELECT ${entryColumns} FROM entries JOIN writers ON writers.id = writer WHERE name = ? AND seq > ? ORDER BY seq`,
    ),
    lastCheckpoint: database.prepare(
      'SELECT * FROM checkpoints WHERE key_id = ? AND replica = ? ORDER BY number DESC LIMIT 1',
    ),
    covered: database.prepare('SELECT max(to_seq) AS through FROM checkpoints WHERE writer = ?'),
    old: database.prepare('SELECT * FROM checkpoints WHERE dropped = 0 AND time < ? ORDER BY time LIMIT ?'),
    dropEntries: database.prepare(
      'DELETE FROM entries WHERE writer = (SELECT id FROM writers WHERE name = ?) AND seq BETWEEN ? AND ?',
    ),
    ended: database.prepare(
      `SELECT id FROM writers LEFT JOIN (SELECT writer AS name, min(dropped) AS dropped FROM checkpoints GROUP BY writer) USING (name)
       WHERE coalesce(dropped, 1) = 1 AND (SELECT time FROM entries WHERE writer = id ORDER BY seq DESC LIMIT 1) < ? LIMIT ?`,
    ),
    dropChain: database.prepare('DELETE FROM entries WHERE writer = ?'),
    markDropped: database.prepare(
      'UPDATE checkpoints SET dropped = 1 WHERE key_id = ? AND replica = ? AND number = ?',
    ),
  };

  function idOf(writer: string): number {
    const known = writerIds.get(writer);
    if (known !== undefined) return known;
    statements.addWriter.run(writer);
    const id = statements.writer.get(writer)?.['id'];
    if (typeof id !== 'number') throw new Error('a writer was added and is not there');
    return id;
  }

  function addEntry(entry: StoredEntry, writer: number): void {
    const known = textsIn(entry.event, columns);
    if (known === undefined) throw new Error('an event is no JSON object');
    statements.addEntry.run(
      writer,
      entry.seq,
      Date.parse(known.get('time') ?? '') || 0,
      known.get('kind') ?? '',
      known.get('decisionId') ?? null,
      known.get('retryOf') ?? null,
      entry.event,
      Buffer.from(entry.recordHash, 'hex'),
      entry.latencyMicros,
      Buffer.from(entry.prev, 'hex'),
      Buffer.from(entry.hash, 'hex'),
    );
  }

  function addCheckpoint(made: Checkpoint): void {
    statements.addCheckpoint.run(
      made.keyId,
      replicaOf(made.writer),
      made.number,
      made.writer,
      made.fromSeq,
      made.toSeq,
      made.firstPrev,
      made.lastHash,
      made.root,
      made.time,
      made.previous,
      made.signature,
    );
  }

  /**
   * Drops what no checkpoint will ever seal: the last moments of a process that was killed and whose name did not come back, or what a command left that recorded that it read
   * the log. Nothing vouches for it and nothing follows it.
   */
  function dropEnded(before: string): number {
    let dropped = 0;
    // What this process writes goes on: its checkpoint is still to come.
    for (const { id } of statements.ended.all(Date.parse(before), chainsAtOnce))
      if (id !== writing) dropped += Number(statements.dropChain.run(id ?? null).changes);
    return dropped;
  }

  function transaction<Result>(work: () => Result): Promise<Result> {
    try {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        database.exec('COMMIT');
        return Promise.resolve(result);
      } catch (error) {
        // SQLite has rolled back by itself after some errors, a full disk among them.
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    } catch (error) {
      return Promise.reject(asError(error));
    }
  }

  /** Remembers a writer's id only once it is committed. */
  function append({ entries, checkpoints, spooled }: Batch): Promise<void> {
    const fresh = new Map<string, number>();
    return transaction(() => {
      for (const entry of entries) {
        const id = fresh.get(entry.writer) ?? idOf(entry.writer);
        fresh.set(entry.writer, id);
        addEntry(entry, id);
      }
      for (const checkpoint of checkpoints) addCheckpoint(checkpoint);
      if (spooled !== undefined) statements.setSpooled.run(spooled.segment, spooled.through);
    }).then(() => {
      for (const [writer, id] of fresh) {
        writerIds.set(writer, id);
        writing = id;
      }
    });
  }

  return {
    append,
    last: (replica) =>
      settled(() => {
        for (const { id, name } of statements.writers.all()) {
          if (typeof name !== 'string' || replicaOf(name) !== replica) continue;
          const row = statements.last.get(id ?? null);
          if (row !== undefined) return entryOfRow(row);
        }
        return undefined;
      }),
    tail: ({ writer, after }) => settled(() => statements.tail.all(writer, after).map(entryOfRow)),
    coveredThrough: (writer) => settled(() => Number(statements.covered.get(writer)?.['through'] ?? 0)),
    lastCheckpoint: ({ keyId, replica }) =>
      settled(() => {
        const row = statements.lastCheckpoint.get(keyId, replica);
        return row === undefined ? undefined : checkpointOfRow(row);
      }),
    spooledThrough: (segment) =>
      settled(() => {
        const through = statements.spooled.get(segment)?.['through'];
        return typeof through === 'number' ? through : 0;
      }),
    forgetSpool: (segment) =>
      settled(() => {
        statements.forgetSpool.run(segment);
      }),
    retain: ({ before }) =>
      transaction(() => {
        let dropped = 0;
        for (const row of statements.old.all(before, checkpointsAtOnce)) {
          const { writer, fromSeq, toSeq, keyId, number } = checkpointOfRow(row);
          dropped += Number(statements.dropEntries.run(writer, fromSeq, toSeq).changes);
          statements.markDropped.run(keyId, replicaOf(writer), number);
        }
        return dropped > 0 ? dropped : dropEnded(before);
      }),
    close: () =>
      settled(() => {
        database.close();
      }),
  };
}

function settled<Result>(work: () => Result): Promise<Result> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(asError(error));
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
