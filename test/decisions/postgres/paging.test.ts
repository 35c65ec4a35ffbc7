// Pages out of partitions by day: whatever is rare, frequent or skewed, the steps find what looking at everything finds.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect } from '../../../src/decisions/stores/postgres/connection.ts';
import type { Connection } from '../../../src/decisions/stores/postgres/connection.ts';
import { openPostgresJournal } from '../../../src/decisions/stores/postgres/journal.ts';
import { placesOf } from '../../../src/decisions/stores/postgres/paging.ts';
import type { TimeQuery } from '../../../src/decisions/stores/postgres/paging.ts';
import type { Cursor, Filter } from '../../../src/decisions/query/query.ts';
import { chained, plentiful, tenantLabel } from '../query/plentiful.ts';
import { wanted } from '../query/oracle.ts';
import { withPostgres } from '../stores/stores.ts';
import { startPostgres } from './server.ts';
import type { Postgres } from './server.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 8, 1);
/** Forty days with a gap in the middle. */
const events = [start, start + 25 * day].flatMap((from, seed) => [
  ...plentiful({
    count: 700,
    start: from,
    stepMillis: (15 * day) / 700,
    tenants: 12,
    users: 9,
    rules: 7,
    seed,
  }),
]);
/** What happened on the first two days only: dense there, absent elsewhere. */
const early = { from: start, until: start + 2 * day };
const skewed = events.map((event) => ({
  ...event,
  user: {
    ...event.user,
    username: Date.parse(event.time) < early.until ? 'early-bird' : event.user.username,
  },
}));

const filters: readonly (readonly [string, Filter])[] = [
  ['everything', {}],
  ['what is frequent', { decision: ['allowed'] }],
  ['what is rare', { exception: ['tenant-0-dev/until-friday'] }],
  ['what is dense at one end only', { user: ['early-bird'] }],
  ['what never meets', { decision: ['allowed'], text: 'pods' }],
  ['what is not there', { name: ['nobody'] }],
  ['a span in the gap', { from: start + 18 * day, until: start + 20 * day }],
  ['a span and a word', { text: 'reach', from: start + 5 * day, until: start + 30 * day }],
];

withPostgres('pages of PostgreSQL', () => {
  let server: Postgres;
  let connection: Connection;
  beforeAll(async () => {
    server = await startPostgres();
    const url = await server.database();
    const journal = await openPostgresJournal({ url, tenantLabel });
    await journal.append({ entries: [...chained(skewed, 'replica-0/1')], checkpoints: [] });
    await journal.close();
    connection = connect({ url });
  }, 60_000);
  afterAll(async () => {
    await connection.destroy();
    await server.close();
  });

  async function everyPlace(query: TimeQuery, mostMatches: number): Promise<readonly Cursor[]> {
    const all: Cursor[] = [];
    let after: Cursor | undefined;
    do {
      const from: Cursor | undefined = after;
      const places: readonly Cursor[] = await connection
        .transaction()
        .execute((session) =>
          placesOf(session, { ...query, ...(from === undefined ? {} : { after: from }) }, mostMatches),
        );
      all.push(...places.slice(0, query.limit));
      after = places.length > query.limit ? places[query.limit - 1] : undefined;
    } while (after !== undefined);
    return all;
  }

  test.each(filters)('%s', async (_, filter) => {
    const times = wanted(skewed, filter).map(({ time }) => Date.parse(time));
    for (const mostMatches of [3, 60])
      for (const order of ['newest', 'oldest'] as const) {
        const found = await everyPlace({ filter, order, limit: 97 }, mostMatches);
        expect(new Set(found.map(({ position }) => position)).size).toBe(found.length);
        expect(found.map(({ time }) => time)).toEqual(order === 'newest' ? times : times.toReversed());
      }
  });
});
