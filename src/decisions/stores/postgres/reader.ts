/** Answers questions about a PostgreSQL store. */
import { sql } from 'kysely';
import { inOrder } from '../../query/segments/grouping.ts';
import { besides } from '../../query/neighbours.ts';
import { beginning } from '../../query/query.ts';
import type {
  Cursor,
  DecisionReader,
  Filter,
  Found,
  Group,
  Grouping,
  Page,
  Query,
} from '../../query/query.ts';
import { parsed } from '../../query/terms.ts';
import { stringAt } from '../../../k8s/json.ts';
import type { StoredRecord } from '../../repository.ts';
import { conditionOf } from './condition.ts';
import { askedAgain, connect } from './connection.ts';
import type { Connection, PostgresOptions } from './connection.ts';
import { tablesVersion, versionOf } from './migrations.ts';
import { placesOf } from './paging.ts';
import { entryColumns, recordOfRow, storable } from './rows.ts';

/** At most this many retries of one decision are named. */
const mostRetries = 100;

/**
 * Opens a store for questions; it must have its tables already.
 * @throws where it has none, or of another version, and the database's own error where it cannot be reached.
 */
export async function openPostgresReader(options: PostgresOptions): Promise<DecisionReader> {
  const connection = connect(options);
  try {
    const version = await versionOf(connection);
    if (version !== tablesVersion)
      throw new Error(
        version === 0
          ? 'the database holds no decision log; start bulkhead serve with this decisionLog.url first'
          : `the database has tables of version ${version}, this Bulkhead reads ${tablesVersion}`,
      );
  } catch (error) {
    await connection.destroy();
    throw error;
  }
  const reader: DecisionReader = {
    page: (query) => askedAgain(() => page(connection, query)),
    end: () => askedAgain(() => end(connection)),
    group: (filter, by, limit) => askedAgain(() => group(connection, filter, by, limit)),
    find: (decisionId, scope) => askedAgain(() => find(connection, decisionId, scope)),
    neighbours: (decisionId, of, count, scope) => besides(reader, decisionId, of, count, scope),
    close: () => connection.destroy(),
  };
  return reader;
}

async function end(connection: Connection): Promise<Cursor> {
  const row = await connection
    .selectFrom('bulkhead_entries')
    .select(['time', 'position'])
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? beginning : { time: row.time.getTime(), position: Number(row.position) };
}

function page(connection: Connection, query: Query): Promise<Page> {
  const { order } = query;
  return connection.transaction().execute(async (session) => {
    const places =
      order === 'arrival' ? await arrived(session, query) : await placesOf(session, { ...query, order });
    const wanted = places.slice(0, query.limit);
    const records = await withRetries(session, await recordsAt(session, wanted));
    const last = wanted.at(-1);
    return places.length > query.limit && last !== undefined ? { records, next: last } : { records };
  });
}

/** The places of one page in the order of arrival. */
async function arrived(session: Connection, { filter, limit, after }: Query): Promise<readonly Cursor[]> {
  const rows = await session
    .selectFrom('bulkhead_entries')
    .select(['time', 'position'])
    .where(conditionOf(filter))
    .where('position', '>', String(after?.position ?? 0))
    .orderBy('position')
    .limit(limit + 1)
    .execute();
  return rows.map(({ time, position }) => ({ time: time.getTime(), position: Number(position) }));
}

/** The records at these places, in their order. Time and position lead to one partition each. */
async function recordsAt(session: Connection, places: readonly Cursor[]): Promise<readonly StoredRecord[]> {
  if (places.length === 0) return [];
  const times = places.map(({ time }) => time);
  const { rows } = await sql<Parameters<typeof recordOfRow>[0]>`
    SELECT ${sql.join(entryColumns.map((column) => sql.ref(`entry.${column}`)))}
    FROM unnest(${times.map((time) => new Date(time))}::timestamptz[], ${places.map(({ position }) => position)}::bigint[])
      AS place (time, position)
    JOIN bulkhead_entries AS entry ON entry.time = place.time AND entry.position = place.position
    WHERE entry.time >= ${new Date(Math.min(...times))} AND entry.time <= ${new Date(Math.max(...times))}`.execute(
    session,
  );
  const byPosition = new Map(rows.map((row) => [Number(row.position), recordOfRow(row)]));
  return places.flatMap(({ position }) => byPosition.get(position) ?? []);
}

