// The stores that the contract is about: each opens a fresh, empty one with its three sides.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import type { DecisionReader } from '../../../src/decisions/query/query.ts';
import { openSqliteReader } from '../../../src/decisions/query/segments/reader.ts';
import type { Archive, Journal } from '../../../src/decisions/repository.ts';
import { openPostgresArchive } from '../../../src/decisions/stores/postgres/archive.ts';
import { openPostgresJournal } from '../../../src/decisions/stores/postgres/journal.ts';
import { openPostgresReader } from '../../../src/decisions/stores/postgres/reader.ts';
import { openSqliteArchive } from '../../../src/decisions/stores/sqlite/archive.ts';
import { openSqliteJournal } from '../../../src/decisions/stores/sqlite/journal.ts';
import { findPostgres, requireVariable, startPostgres, urlVariable } from '../postgres/server.ts';
import { tenantLabel } from '../query/plentiful.ts';

export interface Opened {
  readonly journal: Journal;
  readonly archive: Archive;
  readonly reader: DecisionReader;
  /** Leaves a hole in the positions, as large as the store's own structures where it has some. */
  readonly jump: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface Store {
  /** Several may be open at once. */
  readonly open: () => Promise<Opened>;
  readonly end: () => Promise<void>;
}

const sqlite: Store = {
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-store-'));
    const file = join(folder, 'decisions.sqlite');
    const journal = openSqliteJournal(file);
    const archive = openSqliteArchive(file);
    const reader = openSqliteReader({ file, tenantLabel });
    return {
      journal,
      archive,
      reader,
      jump: () => {
        const database = new DatabaseSync(file);
        database.exec(
          'UPDATE entries SET position = position + 16000 WHERE position = (SELECT max(position) FROM entries)',
        );
        database.close();
        return Promise.resolve();
      },
      close: async () => {
        await Promise.all([journal.close(), archive.close(), reader.close()]);
        await rm(folder, { recursive: true });
      },
    };
  },
  end: () => Promise.resolve(),
};

async function postgres(): Promise<Store> {
  const server = await startPostgres();
  return {
    open: async () => {
      const url = await server.database();
      const journal = await openPostgresJournal({ url, tenantLabel });
      const archive = openPostgresArchive({ url });
      const reader = await openPostgresReader({ url });
      return {
        journal,
        archive,
        reader,
        jump: () => Promise.resolve(),
        close: async () => {
          await Promise.all([journal.close(), archive.close(), reader.close()]);
        },
      };
    },
    end: () => server.close(),
  };
}

const found = process.env[urlVariable] === undefined ? findPostgres() : ({ found: true } as const);

/** Declares tests that need PostgreSQL. Without one, one test says loudly that they did not run; where it is required that test fails. */
export function withPostgres(name: string, declare: () => void): void {
  if (found.found) {
    describe(name, declare);
    return;
  }
  const { reason } = found;
  test(`${name}: NOT TESTED, there is no PostgreSQL`, () => {
    process.stderr.write(
      `!!! ${name}: SKIPPED, THERE IS NO POSTGRESQL (${reason}). Install the package postgresql, or name a server in ${urlVariable}.\n`,
    );
    expect(process.env[requireVariable]).not.toBe('1');
  });
}

/** Declares the same tests for both stores. */
export function describeStores(name: string, declare: (start: () => Promise<Store>) => void): void {
  describe(`${name}: SQLite`, () => {
    declare(() => Promise.resolve(sqlite));
  });
  withPostgres(`${name}: PostgreSQL`, () => {
    declare(postgres);
  });
}
