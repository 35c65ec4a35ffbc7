// PostgreSQL that restarts, a network that is cut, replicas that start and write at once: nothing is lost, doubled or waited for without end.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { openPostgresArchive } from '../../../src/decisions/stores/postgres/archive.ts';
import { connect, isConnectionFailure } from '../../../src/decisions/stores/postgres/connection.ts';
import { openPostgresJournal } from '../../../src/decisions/stores/postgres/journal.ts';
import { migrate, tablesVersion, versionOf } from '../../../src/decisions/stores/postgres/migrations.ts';
import { openPostgresReader } from '../../../src/decisions/stores/postgres/reader.ts';
import { parsed } from '../../../src/decisions/query/terms.ts';
import { stringAt } from '../../../src/k8s/json.ts';
import { cuttable } from '../../e2e/cuttable.ts';
import { chained, plentiful, tenantLabel } from '../query/plentiful.ts';
import { withPostgres } from '../stores/stores.ts';
import { ask, startPostgres } from './server.ts';
import type { Postgres } from './server.ts';

const entries = [
  ...chained(
    plentiful({
      count: 400,
      start: Date.UTC(2026, 10, 1),
      stepMillis: 600_000,
      tenants: 3,
      users: 3,
      rules: 3,
      seed: 8,
    }),
    'replica-0/1',
  ),
];

