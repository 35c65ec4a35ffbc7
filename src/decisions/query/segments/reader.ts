/** Answers questions about a SQLite store, beside whoever writes it. */
import type { DatabaseSync } from 'node:sqlite';
import { openForReading } from '../../stores/sqlite/database.ts';
import { entryColumns, entryOfRow } from '../../stores/sqlite/rows.ts';
import type { Row } from '../../stores/sqlite/rows.ts';
import { stringAt } from '../../../k8s/json.ts';
import { besides } from '../neighbours.ts';
import { beginning } from '../query.ts';
import type { DecisionReader, Found, Page, Query } from '../query.ts';
import { parsed } from '../terms.ts';
import { deriving } from './deriving.ts';
import { groupsOf } from './grouping.ts';
import { pageOf } from './paging.ts';
import { segmentsIn } from './selection.ts';
import { formFor, openDerived } from './tables.ts';

export interface SqliteReaderOptions {
  /** The store's file, which must exist. */
  readonly file: string;
  /** The namespace label that names a tenant. */
  readonly tenantLabel: string;
  /** Where what is derived is kept; default: beside the store, and in memory where nothing can be written there. */
  readonly derivedFile?: string;
  /** Told while a long backlog is read, after each portion of at most 16,384 entries. */
  readonly progressed?: (through: number) => void;
}

/**
 * Opens a store for questions. The work is done in the thread that asks: a process that has something else to do asks through a thread of its own.
 * @throws the database's error where the file is not there or is no store, and where it has another version.
 */
export function openSqliteReader(options: SqliteReaderOptions): DecisionReader {
  const store = openForReading(options.file);
  try {
    return readerOf(store, derivedFor(options), options);
  } catch (error) {
    store.close();
    throw error;
  }
}

/** A folder that cannot be written is no reason not to read: then everything is derived anew, for this process alone. */
function derivedFor({ file, derivedFile, tenantLabel }: SqliteReaderOptions): DatabaseSync {
  const form = formFor(tenantLabel);
  try {
    return openDerived(derivedFile ?? `${file}-index`, form);
  } catch {
    return openDerived(':memory:', form);
  }
}

const columns = `SELECT ${entryColumns} FROM entries JOIN writers ON writers.id = entries.writer`;

function readerOf(store: DatabaseSync, derived: DatabaseSync, options: SqliteReaderOptions): DecisionReader {
  const segments = segmentsIn(derived);
  const backlog = deriving(store, derived, options.tenantLabel);
  const at = store.prepare(`${columns} WHERE position = ?`);
  const named = store.prepare(`${columns} WHERE decision_id = ? ORDER BY position LIMIT 1`);
  const retries = store.prepare(
    "SELECT decision_id AS id FROM entries WHERE retry_of = ? AND kind = 'Retry' ORDER BY position LIMIT 100",
  );
  const newest = store.prepare('SELECT position, time FROM entries ORDER BY position DESC LIMIT 1');
  const through = derived.prepare('SELECT through FROM progress');

  const catchUp = (): void => {
    while (!backlog.step()) options.progressed?.(Number(through.get()?.['through']));
  };
  const foundOf = (row: Row): Found => {
    const record = entryOfRow(row);
    const id = stringAt(parsed(record.event), 'decisionId');
    const again = id === undefined ? [] : retries.all(id).map((retry) => String(retry['id']));
    return { ...record, retries: again };
  };
  const page = (query: Query): Page => {
    catchUp();
    const cursors = pageOf(segments, query);
    const records = cursors.slice(0, query.limit).flatMap(({ position }) => {
      const row = at.get(position);
      return row === undefined ? [] : [foundOf(row)];
    });
    const last = cursors[query.limit - 1];
    return cursors.length > query.limit && last !== undefined ? { records, next: last } : { records };
  };
  const find = (decisionId: string, scope?: readonly string[]): Found | undefined => {
    const row = named.get(decisionId);
    if (row === undefined) return undefined;
    const tenant = stringAt(parsed(String(row['event'])), 'tenant');
    const visible = scope === undefined || (tenant !== undefined && scope.includes(tenant));
    return visible ? foundOf(row) : undefined;
  };

  const reader: DecisionReader = {
    page: (query) => promised(() => page(query)),
    end: () =>
      promised(() => {
        const row = newest.get();
        return row === undefined
          ? beginning
          : { time: Number(row['time']), position: Number(row['position']) };
      }),
    group: (filter, by, limit) =>
      promised(() => {
        catchUp();
        return groupsOf(segments, filter, by, limit);
      }),
    find: (decisionId, scope) => promised(() => find(decisionId, scope)),
    neighbours: (decisionId, of, count, scope) => besides(reader, decisionId, of, count, scope),
    close: () =>
      promised(() => {
        derived.close();
        store.close();
      }),
  };
  return reader;
}

/** What is thrown becomes a rejection. */
const promised = <T>(answer: () => T): Promise<T> =>
  new Promise((resolve) => {
    resolve(answer());
  });
