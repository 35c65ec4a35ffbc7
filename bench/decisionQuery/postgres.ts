/**
 * Questions to a decision log of a million records in PostgreSQL.
 *
 * `nice node bench/decisionQuery/postgres.ts [--records N] [--url URL] [--json]`; without a URL a server of the machine's own is started, filled and thrown away. The
 * database of a URL is filled where it is empty, and used again.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs, promisify } from 'node:util';
import { ownAt } from '../../src/k8s/json.ts';
import type { StoredEntry } from '../../src/decisions/repository.ts';
import { openPostgresArchive } from '../../src/decisions/stores/postgres/archive.ts';
import { openPostgresJournal } from '../../src/decisions/stores/postgres/journal.ts';
import { openPostgresReader } from '../../src/decisions/stores/postgres/reader.ts';
import { ask, startPostgres } from '../../test/decisions/postgres/server.ts';
import { chained, plentiful, tenantLabel } from '../../test/decisions/query/plentiful.ts';
import { askEverything, plentyOf, report, timed } from './questions.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    url: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.records);
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const server = values.url === undefined ? await startPostgres() : undefined;
const url = values.url ?? (await server?.database()) ?? '';

/** As a writer does it, in batches. */
async function fill(): Promise<void> {
  const journal = await openPostgresJournal({ url, tenantLabel, timeoutMillis: 300_000 });
  let entries: StoredEntry[] = [];
  let written = 0;
  const flush = async (): Promise<void> => {
    await journal.append({ entries, checkpoints: [] });
    written += entries.length;
    entries = [];
    if (written % 50_000 === 0) say(`${written} records`);
  };
  for (const entry of chained(plentiful(plentyOf(count)), 'replica-0/1')) {
    entries.push(entry);
    if (entries.length === 500) await flush();
  }
  await flush();
  await journal.close();
}

/** What the server's backends have spent, where they run on this machine (Linux). */
async function spent(): Promise<number> {
  const rows = await ask(url, "SELECT pid FROM pg_stat_activity WHERE application_name = 'bulkhead'");
  const ticks = await Promise.all(
    rows.map(async (row) => {
      const text = await readFile(`/proc/${String(ownAt(row, 'pid'))}/stat`, 'utf8').catch(() => '');
      const [user = '0', system = '0'] = text
        .slice(text.lastIndexOf(')') + 2)
        .split(' ')
        .slice(11, 13);
      return Number(user) + Number(system);
    }),
  );
  return ticks.reduce((sum, count) => sum + count, 0) * millisPerTick;
}
const { stdout: ticksASecond } = await promisify(execFile)('getconf', ['CLK_TCK']);
const millisPerTick = 1_000 / Number(ticksASecond);

const stored = async (): Promise<number> => {
  const archive = openPostgresArchive({ url });
  try {
    return await archive.count();
  } catch {
    return 0;
  } finally {
    await archive.close();
  }
};

try {
  if ((await stored()) < count) {
    const [, millis] = await timed(fill);
    say(`written in ${(millis / 1000).toFixed(1)} s`);
    // What autovacuum does by and by.
    const [, settling] = await timed(() => ask(url, 'VACUUM (ANALYZE) bulkhead_entries'));
    say(`vacuumed in ${(settling / 1000).toFixed(1)} s`);
  }
  const reader = await openPostgresReader({ url });
  const answers = await askEverything(reader, spent);
  await reader.close();
  const [version] = await ask(url, 'SHOW server_version');
  const what = `PostgreSQL ${JSON.stringify(version)}, ${cpus()[0]?.model ?? 'unknown'}`;
  process.exitCode = report(count, what, answers, values.json);
} finally {
  await server?.close();
}
