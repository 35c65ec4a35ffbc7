// Whoever follows the log is told everything once, and reads nothing twice.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { arrivalsBehind } from '../../../src/decisions/query/arrivals.ts';
import { beginning } from '../../../src/decisions/query/query.ts';
import type { Cursor, DecisionReader, Filter, Query } from '../../../src/decisions/query/query.ts';
import { openSqliteReader } from '../../../src/decisions/query/segments/reader.ts';
import type { Journal } from '../../../src/decisions/repository.ts';
import { openSqliteJournal } from '../../../src/decisions/stores/sqlite/journal.ts';
import { chained, plentiful, tenantLabel } from './plentiful.ts';

let folder: string;
let journal: Journal;
let reader: DecisionReader;
let asked: Query[];
/** The reader, and what it was asked for. */
let decisions: Pick<DecisionReader, 'end' | 'page'>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-arrivals-'));
  const file = join(folder, 'decisions.sqlite');
  journal = openSqliteJournal(file);
  const opened = openSqliteReader({ file, tenantLabel });
  reader = opened;
  asked = [];
  decisions = {
    end: () => opened.end(),
    page: (query) => {
      asked.push(query);
      return opened.page(query);
    },
  };
});
afterEach(async () => {
  await reader.close();
  await journal.close();
  await rm(folder, { recursive: true });
});

const more = (count: number, seed: number) => [
  ...plentiful({
    count,
    start: Date.UTC(2026, 10, 20),
    stepMillis: 1_000,
    tenants: 3,
    users: 5,
    rules: 4,
    seed,
  }),
];
const write = async (count: number, seed: number): Promise<readonly string[]> => {
  const events = more(count, seed);
  await journal.append({ entries: [...chained(events, `replica-${seed}/1`)], checkpoints: [] });
  return events.filter(({ decision }) => decision === 'denied').map(({ uid }) => uid);
};

/** Asks until the end; the uids that came. */
async function followed(filter: Filter, from: Cursor, limit: number) {
  const uids: string[] = [];
  let after = from;
  for (;;) {
    const arrived = await arrivalsBehind(decisions, filter, after, limit);
    after = arrived.after;
    for (const { event } of arrived.records) uids.push(/"uid":"([^"]*)"/.exec(event)?.[1] ?? '');
    if (arrived.isEnd) return { uids, after };
  }
}

test.each([1, 7, 1_000])('everything that is wanted comes once, %s at a time', async (limit) => {
  const filter: Filter = { decision: ['denied'] };
  const first = await write(200, 1);
  const one = await followed(filter, beginning, limit);
  expect(one.uids).toEqual(first);
  const second = await write(100, 2);
  expect((await followed(filter, one.after, limit)).uids).toEqual(second);
  expect(second.length).toBeGreaterThan(5);
});

test('what was passed over is not read again, and nothing is read where nothing came', async () => {
  await write(300, 1);
  const end = await reader.end();
  const { uids, after } = await followed({ name: ['nobody'] }, beginning, 10);
  expect({ uids, position: after.position }).toEqual({ uids: [], position: end.position });
  await followed({ name: ['nobody'] }, after, 10);
  expect(asked.map((query) => query.after?.position)).toEqual([0]);
  await write(20, 2);
  await followed({ name: ['nobody'] }, after, 10);
  expect(asked.map((query) => query.after?.position)).toEqual([0, end.position]);
});

test('what arrives between the two questions comes, then or the next time', async () => {
  const first = await write(50, 1);
  let late: readonly string[] = [];
  const slow: typeof decisions = {
    ...decisions,
    end: async () => {
      const end = await reader.end();
      if (late.length === 0) late = await write(50, 2);
      return end;
    },
  };
  const filter: Filter = { decision: ['denied'] };
  const { records, after } = await arrivalsBehind(slow, filter, beginning, 1_000);
  const rest = await arrivalsBehind(slow, filter, after, 1_000);
  const uids = [...records, ...rest.records].map(({ event }) => /"uid":"([^"]*)"/.exec(event)?.[1]);
  expect(uids).toEqual([...first, ...late]);
});
