/** Opens the SQLite file: its settings, its tables, its version. */
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { schema, schemaVersion } from './schema.ts';

/** How long a statement waits for another process's lock before it gives up; the writer then spools and comes back. */
const busyMillis = 200;

/**
 * Opens the file for writing and makes it where it is missing, readable by its owner only. `synchronous = FULL`: a committed batch survives the
 * loss of power. Throws SQLite's error, or one that says that the file is of another version.
 */
export function openForWriting(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(file, { timeout: busyMillis });
  try {
    chmodSync(file, 0o600);
    // Records have two kilobytes: on pages of four, half of each would stay empty.
    database.exec(
      'PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF',
    );
    const version = versionOf(database);
    if (version !== 0) requireVersion(file, version);
    else database.exec(`BEGIN IMMEDIATE; ${schema} PRAGMA user_version = ${schemaVersion}; COMMIT`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens the file for reading beside a writer. Throws where it is missing. */
export function openForReading(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    requireVersion(file, versionOf(database));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
  return typeof version === 'number' ? version : 0;
}

function requireVersion(file: string, version: number): void {
  if (version === schemaVersion) return;
  throw new Error(
    `${file} has tables of version ${version}, this program knows version ${schemaVersion}; choose another decisionLog.path`,
  );
}