withPostgres('PostgreSQL in trouble', () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.close());

  const countIn = async (url: string): Promise<unknown> =>
    stringAt((await ask(url, 'select count(*)::text as count from bulkhead_entries'))[0], 'count');
  /** Tries until it works, as the writer does. */
  async function persistently<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly value: T; readonly failures: number }> {
    for (let failures = 0; ; failures += 1) {
      try {
        return { value: await work(), failures };
      } catch (error) {
        if (!isConnectionFailure(error) || failures > 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  test('many replicas bring a new database up to date at once, once', async () => {
    const url = await server.database();
    const connections = Array.from({ length: 6 }, () => connect({ url, connections: 1 }));
    await Promise.all(connections.map((connection) => migrate(connection)));
    await Promise.all(connections.map((connection) => migrate(connection)));
    expect(await Promise.all(connections.map(versionOf))).toEqual(connections.map(() => tablesVersion));
    expect(await ask(url, 'select version from bulkhead_versions')).toEqual([{ version: 1 }]);
    await Promise.all(connections.map((connection) => connection.destroy()));
  });

  test('a newer database is left alone', async () => {
    const url = await server.database();
    await (await openPostgresJournal({ url, tenantLabel })).close();
    await ask(url, 'insert into bulkhead_versions (version) values (99)');
    await expect(openPostgresJournal({ url, tenantLabel })).rejects.toThrow('version 99');
    await expect(openPostgresReader({ url })).rejects.toThrow('version 99');
  });

  test('an empty database is no log to read', async () => {
    await expect(openPostgresReader({ url: await server.database() })).rejects.toThrow(
      'holds no decision log',
    );
  });

  test('a batch that is sent again is written once, and one that does not follow is refused', async () => {
    const url = await server.database();
    const journal = await openPostgresJournal({ url, tenantLabel });
    await journal.append({ entries: entries.slice(0, 10), checkpoints: [] });
    await journal.append({ entries: entries.slice(5, 20), checkpoints: [] });
    expect(await countIn(url)).toBe('20');
    await expect(journal.append({ entries: entries.slice(30, 31), checkpoints: [] })).rejects.toThrow(
      'does not follow',
    );
    await journal.close();
  });

  test('the first batch of a day waits for no reader, and readers do not wait for it', async () => {
    const url = await server.database();
    const journal = await openPostgresJournal({ url, tenantLabel, timeoutMillis: 3_000 });
    await journal.append({ entries: entries.slice(0, 10), checkpoints: [] });
    const reader = connect({ url, connections: 1 });
    await reader.transaction().execute(async (reading) => {
      const count = async (): Promise<unknown> =>
        (await sql`SELECT count(*) AS count FROM bulkhead_entries`.execute(reading)).rows[0];
      expect(await count()).toEqual({ count: '10' });
      await journal.append({ entries: entries.slice(10, 300), checkpoints: [] });
      expect(await count()).toEqual({ count: '300' });
    });
    // Each day has its table, and what finds entries there: the indexes of the whole, and no others.
    const days = new Set(
      entries.slice(0, 300).map(({ event }) => stringAt(parsed(event), 'time')?.slice(0, 10)),
    );
    const indexes = await ask(
      url,
      `select array_agg(above.inhparent is not null)::text as attached from pg_inherits day
        join pg_index on indrelid = day.inhrelid left join pg_inherits above on above.inhrelid = indexrelid
        where day.inhparent = 'bulkhead_entries'::regclass group by day.inhrelid`,
    );
    expect(days.size).toBeGreaterThan(1);
    expect(indexes).toEqual([...days].map(() => ({ attached: '{t,t,t,t,t,t}' })));
    await Promise.all([journal.close(), reader.destroy()]);
  });

  test('a day has its own table where another log of the search path has one, with all that the log was given', async () => {
    const url = await server.database();
    const older = await openPostgresJournal({ url, tenantLabel });
    await older.append({ entries: entries.slice(0, 10), checkpoints: [] });
    await ask(url, 'create schema own');
    const own = `${url}${url.includes('?') ? '&' : '?'}options=-c%20search_path%3Down,public`;
    const journal = await openPostgresJournal({ url: own, tenantLabel });
    await ask(url, 'alter table own.bulkhead_entries add constraint small check (length(event) < 1000000)');
    await ask(url, 'alter table own.bulkhead_entries alter event set storage external');
    await journal.append({ entries: entries.slice(0, 20), checkpoints: [] });
    expect([await countIn(url), await countIn(own)]).toEqual(['10', '20']);
    const [table] = await ask(
      own,
      `select attstorage::text as storage, (select count(*)::text from pg_constraint where conrelid = attrelid and contype = 'c') as checks
        from pg_attribute where attname = 'event' and attrelid = (select min(inhrelid) from pg_inherits where inhparent = 'own.bulkhead_entries'::regclass)`,
    );
    expect(table).toEqual({ storage: 'e', checks: '1' });
    await Promise.all([older.close(), journal.close()]);
  });

  test('replicas that write at once get positions in the order of their commits', async () => {
    const url = await server.database();
    const journals = await Promise.all(
      Array.from({ length: 3 }, () => openPostgresJournal({ url, tenantLabel })),
    );
    const events = [
      ...plentiful({
        count: 300,
        start: Date.UTC(2026, 10, 1),
        stepMillis: 1_000,
        tenants: 3,
        users: 3,
        rules: 3,
        seed: 4,
      }),
    ];
    const reader = await openPostgresReader({ url });
    let position = 0;
    let seen = 0;
    const follow = async (): Promise<void> => {
      const { records } = await reader.page({
        filter: {},
        order: 'arrival',
        limit: 1_000,
        after: { time: 0, position },
      });
      position = records.at(-1)?.position ?? position;
      seen += records.length;
    };
    const writing = new AbortController();
    const following = (async () => {
      while (!writing.signal.aborted) await follow();
    })();
    await Promise.all(
      journals.map(async (journal, index) => {
        const own = [
          ...chained(
            events.filter((_, at) => at % 3 === index),
            `replica-${index}/1`,
          ),
        ];
        for (let at = 0; at < own.length; at += 7)
          await journal.append({ entries: own.slice(at, at + 7), checkpoints: [] });
      }),
    );
    writing.abort();
    await following;
    await follow();
    expect(seen).toBe(300);
    await Promise.all([...journals.map((journal) => journal.close()), reader.close()]);
  }, 30_000);

  test('a restart fails what is under way; the next call works, and nothing is lost or doubled', async () => {
    if (server.own === undefined) return;
    const url = await server.database();
    const journal = await openPostgresJournal({ url, tenantLabel, timeoutMillis: 2_000 });
    const reader = await openPostgresReader({ url, timeoutMillis: 2_000 });
    let failures = 0;
    const pause = (millis: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, millis));
    const writing = (async () => {
      for (let at = 0; at < entries.length; at += 4) {
        const batch = { entries: entries.slice(at, at + 4), checkpoints: [] };
        failures += (await persistently(() => journal.append(batch))).failures;
        await pause(5);
      }
    })();
    await pause(50);
    await server.own.stop();
    await expect(reader.page({ filter: {}, order: 'newest', limit: 1 })).rejects.toThrow();
    await server.own.start();
    await writing;
    expect(failures).toBeGreaterThan(0);
    expect((await reader.page({ filter: {}, order: 'newest', limit: 500 })).records.length).toBe(
      entries.length,
    );
    const found: number[] = [];
    const archive = openPostgresArchive({ url });
    for await (const { seq } of archive.entries({})) found.push(seq);
    expect(found).toEqual(entries.map(({ seq }) => seq));
    await Promise.all([journal.close(), reader.close(), archive.close()]);
  }, 60_000);

  test('a network that is cut, or swallows everything, fails in bounded time and heals', async () => {
    if (server.own === undefined) return;
    const direct = await server.database();
    const way = await cuttable(server.own.port);
    const url = new URL(direct);
    url.port = String(way.port);
    const journal = await openPostgresJournal({ url: url.href, tenantLabel, timeoutMillis: 1_000 });
    await journal.append({ entries: entries.slice(0, 5), checkpoints: [] });
    way.cut();
    await persistently(() => journal.append({ entries: entries.slice(5, 10), checkpoints: [] }));
    way.silence();
    const begun = performance.now();
    await expect(journal.append({ entries: entries.slice(10, 15), checkpoints: [] })).rejects.toThrow();
    expect(performance.now() - begun).toBeLessThan(8_000);
    way.cut();
    await way.restore();
    await persistently(() => journal.append({ entries: entries.slice(10, 15), checkpoints: [] }));
    expect(await countIn(direct)).toBe('15');
    await journal.close();
    await way.close();
  }, 60_000);
});
