/** Drops what is too old: whole days, as far as checkpoints have sealed everything in them; the checkpoints stay. */
import { sql } from 'kysely';
import { stringAt } from '../../../k8s/json.ts';
import { parsed } from '../../query/terms.ts';
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
  const ended = new Set<string>();
  const days: string[] = [];
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
    const waiting = held
      .filter(({ writer, last }) => Number(last) > (through.get(writer) ?? 0))
      .map(({ writer }) => writer);
    const ends = await unsealedEnds(transaction, waiting, through, before);
    // Days go from the oldest on: one that must stay keeps what follows it, for it is younger.
    if (ends === undefined) break;
    days.push(table);
    for (const { writer, last, count } of held) {
      dropped += Number(count);
      gone.set(writer, Math.max(gone.get(writer) ?? 0, ends.get(writer) ?? Number(last)));
    }
    for (const writer of ends.keys()) ended.add(writer);
  }
  // All at once and after the counting, for nobody reads or appends from the first one on until the transaction ends.
  if (days.length > 0)
    await sql`DROP TABLE ${sql.join(days.map((day) => sql.table(day)))}`.execute(transaction);
  for (const [writer, last] of gone) dropped += await dropRest(transaction, writer, last);
  // No later chain may say that it follows one of which nothing tells any more.
  if (ended.size > 0)
    await transaction
      .deleteFrom('bulkhead_chains')
      .where('writer', 'in', [...ended])
      .execute();
  return dropped;
}

/**
 * Where each of these chains ended, all of them before `before`, with records that no checkpoint will ever seal: the last moments of a process that was killed and whose name
 * did not come back, or what a command left that recorded that it read the log. Nothing vouches for them and nothing follows them, so they go with their day. Undefined
 * where one of the chains goes on, or is under a younger checkpoint.
 */
async function unsealedEnds(
  transaction: Connection,
  writers: readonly string[],
  through: ReadonlyMap<string, number>,
  before: Date,
): Promise<ReadonlyMap<string, number> | undefined> {
  if (writers.length === 0) return new Map();
  const sealed = await transaction
    .selectFrom('bulkhead_checkpoints')
    .select(({ fn }) => ['writer', fn.max('to_seq').as('last')])
    .where('writer', 'in', writers)
    .groupBy('writer')
    .execute();
  if (sealed.some(({ writer, last }) => Number(last) > (through.get(writer) ?? 0))) return undefined;
  const ends = await transaction
    .selectFrom('bulkhead_chains')
    .select(['writer', 'seq', 'event'])
    .where('writer', 'in', writers)
    .execute();
  const old = ends.filter(
    ({ event }) => Date.parse(stringAt(parsed(event), 'time') ?? '') < before.getTime(),
  );
  return old.length < writers.length
    ? undefined
    : new Map(old.map(({ writer, seq }) => [writer, Number(seq)]));
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