/** A retry comes within seconds of what it repeats; the rest is for clocks that were set. */
const retriedWithinMillis = 3_600_000;

async function withRetries(session: Connection, records: readonly StoredRecord[]): Promise<readonly Found[]> {
  const events = records.map(({ event }) => parsed(event));
  const calls = events.flatMap((event) => {
    const id = stringAt(event, 'decisionId');
    const time = Date.parse(stringAt(event, 'time') ?? '');
    return id === undefined || Number.isNaN(time) ? [] : [{ id, time }];
  });
  const again = Map.groupBy(await retriesOf(session, calls), ({ call }) => call);
  return records.map((record, index) => ({
    ...record,
    retries: (again.get(stringAt(events[index], 'decisionId') ?? '') ?? [])
      .slice(0, mostRetries)
      .map(({ id }) => id),
  }));
}

async function retriesOf(
  session: Connection,
  calls: readonly { readonly id: string; readonly time: number }[],
): Promise<readonly { readonly call: string; readonly id: string }[]> {
  if (calls.length === 0) return [];
  const times = calls.map(({ time }) => time);
  const from = (time: number): Date => new Date(time - retriedWithinMillis);
  const until = (time: number): Date => new Date(time + retriedWithinMillis);
  const { rows } = await sql<{ readonly call: string; readonly id: string }>`
    SELECT entry.retry_of AS call, entry.decision_id AS id
    FROM unnest(${calls.map(({ id }) => id)}::text[], ${times.map(from)}::timestamptz[], ${times.map(until)}::timestamptz[])
      AS call (id, since, until)
    JOIN bulkhead_entries AS entry ON entry.retry_of = call.id AND entry.time >= call.since AND entry.time < call.until
    WHERE entry.kind = 'Retry' AND entry.decision_id IS NOT NULL
      AND entry.time >= ${from(Math.min(...times))} AND entry.time < ${until(Math.max(...times))}
    ORDER BY entry.position`.execute(session);
  return rows;
}

async function find(
  connection: Connection,
  decisionId: string,
  scope: readonly string[] | undefined,
): Promise<Found | undefined> {
  const row = await connection
    .selectFrom('bulkhead_entries')
    .select([...entryColumns, 'tenant'])
    .where('decision_id', '=', storable(decisionId))
    .orderBy('position')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { tenant } = row;
  const isVisible = scope === undefined || scope.some((one) => storable(one) === tenant);
  if (!isVisible) return undefined;
  return (await withRetries(connection, [recordOfRow(row)]))[0];
}

/** The value that each row counts under: one of its columns, each of its rules, or its hour. */
const keyOf = {
  rule: sql`unnest(rules)`,
  tenant: sql`tenant`,
  user: sql`username`,
  hour: sql`to_char(date_trunc('hour', time, 'UTC') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:00:00.000"Z"')`,
} satisfies Record<Grouping, unknown>;

async function group(
  connection: Connection,
  filter: Filter,
  by: Grouping,
  limit: number,
): Promise<readonly Group[]> {
  const { rows } = await sql<{
    readonly key: string | null;
    readonly decision: string | null;
    readonly count: string;
  }>`SELECT key, decision, count(*) AS count
     FROM (SELECT ${keyOf[by]} AS key, decision FROM bulkhead_entries WHERE ${conditionOf(filter)}) AS wanted
     WHERE key IS NOT NULL GROUP BY key, decision`.execute(connection);
  const groups = new Map<string, { count: number; decisions: Record<string, number> }>();
  for (const { key, decision, count } of rows) {
    if (key === null) continue;
    const one = groups.get(key) ?? { count: 0, decisions: {} };
    one.count += Number(count);
    if (decision !== null) one.decisions[decision] = Number(count);
    groups.set(key, one);
  }
  return inOrder(
    [...groups].map(([key, counted]) => ({ key, ...counted })),
    by,
  ).slice(0, limit);
}
