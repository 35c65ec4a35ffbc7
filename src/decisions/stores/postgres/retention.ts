/** Drops what is too old: whole days, as far as checkpoints have sealed everything in them; the checkpoints stay. */
import { sql } from 'kysely';
import type { Connection } from './connection.ts';
import { partitions } from './partitions.ts';

/**
 * Drops the partitions of days that ended before `before` and hold nothing but entries under checkpoints that are older than that too. A
 * checkpoint that reaches into the next day takes its entries there along, so that verification meets whole checkpoints only, present or gone.
 * @returns how many entries went. Rejects where a reader keeps the tables locked for 5 s; the next try is as good.
 */
export async function retain(transaction: Connection, before: Date): Promise<number> {
  await sql`SET LOCAL lock_timeout = '5s'`.execute(transaction);
  const sealed = await transaction
    .selectFrom('bulkhead_checkpoints')
    .select(({ fn }) => ['writer', fn.max('to_seq').as('through')])
    .where('sealed', '<', before)
    .groupBy('writer')
    .execute();
  const through = new Map(sealed.map((row) => [row.writer, Number(row.through)]));
  let dropped = 0;
  const gone = new Map<string, number>();
  for (const { table, until } of await partitions(transaction)) {
    if (until > before) break;
    const { rows: held } = await sql<{
      readonly writer: string;
      readonly last: string;
      readonly count: string;
    }>`
      SELECT writer, max(seq) AS last, count(*) AS count FROM ${sql.table(table)} GROUP BY writer`.execute(
      transaction,
    );
    const waiting = held.filter(({ writer, last }) => Number(last) > (through.get(writer) ?? 0));
    // Days go from the oldest on: one that must stay keeps what follows it, for it is younger.
    if (!(await areUnsealed(transaction, waiting))) break;
    await sql`DROP TABLE ${sql.table(table)}`.execute(transaction);
    for (const { writer, last, count } of held) {
      dropped += Number(count);
      gone.set(writer, Math.max(gone.get(writer) ?? 0, Number(last)));
    }
  }
  for (const [writer, last] of gone) dropped += await dropRest(transaction, writer, last);
  return dropped;
}

/**
 * Whether each of these chains ended here without ever having had a checkpoint: what a command left that recorded that it read the log. Nothing vouches for
 * such a chain and nothing follows it, so it goes with its day.
 */
async function areUnsealed(
  transaction: Connection,
  chains: readonly { readonly writer: string; readonly last: string }[],
): Promise<boolean> {
  if (chains.length === 0) return true;
  const writers = chains.map(({ writer }) => writer);
  const sealed = await transaction
    .selectFrom('bulkhead_checkpoints')
    .select('writer')
    .where('writer', 'in', writers)
    .limit(1)
    .execute();
  if (sealed.length > 0) return false;
  const ends = await transaction
    .selectFrom('bulkhead_chains')
    .select(['writer', 'seq'])
    .where('writer', 'in', writers)
    .execute();
  const endOf = new Map(ends.map(({ writer, seq }) => [writer, seq]));
  return chains.every(({ writer, last }) => endOf.get(writer) === last);
}

/** What later days hold of the checkpoint that the last dropped entry is under, and of those before it. */
async function dropRest(transaction: Connection, writer: string, last: number): Promise<number> {
  const cut = await transaction
    .selectFrom('bulkhead_checkpoints')
    .select('to_seq')
    .where('writer', '=', writer)
    .where('from_seq', '<=', String(last))
    .where('to_seq', '>=', String(last))
    .executeTakeFirst();
  const { numDeletedRows } = await transaction
    .deleteFrom('bulkhead_entries')
    .where('writer', '=', writer)
    .where('seq', '<=', String(Math.max(last, Number(cut?.to_seq ?? 0))))
    .executeTakeFirst();
  return Number(numDeletedRows);
}
