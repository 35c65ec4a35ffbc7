/** Reads chains and checkpoints out of PostgreSQL, in portions, for verification and export. */
import type { Archive, Checkpoint, StoredRecord, Walk } from '../../repository.ts';
import { askedAgain, connect } from './connection.ts';
import type { Connection, PostgresOptions } from './connection.ts';
import { checkpointOfRow, entryColumns, recordOfRow } from './rows.ts';

const portion = 1_000;

/** Opens nothing yet. Each portion is a statement of its own: a loss of the connection between two of them is not felt. */
export function openPostgresArchive(options: PostgresOptions): Archive {
  const connection = connect(options);
  return {
    entries: (walk) => entries(connection, walk),
    count: async () => {
      const [row] = await askedAgain(() =>
        connection
          .selectFrom('bulkhead_entries')
          .select(({ fn }) => fn.countAll<string>().as('n'))
          .execute(),
      );
      return Number(row?.n ?? 0);
    },
    writers: () => writersIn(connection),
    checkpoints: () => checkpoints(connection),
    close: () => connection.destroy(),
  };
}

const writersIn = async (connection: Connection): Promise<readonly string[]> =>
  (
    await askedAgain(() =>
      connection.selectFrom('bulkhead_chains').select('writer').orderBy('writer').execute(),
    )
  ).map(({ writer }) => writer);

async function* entries(connection: Connection, walk: Walk): AsyncGenerator<StoredRecord> {
  const { writer } = walk;
  const writers = writer === undefined ? await writersIn(connection) : [writer];
  for (const one of writers) {
    let after = writer === undefined ? 0 : (walk.after ?? 0);
    for (;;) {
      const from = String(after);
      const rows = await askedAgain(() =>
        connection
          .selectFrom('bulkhead_entries')
          .select(entryColumns)
          .where('writer', '=', one)
          .where('seq', '>', from)
          .orderBy('seq')
          .limit(portion)
          .execute(),
      );
      yield* rows.map(recordOfRow);
      const last = rows.at(-1);
      if (last === undefined || rows.length < portion) break;
      after = Number(last.seq);
    }
  }
}

async function* checkpoints(connection: Connection): AsyncGenerator<Checkpoint> {
  let after: { readonly key: string; readonly replica: string; readonly number: string } | undefined;
  for (;;) {
    const from = after;
    const rows = await askedAgain(() => {
      const all = connection
        .selectFrom('bulkhead_checkpoints')
        .selectAll()
        .orderBy('key_id')
        .orderBy('replica')
        .orderBy('number')
        .limit(portion);
      return from === undefined
        ? all.execute()
        : all
            .where((eb) =>
              eb(
                eb.refTuple('key_id', 'replica', 'number'),
                '>',
                eb.tuple(from.key, from.replica, from.number),
              ),
            )
            .execute();
    });
    yield* rows.map(checkpointOfRow);
    const last = rows.at(-1);
    if (last === undefined || rows.length < portion) return;
    after = { key: last.key_id, replica: last.replica, number: last.number };
  }
}
