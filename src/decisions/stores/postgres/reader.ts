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
import { entryColumns, recordOfRow } from './rows.ts';

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

async function page(connection: Connection, { filter, order, limit, after }: Query): Promise<Page> {
  const direction = order === 'newest' ? 'desc' : 'asc';
  let rows = connection
    .selectFrom('bulkhead_entries')
    .select([...entryColumns, 'time'])
    .where(conditionOf(filter))
    .limit(limit + 1);
  if (order === 'arrival') {
    rows = rows.orderBy('position');
    if (after !== undefined) rows = rows.where('position', '>', String(after.position));
  } else {
    rows = rows.orderBy('time', direction).orderBy('position', direction);
    if (after !== undefined)
      rows = rows.where((eb) =>
        eb(
          eb.refTuple('time', 'position'),
          order === 'newest' ? '<' : '>',
          eb.tuple(new Date(after.time), String(after.position)),
        ),
      );
  }
  const found = await rows.execute();
  const records = await withRetries(connection, found.slice(0, limit).map(recordOfRow));
  const last = found[limit - 1];
  return found.length > limit && last !== undefined
    ? { records, next: { time: last.time.getTime(), position: Number(last.position) } }
    : { records };
}

async function withRetries(
  connection: Connection,
  records: readonly StoredRecord[],
): Promise<readonly Found[]> {
  const idOf = ({ event }: StoredRecord): string => stringAt(parsed(event), 'decisionId') ?? '';
  const ids = records.map(idOf).filter((id) => id !== '');
  const rows =
    ids.length === 0
      ? []
      : await connection
          .selectFrom('bulkhead_entries')
          .select(['retry_of', 'decision_id'])
          .where('retry_of', 'in', ids)
          .where('kind', '=', 'Retry')
          .orderBy('position')
          .execute();
  const again = Map.groupBy(rows, ({ retry_of }) => retry_of);
  return records.map((record) => ({
    ...record,
    retries: (again.get(idOf(record)) ?? [])
      .slice(0, mostRetries)
      .flatMap(({ decision_id }) => (decision_id === null ? [] : [decision_id])),
  }));
}

async function find(
  connection: Connection,
  decisionId: string,
  scope: readonly string[] | undefined,
): Promise<Found | undefined> {
  const row = await connection
    .selectFrom('bulkhead_entries')
    .select([...entryColumns, 'tenant'])
    .where('decision_id', '=', decisionId)
    .orderBy('position')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (scope !== undefined && (row.tenant === null || !scope.includes(row.tenant))) return undefined;
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
