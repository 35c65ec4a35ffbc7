/**
 * Questions to a decision log of a million records in SQLite: the first page and the next one for every filter, combinations that meet nowhere among them.
 *
 * `nice node bench/decisionQuery.ts [--records N] [--folder DIR] [--json]`; with a folder the store is made once and used again.
 */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openSqliteReader } from '../src/decisions/query/segments/reader.ts';
import { groupings } from '../src/decisions/query/query.ts';
import type { DecisionReader, Filter } from '../src/decisions/query/query.ts';
import { parsed } from '../src/decisions/query/terms.ts';
import { stringAt } from '../src/k8s/json.ts';
import { fill } from '../test/decisions/query/fill.ts';
import { chained, plentiful, tenantLabel } from '../test/decisions/query/plentiful.ts';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    folder: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.records);
const repeats = 21;
const limitMillis = 50;
const start = Date.UTC(2026, 7, 1);
const day = 86_400_000;
/** Ninety days, whatever the number of records. */
const stepMillis = Math.floor((90 * day) / count);

const questions: readonly (readonly [string, Filter])[] = [
  ['everything', {}],
  ['time: one day in the middle', { from: start + 40 * day, until: start + 41 * day }],
  ['decision: denied', { decision: ['denied'] }],
  ['decision: errored or warned', { decision: ['errored', 'warned'] }],
  ['tenant: a busy one', { tenant: ['tenant-0'] }],
  ['tenant: a quiet one', { tenant: ['tenant-990'] }],
  ['peer tenant', { peerTenant: ['tenant-7'] }],
  ['namespace', { namespace: ['tenant-3-prod'] }],
  ['kind', { kind: ['NetworkPolicy'] }],
  ['name', { name: ['allow-7'] }],
  ['name: none has it', { name: ['nobody'] }],
  ['user', { user: ['user-12'] }],
  ['group', { group: ['team-tenant-5'] }],
  ['rule: a frequent one', { rule: ['boundary-0'] }],
  ['rule: a rare one', { rule: ['boundary-49'] }],
  ['severity', { severity: ['critical'] }],
  ['exception', { exception: ['tenant-1-prod/until-friday'] }],
  ['dry run', { dryRun: ['true'] }],
  ['operation', { operation: ['DELETE'] }],
  ['text: a frequent word', { text: 'pods' }],
  ['text: three words', { text: 'reach 10.7.0.0/16 tenant-4' }],
  ['text: the beginning of a word', { text: '10.7*' }],
  ['text: the beginning of many words', { text: '1*' }],
  ['text: a word that none has', { text: 'nowhere' }],
  ['scope: three tenants', { scope: ['tenant-1', 'tenant-2', 'tenant-900'], decision: ['denied'] }],
  ['two halves that never meet', { decision: ['allowed'], severity: ['critical'] }],
  [
    'five filters and a word',
    {
      decision: ['denied'],
      kind: ['Pod'],
      operation: ['CREATE'],
      tenant: ['tenant-0', 'tenant-1'],
      severity: ['high'],
      text: 'egress reach',
    },
  ],
];

const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'bulkhead-bench-'));
const file = join(folder, `decisions-${count}.sqlite`);
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const timed = async <T>(what: () => Promise<T>): Promise<readonly [T, number]> => {
  const begun = performance.now();
  const answer = await what();
  return [answer, performance.now() - begun];
};

if (!existsSync(file)) {
  say(`writing ${count} records to ${file}`);
  const events = plentiful({ count, start, stepMillis, tenants: 1_000, users: 5_000, rules: 50, seed: 7 });
  const [, millis] = await timed(() => Promise.resolve(fill(file, chained(events, 'replica-0/1'))));
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

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

async function measure(name: string, filter: Filter, open: DecisionReader) {
  const first: number[] = [];
  const next: number[] = [];
  const before = process.cpuUsage();
  let asked = 0;
  let rows = 0;
  for (let turn = 0; turn < repeats; turn += 1) {
    const [page, millis] = await timed(() => open.page({ filter, order: 'newest', limit: 100 }));
    first.push(millis);
    asked += 1;
    rows = page.records.length;
    if (page.next === undefined) continue;
    const after = page.next;
    const [, more] = await timed(() => open.page({ filter, order: 'newest', limit: 100, after }));
    next.push(more);
    asked += 1;
  }
  const { user, system } = process.cpuUsage(before);
  return {
    question: name,
    rows,
    cpuMillis: (user + system) / 1_000 / asked,
    firstMillis: median(first),
    firstWorst: Math.max(...first),
    nextMillis: next.length === 0 ? null : median(next),
    nextWorst: next.length === 0 ? null : Math.max(...next),
  };
}

const pages = [];
for (const [name, filter] of questions) pages.push(await measure(name, filter, reader));
const others = [];
for (const by of groupings) {
  const [groups, millis] = await timed(() => reader.group({}, by, 100));
  others.push({ question: `group by ${by}`, rows: groups.length, millis });
}
const [newest] = (await reader.page({ filter: {}, order: 'newest', limit: 1 })).records;
const shown = stringAt(parsed(newest?.event ?? ''), 'decisionId') ?? '';
const [, shownMillis] = await timed(() => reader.find(shown));
others.push({ question: 'one decision', rows: 1, millis: shownMillis });
const [, besideMillis] = await timed(() => reader.neighbours(shown, 'user', 10));
others.push({ question: 'its neighbours by user', rows: 20, millis: besideMillis });
await reader.close();
if (values.folder === undefined) rmSync(folder, { recursive: true });

const processor = cpus()[0]?.model ?? 'unknown';
if (values.json)
  process.stdout.write(
    `${JSON.stringify({ count, processor, openingMillis: opening, pages, others }, null, 2)}\n`,
  );
else {
  const ms = (millis: number | null): string => (millis === null ? '-' : millis.toFixed(1));
  process.stdout.write(
    `${count} records, ${processor}; milliseconds, median and worst of ${repeats}, pages of 100; cpu: of one page\n`,
  );
  for (const one of pages)
    process.stdout.write(
      `${one.question.padEnd(38)} rows ${String(one.rows).padStart(3)}  cpu ${ms(one.cpuMillis).padStart(4)}  first ${ms(one.firstMillis)} / ${ms(one.firstWorst)}  next ${ms(one.nextMillis)} / ${ms(one.nextWorst)}\n`,
    );
  for (const { question, millis } of others) process.stdout.write(`${question.padEnd(38)} ${ms(millis)}\n`);
}
const slow = pages.filter((one) => one.firstMillis > limitMillis || (one.nextMillis ?? 0) > limitMillis);
for (const { question } of slow) say(`slower than ${limitMillis} ms: ${question}`);
process.exitCode = slow.length === 0 ? 0 : 1;
