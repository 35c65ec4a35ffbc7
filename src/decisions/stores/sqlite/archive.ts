/** The reading half of the SQLite store: walks it for verification and export, beside the writer. */
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { Archive, Checkpoint, StoredRecord, Walk } from '../../repository.ts';
import { openForReading } from './database.ts';
import { checkpointOfRow, entryColumns, entryOfRow } from './rows.ts';

const portion = 1_000;

/** Opens a file for reading; throws where it is missing or of another version. */
export function openSqliteArchive(file: string): Archive {
  const database = openForReading(file);
  return {
    entries: (walk) => entries(database, walk),
    count: () => Promise.resolve(Number(database.prepare('SELECT count(*) AS n FROM entries').get()?.['n'])),
    writers: () => Promise.resolve(writersIn(database).map(({ name }) => name)),
    checkpoints: () => checkpoints(database),
    close: () => {
      database.close();
      return Promise.resolve();
    },
  };
}

const writersIn = (database: DatabaseSync): readonly { readonly id: number; readonly name: string }[] =>
  database
    .prepare('SELECT id, name FROM writers ORDER BY name')
    .all()
    .map(({ id, name }) => ({ id: Number(id), name: String(name) }));

async function* entries(database: DatabaseSync, { writer, after }: Walk): AsyncGenerator<StoredRecord> {
  const page = database.prepare(
    `SELECT ${entryColumns} FROM entries JOIN writers ON writers.id = writer WHERE writer = ? AND seq > ? ORDER BY seq LIMIT ${portion}`,
  );
  for (const { id, name } of writersIn(database)) {
    if (writer !== undefined && name !== writer) continue;
    let through = writer === undefined ? 0 : (after ?? 0);
    for (;;) {
      const rows = page.all(id, through).map(entryOfRow);
      yield* rows;
      through = rows.at(-1)?.seq ?? through;
      if (rows.length < portion) break;
      // A walk over millions must not stop whoever shares the thread.
      await setImmediate();
    }
  }
}

async function* checkpoints(database: DatabaseSync): AsyncGenerator<Checkpoint> {
  const page = database.prepare(
    `SELECT * FROM checkpoints ORDER BY key_id, replica, number LIMIT ${portion} OFFSET ?`,
  );
  for (let offset = 0; ; offset += portion) {
    const rows = page.all(offset);
    for (const row of rows) yield checkpointOfRow(row);
    if (rows.length < portion) return;
    await setImmediate();
  }
}
