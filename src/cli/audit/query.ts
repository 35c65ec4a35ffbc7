/** `bulkhead audit query` and `show`: decisions that a filter wants, counts of them, or one with what stands around it. */
import { Option } from '@commander-js/extra-typings';
import type { Issue } from '../../config/issue.ts';
import { exported, questionOf } from '../../decisions/query/answer.ts';
import { printCursor } from '../../decisions/query/cursor.ts';
import { filterParameters, readQuery } from '../../decisions/query/parameters.ts';
import { groupings } from '../../decisions/query/query.ts';
import type { DecisionReader, Grouping, Query } from '../../decisions/query/query.ts';
import { recordVersion } from '../../decisions/record.ts';
import { findLog, recordReading, withLog, withReader } from './log.ts';
import type { FoundLog, LogOptions } from './log.ts';
import { groupTableOf, lineOf, pageOf, tableOf } from './output.ts';
import { parametersOf, withFilters } from './parameters.ts';
import type { Definition } from '../command.ts';
import { tellIssues } from '../diagnostics.ts';
import { paletteFor } from '../palette.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

const page = { usual: 50, most: 10_000 };

export const defineQuery: Definition = (command, { terminal, run }) =>
  withLog(withFilters(command))
    .option('--order <order>', 'newest (default), oldest, or arrival')
    .option(
      '--limit <number>',
      `how many; at most ${page.most.toLocaleString('en')} (default: ${page.usual})`,
    )
    .option('--after <cursor>', 'go on where a page ended: its "next"')
    .addOption(new Option('--group-by <what>', 'count instead of listing').choices(groupings))
    .addOption(
      new Option('-o, --output <form>', 'form of the result')
        .choices(['text', 'table', 'json'] as const)
        .default('text'),
    )
    .addHelpText(
      'after',
      `
Examples:
  bulkhead audit query --decision denied --from 24h
  bulkhead audit query --tenant payments --text "egress reach" -o table
  bulkhead audit query --from 7d --group-by rule`,
    )
    .action((options) => run(() => query(options, terminal)));

interface QueryOptions extends LogOptions {
  readonly output: 'text' | 'table' | 'json';
  readonly groupBy?: Grouping | undefined;
}

async function query(options: QueryOptions, terminal: Terminal): Promise<ExitCode> {
  const given = parametersOf({ ...options }, [...filterParameters, 'order', 'limit', 'after']);
  const read = readQuery(given, { now: Date.now(), page });
  if (!read.ok) return refuse(read.issues, terminal);
  const found = await findLog(options, terminal);
  if (!found.ok) return refuse(found.issues, terminal);
  return withReader(found.value, terminal, (reader) =>
    options.groupBy === undefined
      ? list(reader, read.value, options, found.value, terminal)
      : count(reader, read.value, options.groupBy, options, found.value, terminal),
  );
}

async function list(
  reader: DecisionReader,
  asked: Query,
  { output }: QueryOptions,
  log: FoundLog,
  terminal: Terminal,
): Promise<ExitCode> {
  const { records, next } = await reader.page(asked);
  const question = questionOf(asked.filter, { order: asked.order, limit: String(asked.limit) });
  await recordReading(log, { action: 'query', question, count: records.length }, terminal);
  const cursor = next === undefined ? null : printCursor(next);
  const palette = paletteFor(terminal.stdout, terminal);
  switch (output) {
    case 'json':
      terminal.stdout.write(
        `${JSON.stringify({ apiVersion: recordVersion, records: records.map((one) => ({ ...exported(one), retries: one.retries })), next: cursor }, null, 2)}\n`,
      );
      return 0;
    case 'table':
      terminal.stdout.write(tableOf(records));
      break;
    case 'text':
      terminal.stdout.write(records.map((one) => lineOf(one, palette)).join(''));
      break;
  }
  if (records.length === 0) terminal.stderr.write('nothing was found\n');
  if (cursor !== null) terminal.stderr.write(`there is more: --after ${cursor}\n`);
  return 0;
}

async function count(
  reader: DecisionReader,
  asked: Query,
  by: Grouping,
  { output }: QueryOptions,
  log: FoundLog,
  terminal: Terminal,
): Promise<ExitCode> {
  const groups = await reader.group(asked.filter, by, asked.limit);
  const question = questionOf(asked.filter, { by });
  await recordReading(log, { action: 'group', question, count: groups.length }, terminal);
  terminal.stdout.write(
    output === 'json'
      ? `${JSON.stringify({ apiVersion: recordVersion, by, groups }, null, 2)}\n`
      : groupTableOf(by, groups),
  );
  return 0;
}

export const defineShow: Definition = (command, { terminal, run }) =>
  withLog(command)
    .argument('<id>', 'the id of the decision, as the refused user has read it')
    .addOption(
      new Option(
        '--neighbours <of>',
        'also what came before and after it, of the same object or user',
      ).choices(['object', 'user'] as const),
    )
    .addOption(
      new Option('-o, --output <form>', 'form of the result')
        .choices(['text', 'json'] as const)
        .default('text'),
    )
    .addHelpText(
      'after',
      `
Examples:
  bulkhead audit show 019aa6c1-8c1f-7a30-9d55-2f6f0c1f1a20
  bulkhead audit show 019aa6c1-8c1f-7a30-9d55-2f6f0c1f1a20 --neighbours object`,
    )
    .action((id, options) => run(() => show(id, options, terminal)));

interface ShowOptions extends LogOptions {
  readonly output: 'text' | 'json';
  readonly neighbours?: 'object' | 'user' | undefined;
}

async function show(id: string, options: ShowOptions, terminal: Terminal): Promise<ExitCode> {
  const log = await findLog(options, terminal);
  if (!log.ok) return refuse(log.issues, terminal);
  return withReader(log.value, terminal, async (reader) => {
    const found = await reader.find(id.toLowerCase());
    const { neighbours: of } = options;
    const around = of === undefined ? undefined : await reader.neighbours(id.toLowerCase(), of, 5);
    const read = found === undefined ? 0 : 1 + (around?.before.length ?? 0) + (around?.after.length ?? 0);
    await recordReading(log.value, { action: 'show', question: id, count: read }, terminal);
    if (found === undefined) {
      const message = `no decision ${JSON.stringify(id.slice(0, 60))} is in this log`;
      return refuse([{ code: 'audit.notFound', message }], terminal);
    }
    if (options.output === 'json') {
      const answers = (records: readonly (typeof found)[]) =>
        records.map((one) => ({ ...exported(one), retries: one.retries }));
      const beside =
        around === undefined
          ? {}
          : { neighbours: { before: answers(around.before), after: answers(around.after) } };
      terminal.stdout.write(
        `${JSON.stringify({ ...exported(found), retries: found.retries, ...beside }, null, 2)}\n`,
      );
      return 0;
    }
    const palette = paletteFor(terminal.stdout, terminal);
    terminal.stdout.write(pageOf(found, palette));
    if (around !== undefined) {
      const lines = (records: readonly (typeof found)[]): string =>
        records.map((one) => lineOf(one, palette)).join('') || 'nothing\n';
      terminal.stdout.write(`\nbefore\n${lines(around.before)}\nafter\n${lines(around.after)}`);
    }
    return 0;
  });
}

function refuse(issues: readonly Issue[], terminal: Terminal): ExitCode {
  tellIssues(issues, terminal);
  return 2;
}
