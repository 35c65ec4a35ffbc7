/**
 * Questions to a decision log of a million records in SQLite.
 *
 * `nice node bench/decisionQuery/sqlite.ts [--records N] [--folder DIR] [--json]`; with a folder the store is made once and used again.
 */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSqliteReader } from '../../src/decisions/query/segments/reader.ts';
import { fill } from '../../test/decisions/query/fill.ts';
import { chained, plentiful, tenantLabel } from '../../test/decisions/query/plentiful.ts';
import { askEverything, plentyOf, report, timed } from './questions.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    folder: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.records);
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'bulkhead-bench-'));
const file = join(folder, `decisions-${count}.sqlite`);
const say = (line: string): void => void process.stderr.write(`${line}\n`);

if (!existsSync(file)) {
  say(`writing ${count} records to ${file}`);
  const [, millis] = await timed(() =>
    Promise.resolve(fill(file, chained(plentiful(plentyOf(count)), 'replica-0/1'))),
  );
  say(`written in ${(millis / 1000).toFixed(1)} s`);
}
const [reader, opening] = await timed(async () => {
  const opened = openSqliteReader({ file, tenantLabel });
  await opened.page({ filter: {}, order: 'newest', limit: 1 });
  return opened;
});
const mebibytes = (name: string): string => `${Math.round(statSync(name).size / 1_048_576)} MiB`;
say(
  `first question after ${(opening / 1000).toFixed(1)} s; store ${mebibytes(file)}, index ${mebibytes(`${file}-index`)}`,
);
const answers = await askEverything(reader);
await reader.close();
if (values.folder === undefined) rmSync(folder, { recursive: true });
process.exitCode = report(count, `SQLite, ${cpus()[0]?.model ?? 'unknown'}`, answers, values.json);
