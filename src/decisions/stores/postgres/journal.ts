/** Writes entries into PostgreSQL: batches in one transaction each, in the order that they are committed, none of them twice. */
import { sql } from 'kysely';
import type { Batch, Journal, StoredEntry } from '../../repository.ts';
import { connect } from './connection.ts';
import type { Connection, PostgresOptions } from './connection.ts';
import { appendLock, migrate } from './migrations.ts';
import { dayOf, ensurePartition } from './partitions.ts';
import { retain } from './retention.ts';
import { checkpointOfRow, entryColumns, entryOfRow, rowOfCheckpoint, rowOfEntry } from './rows.ts';
import { replicaOf } from '../../writerName.ts';

export interface PostgresJournalOptions extends PostgresOptions {
  /** The namespace label that names a tenant: what entries are found by is derived when they are written. */
  readonly tenantLabel: string;
}

/** Rows of one statement; each has sixteen parameters, of which a statement takes 65,535. */
const rowsAtOnce = 500;

/**
 * Opens the store for writing and brings its tables up to date. Rejects with the database's error where it cannot be reached; later losses reject the call
 * that met them, and the next call opens a new connection.
 */
export async function openPostgresJournal(options: PostgresJournalOptions): Promise<Journal> {
  const connection = connect(options);
  try {
    await migrate(connection);
  } catch (error) {
    await connection.destroy();
    throw error;
  }
  return journalOn(connection, options.tenantLabel);
}

function journalOn(connection: Connection, tenantLabel: string): Journal {
  return {
    last: async (replica) => {
      const row = await connection
        .selectFrom('bulkhead_chains')
        .selectAll()
        .where('replica', '=', replica)
        .orderBy('writer', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? undefined : entryOfRow(row);
    },
    tail: async ({ writer, after }) => {
      const rows = await connection
        .selectFrom('bulkhead_entries')
        .select(entryColumns)
        .where('writer', '=', writer)
        .where('seq', '>', String(after))
        .orderBy('seq')
        .execute();
      return rows.map(entryOfRow);
    },
    coveredThrough: async (writer) => {
      const row = await connection
        .selectFrom('bulkhead_checkpoints')
        .select(({ fn }) => fn.max('to_seq').as('through'))
        .where('writer', '=', writer)
        .executeTakeFirst();
      return Number(row?.through ?? 0);
    },
    lastCheckpoint: async ({ keyId, replica }) => {
      const row = await connection
        .selectFrom('bulkhead_checkpoints')
        .selectAll()
        .where('key_id', '=', keyId)
        .where('replica', '=', replica)
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? undefined : checkpointOfRow(row);
    },
    append: (batch) =>
      connection.transaction().execute((transaction) => append(transaction, batch, tenantLabel)),
    spooledThrough: async (segment) => {
      const row = await connection
        .selectFrom('bulkhead_spooled')
        .select('through')
        .where('segment', '=', segment)
        .executeTakeFirst();
      return Number(row?.through ?? 0);
    },
    forgetSpool: async (segment) => {
      await connection.deleteFrom('bulkhead_spooled').where('segment', '=', segment).execute();
    },
    retain: ({ before }) =>
      connection.transaction().execute((transaction) => retain(transaction, new Date(before))),
    close: () => connection.destroy(),
  };
}

/**
 * One writer appends at a time, over all replicas: so positions grow in the order of commits, and whoever follows the log by position misses nothing. A batch
 * that was committed although its answer was lost may be sent again: what the chain holds already is left out.
 */
async function append(transaction: Connection, batch: Batch, tenantLabel: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${sql.lit(String(appendLock))}::bigint)`.execute(transaction);
  const fresh = await unwritten(transaction, batch.entries);
  const rows = fresh.map((entry) => rowOfEntry(entry, tenantLabel));
  for (const day of new Map(rows.map(({ time }) => [dayOf(time.getTime()).table, time])).values())
    await ensurePartition(transaction, dayOf(day.getTime()));
  for (let at = 0; at < rows.length; at += rowsAtOnce)
    await transaction
      .insertInto('bulkhead_entries')
      .values(rows.slice(at, at + rowsAtOnce))
      .execute();
  for (const end of new Map(fresh.map((entry) => [entry.writer, entry])).values())
    await moveChain(transaction, end);
  if (batch.checkpoints.length > 0)
    await transaction
      .insertInto('bulkhead_checkpoints')
      .values(batch.checkpoints.map(rowOfCheckpoint))
      .onConflict((conflict) => conflict.columns(['key_id', 'replica', 'number']).doNothing())
      .execute();
  if (batch.spooled !== undefined)
    await transaction
      .insertInto('bulkhead_spooled')
      .values(batch.spooled)
      .onConflict((conflict) =>
        conflict.column('segment').doUpdateSet((eb) => ({ through: eb.ref('excluded.through') })),
      )
      .execute();
}

/** The entries that the chains do not hold yet; one that fits to no end of its chain is a bug of the writer. */
async function unwritten(
  transaction: Connection,
  entries: readonly StoredEntry[],
): Promise<readonly StoredEntry[]> {
  const writers = [...new Set(entries.map(({ writer }) => writer))];
  if (writers.length === 0) return [];
  const known = await transaction
    .selectFrom('bulkhead_chains')
    .select(['writer', 'seq', 'hash'])
    .where('writer', 'in', writers)
    .execute();
  const ends = new Map(known.map(({ writer, seq, hash }) => [writer, { seq: Number(seq), hash }]));
  return entries.filter((entry) => {
    const end = ends.get(entry.writer);
    if (end !== undefined && entry.seq <= end.seq) return false;
    if (end !== undefined && (entry.seq !== end.seq + 1 || entry.prev !== end.hash))
      throw new Error(
        `entry ${entry.seq} of ${entry.writer} does not follow the end of its chain, ${end.seq}; another process writes under this name`,
      );
    ends.set(entry.writer, entry);
    return true;
  });
}

async function moveChain(transaction: Connection, end: StoredEntry): Promise<void> {
  const { writer, event, latencyMicros, prev, hash } = end;
  const moved = {
    seq: end.seq,
    event,
    record_hash: end.recordHash,
    latency_micros: latencyMicros,
    prev,
    hash,
  };
  await transaction
    .insertInto('bulkhead_chains')
    .values({ writer, replica: replicaOf(writer), ...moved })
    .onConflict((conflict) => conflict.column('writer').doUpdateSet(moved))
    .execute();
}
