/** The derived file beside a SQLite store: segments of its entries, and for each term the rows that have it. */
import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { rowSetForm } from './rowSet.ts';

/** Raised when terms or tables change: a file of another form is thrown away and derived again. */
const tablesVersion = 1;

/**
 * A segment spans `segmentRows` positions, `segment` is position / segmentRows. `times` has one double for each offset (milliseconds since the epoch; NaN where
 * the store has no such position). Keyed by segment first, so that new rows and retention touch neighbouring pages only.
 */
const tables = `
CREATE TABLE segments (
  segment INTEGER PRIMARY KEY,
  oldest REAL NOT NULL,
  newest REAL NOT NULL,
  ordered INTEGER NOT NULL,
  present BLOB NOT NULL,
  times BLOB NOT NULL
) STRICT;
CREATE TABLE postings (
  segment INTEGER NOT NULL,
  term TEXT NOT NULL,
  rows BLOB NOT NULL,
  PRIMARY KEY (segment, term)
) STRICT, WITHOUT ROWID;
CREATE TABLE progress (through INTEGER NOT NULL, first INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
INSERT INTO progress VALUES (0, 0, '');
CREATE TABLE form (form TEXT NOT NULL) STRICT;
`;

/** What a derived file depends on beside the entries. */
export const formFor = (tenantLabel: string): string => `${tablesVersion}/${rowSetForm}/${tenantLabel}`;

/**
 * Opens a derived file, and makes or empties it where it does not have the form wanted. `:memory:` for a place that cannot be written.
 * @throws the database's error where the file cannot be written or is no database.
 */
export function openDerived(file: string, form: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  try {
    // It holds names and words of messages: whoever may not read the store may not read this.
    if (file !== ':memory:') chmodSync(file, 0o600);
    // What is lost here is derived again; but a commit must not cost a wait for the disk.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768');
    database.exec('BEGIN IMMEDIATE');
    if (formIn(database) !== form) {
      database.exec(
        `DROP TABLE IF EXISTS segments; DROP TABLE IF EXISTS postings; DROP TABLE IF EXISTS progress; DROP TABLE IF EXISTS form; ${tables}`,
      );
      database.prepare('INSERT INTO form (form) VALUES (?)').run(form);
    }
    database.exec('COMMIT');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function formIn(database: DatabaseSync): unknown {
  const known = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'form'").get();
  return known === undefined ? undefined : database.prepare('SELECT form FROM form').get()?.['form'];
}
