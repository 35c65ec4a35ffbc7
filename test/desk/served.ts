// A desk over a SQLite store with some decisions of three tenants, and a list of what was recorded of the readings.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DecisionEvent, ReadEvent } from '../../src/decisions/record.ts';
import { openSqliteReader } from '../../src/decisions/query/segments/reader.ts';
import { openSqliteJournal } from '../../src/decisions/stores/sqlite/journal.ts';
import type { Gate } from '../../src/desk/access.ts';
import { startDesk } from '../../src/desk/desk.ts';
import type { DeskLimits } from '../../src/desk/desk.ts';
import { usualTiming } from '../../src/desk/tail.ts';
import { tokenGate } from '../../src/desk/tokens.ts';
import { chained, plentiful, tenantLabel } from '../decisions/query/plentiful.ts';

export const tokens = {
  everything: 'e'.repeat(32),
  first: 'f'.repeat(32),
  spare: 's'.repeat(32),
};

export interface Served {
  readonly address: string;
  readonly events: readonly DecisionEvent[];
  readonly readings: readonly ReadEvent[];
  readonly tokenFile: string;
  readonly get: (path: string, token?: string, init?: RequestInit) => Promise<Response>;
  readonly write: (events: readonly DecisionEvent[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface Given {
  readonly gates?: readonly Gate[];
  readonly limits?: Partial<DeskLimits>;
  readonly canRecord?: () => boolean;
  /** Waited for before a page is read, and before a reading is recorded. */
  readonly beforePage?: () => Promise<void>;
  readonly beforeRecord?: () => Promise<void>;
}

const atOnce = (): Promise<void> => Promise.resolve();

export const plenty = (count: number, seed: number): readonly DecisionEvent[] => [
  ...plentiful({
    count,
    start: Date.UTC(2026, 10, 20),
    stepMillis: 60_000,
    tenants: 3,
    users: 5,
    rules: 4,
    seed,
  }),
];

export async function served({
  gates,
  limits,
  canRecord = () => true,
  beforePage = atOnce,
  beforeRecord = atOnce,
}: Given = {}): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-desk-'));
  const file = join(folder, 'decisions.sqlite');
  const journal = openSqliteJournal(file);
  const events = plenty(300, 5);
  await journal.append({ entries: [...chained(events, 'replica-0/1')], checkpoints: [] });
  const tokenFile = join(folder, 'tokens');
  await writeFile(
    tokenFile,
    `# readers\njane * ${tokens.everything}\njoe tenant-0,tenant-2 ${tokens.first}\n`,
  );
  const gate = tokenGate(tokenFile, () => undefined);
  if (!gate.ok) throw new Error('the token file is wrong');
  const decisions = openSqliteReader({ file, tenantLabel });
  const readings: ReadEvent[] = [];
  const timing = { ...usualTiming, everyMillis: 20, heartbeatMillis: 60 };
  const desk = await startDesk({
    address: '127.0.0.1',
    port: 0,
    gates: gates ?? [gate.value],
    decisions: { ...decisions, page: (query) => beforePage().then(() => decisions.page(query)) },
    record: async (event) => {
      await beforeRecord();
      if (canRecord()) readings.push(event);
      return canRecord();
    },
    failed: (error) => {
      throw error;
    },
    version: '1.2.3',
    now: () => Date.UTC(2026, 10, 21),
    limits: { burst: 10_000, timing, ...limits },
  });
  let written = 0;
  return {
    address: desk.address,
    events,
    readings,
    tokenFile,
    get: (path, token, init = {}) => {
      const headers = new Headers(init.headers);
      if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
      return fetch(`${desk.address}${path}`, { ...init, headers });
    },
    write: async (more) => {
      written += 1;
      await journal.append({ entries: [...chained(more, `replica-${written}/1`)], checkpoints: [] });
    },
    close: async () => {
      await desk.close();
      await decisions.close();
      await journal.close();
      await rm(folder, { recursive: true });
    },
  };
}
