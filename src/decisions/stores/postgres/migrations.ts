/** Brings the tables of a PostgreSQL store to the version that this Bulkhead knows, however many replicas start at once. */
import { sql } from 'kysely';
import type { Connection } from './connection.ts';

/** Any number that nothing else in the database locks: the letters "bulk" and what is locked. */
export const migrationLock = 0x62756c6b01n;
export const appendLock = 0x62756c6b02n;

/** One step each; a step that was released is never changed, the next one comes after it. */
const steps: readonly string[] = [
  `
CREATE SEQUENCE bulkhead_positions;
CREATE TABLE bulkhead_entries (
  position BIGINT NOT NULL DEFAULT nextval('bulkhead_positions'),
  time TIMESTAMPTZ NOT NULL,
  writer TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  kind TEXT NOT NULL,
  decision_id TEXT,
  retry_of TEXT,
  event TEXT NOT NULL,
  record_hash TEXT NOT NULL,
  latency_micros INTEGER NOT NULL,
  prev TEXT NOT NULL,
  hash TEXT NOT NULL,
  decision TEXT,
  tenant TEXT,
  username TEXT,
  rules TEXT[] NOT NULL,
  terms TSVECTOR NOT NULL,
  PRIMARY KEY (time, position)
) PARTITION BY RANGE (time);
CREATE UNIQUE INDEX bulkhead_entries_chain ON bulkhead_entries (writer, seq, time);
CREATE INDEX bulkhead_entries_position ON bulkhead_entries (position);
CREATE INDEX bulkhead_entries_decision ON bulkhead_entries (decision_id) WHERE decision_id IS NOT NULL;
CREATE INDEX bulkhead_entries_retry ON bulkhead_entries (retry_of) WHERE retry_of IS NOT NULL;
CREATE INDEX bulkhead_entries_terms ON bulkhead_entries USING GIN (terms);
CREATE TABLE bulkhead_chains (
  writer TEXT COLLATE "C" PRIMARY KEY,
  replica TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  event TEXT NOT NULL,
  record_hash TEXT NOT NULL,
  latency_micros INTEGER NOT NULL,
  prev TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX bulkhead_chains_replica ON bulkhead_chains (replica, writer);
CREATE TABLE bulkhead_checkpoints (
  key_id TEXT COLLATE "C" NOT NULL,
  number BIGINT NOT NULL,
  writer TEXT COLLATE "C" NOT NULL,
  replica TEXT COLLATE "C" NOT NULL,
  from_seq BIGINT NOT NULL,
  to_seq BIGINT NOT NULL,
  first_prev TEXT NOT NULL,
  last_hash TEXT NOT NULL,
  root TEXT NOT NULL,
  time TEXT NOT NULL,
  previous TEXT NOT NULL,
  signature TEXT NOT NULL,
  sealed TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (key_id, replica, number)
);
CREATE INDEX bulkhead_checkpoints_sealed ON bulkhead_checkpoints (sealed);
CREATE INDEX bulkhead_checkpoints_run ON bulkhead_checkpoints (writer, to_seq);
CREATE TABLE bulkhead_spooled (segment TEXT PRIMARY KEY, through BIGINT NOT NULL);
`,
];

/** The version after all steps. */
export const tablesVersion = steps.length;

/**
 * Applies the steps that are missing, each in a transaction of its own, under a lock that other processes wait for. Applying nothing is the usual case.
 * @throws where the database is newer than this Bulkhead, and the database's own errors (the role needs CREATE in its schema the first time).
 */
export async function migrate(connection: Connection): Promise<void> {
  await connection.connection().execute(async (session) => {
    await sql`SELECT pg_advisory_lock(${sql.lit(String(migrationLock))}::bigint)`.execute(session);
    try {
      await sql`CREATE TABLE IF NOT EXISTS bulkhead_versions (
        version INTEGER PRIMARY KEY, applied TIMESTAMPTZ NOT NULL DEFAULT now())`.execute(session);
      const version = await versionOf(session);
      if (version > tablesVersion)
        throw new Error(
          `the database has tables of version ${version}, this Bulkhead knows ${tablesVersion}; use the newer Bulkhead`,
        );
      for (const [index, step] of steps.entries()) {
        if (index < version) continue;
        await session.transaction().execute(async (transaction) => {
          await sql.raw(step).execute(transaction);
          await sql`INSERT INTO bulkhead_versions (version) VALUES (${index + 1})`.execute(transaction);
        });
      }
    } finally {
      await sql`SELECT pg_advisory_unlock(${sql.lit(String(migrationLock))}::bigint)`.execute(session);
    }
  });
}

/** The version of the tables there are; 0 for none. */
export async function versionOf(session: Connection): Promise<number> {
  const known = await sql<{
    readonly name: string | null;
  }>`SELECT to_regclass('bulkhead_versions') AS name`.execute(session);
  if ((known.rows[0]?.name ?? null) === null) return 0;
  const { rows } = await sql<{ readonly version: number | null }>`
    SELECT max(version) AS version FROM bulkhead_versions`.execute(session);
  return rows[0]?.version ?? 0;
}
