// Fills a SQLite store in bulk, without the journal's care for crashes: for tests and benches of questions only.
import { DatabaseSync } from 'node:sqlite';
import { isObject, stringAt } from '../../../src/k8s/json.ts';
import type { StoredEntry } from '../../../src/decisions/repository.ts';
import { schema, schemaVersion } from '../../../src/decisions/stores/sqlite/schema.ts';

/** Appends entries in one transaction; the file is made where it is not there. */
export function fill(file: string, entries: Iterable<StoredEntry>): number {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
  database.exec(schema);
  database.exec(`PRAGMA user_version = ${schemaVersion}; BEGIN`);
  const name = database.prepare('INSERT OR IGNORE INTO writers (name) VALUES (?)');
  const numberOf = database.prepare('SELECT id FROM writers WHERE name = ?');
  const insert = database.prepare(
    `INSERT INTO entries (writer, seq, time, kind, decision_id, retry_of, event, record_hash, latency_micros, prev, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, unhex(?), ?, unhex(?), unhex(?))`,
  );
  const writers = new Map<string, number>();
  let count = 0;
  for (const entry of entries) {
    let writer = writers.get(entry.writer);
    if (writer === undefined) {
      name.run(entry.writer);
      writer = Number(numberOf.get(entry.writer)?.['id']);
      writers.set(entry.writer, writer);
    }
    const value: unknown = JSON.parse(entry.event);
    const event = isObject(value) ? value : {};
    insert.run(
      writer,
      entry.seq,
      Date.parse(stringAt(event, 'time') ?? ''),
      stringAt(event, 'kind') ?? '',
      stringAt(event, 'decisionId') ?? null,
      stringAt(event, 'retryOf') ?? null,
      entry.event,
      entry.recordHash,
      entry.latencyMicros,
      entry.prev,
      entry.hash,
    );
    count += 1;
  }
  database.exec('COMMIT');
  database.close();
  return count;
}
