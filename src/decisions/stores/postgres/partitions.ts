/** The partitions of the entries: one for each day in UTC that has any. */
import { sql } from 'kysely';
import type { Connection } from './connection.ts';

const dayMillis = 86_400_000;

export interface Day {
  readonly table: string;
  /** The first instant, and the first one that belongs to the next day. */
  readonly from: Date;
  readonly until: Date;
}

/** The day that an instant (milliseconds since the epoch) belongs to. */
export function dayOf(time: number): Day {
  const from = new Date(Math.floor(time / dayMillis) * dayMillis);
  const until = new Date(from.getTime() + dayMillis);
  return { table: `bulkhead_entries_${from.toISOString().slice(0, 10).replaceAll('-', '')}`, from, until };
}

/**
 * Makes the partition of a day; one that is there stays. The caller holds the lock of appending, so nobody else does the same.
 *
 * It is made by itself and attached, for `PARTITION OF` would wait for everybody who reads the log, a dump or a verification, and let nobody in meanwhile; attaching does
 * neither (PostgreSQL 12 and later). Its indexes are those that attaching looks for, so none is made twice.
 */
export async function ensurePartition(session: Connection, { table, from, until }: Day): Promise<void> {
  // Of this log: a table of that name may stand in another schema of the search path.
  const { rows } = await sql`
    SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'bulkhead_entries'::regclass AND relname = ${sql.lit(table)}`.execute(session);
  if (rows.length > 0) return;
  // All of it, as `PARTITION OF` would: whoever runs the database may have added a constraint or a compression.
  await sql`CREATE TABLE ${sql.table(table)}
    (LIKE bulkhead_entries INCLUDING ALL EXCLUDING IDENTITY EXCLUDING STATISTICS)`.execute(session);
  await sql`ALTER TABLE bulkhead_entries ATTACH PARTITION ${sql.table(table)}
    FOR VALUES FROM (${sql.lit(from.toISOString())}) TO (${sql.lit(until.toISOString())})`.execute(session);
}

/** The days that have partitions, oldest first. */
export async function partitions(session: Connection): Promise<readonly Day[]> {
  const { rows } = await sql<{ readonly name: string }>`
    SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'bulkhead_entries'::regclass ORDER BY relname`.execute(session);
  return rows.flatMap(({ name }) => {
    const [, year, month, day] = /^bulkhead_entries_(\d{4})(\d\d)(\d\d)$/.exec(name) ?? [];
    return day === undefined ? [] : [dayOf(Date.UTC(Number(year), Number(month) - 1, Number(day)))];
  });
}
