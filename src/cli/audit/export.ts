/** `bulkhead audit export`: decisions as CSV or JSON Lines, or the whole log as a signed bundle. */
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { Option } from '@commander-js/extra-typings';
import { bundleOf } from '../../decisions/export/bundle.ts';
import { loadOrMakeKey } from '../../decisions/integrity/keys.ts';
import { exported, questionOf } from '../../decisions/query/answer.ts';
import { csvHeader, csvLine } from '../../decisions/query/csv.ts';
import { filterParameters, readFilterAlone } from '../../decisions/query/parameters.ts';
import type { Cursor, DecisionReader, Filter } from '../../decisions/query/query.ts';
import { stateFiles } from '../../decisions/stateFiles.ts';
import { openArchive } from '../../decisions/stores/openForReading.ts';
import { stringAt } from '../../k8s/json.ts';
import { findLog, recordReading, withLog, withReader } from './log.ts';
import type { FoundLog, LogOptions } from './log.ts';
import { parametersOf, withFilters } from './parameters.ts';
import type { Definition } from '../command.ts';
import { tellIssues } from '../diagnostics.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

const portion = 1_000;
const everyEntry = ['Decision', 'Retry', 'Gap', 'Read', 'Start', 'Stop', 'Retention'];

export const defineExport: Definition = (command, { terminal, run }) =>
  withLog(withFilters(command))
    .addOption(
      new Option(
        '--format <format>',
        'csv for spreadsheets, jsonl for programs, bundle to be verified elsewhere',
      )
        .choices(['csv', 'jsonl', 'bundle'] as const)
        .default('jsonl'),
    )
    .option('--file <path>', 'where to write (default: standard output); must not exist')
    .option('--signing-key <file>', 'what a bundle is signed with (default: the key of the state directory)')
    .addHelpText(
      'after',
      `
A bundle holds every chain and checkpoint, so it takes no filters: bulkhead audit verify BUNDLE. Cells of a CSV that a spreadsheet would
take for a formula begin with an apostrophe.

Examples:
  bulkhead audit export --format csv --decision denied --from 30d --file denials.csv
  bulkhead audit export --tenant payments | jq .violations
  bulkhead audit export --format bundle --file log.bundle`,
    )
    .action((options) => run(() => exportLog(options, terminal)));

interface ExportOptions extends LogOptions {
  readonly format: 'csv' | 'jsonl' | 'bundle';
  readonly file?: string | undefined;
  readonly signingKey?: string | undefined;
}

async function exportLog(options: ExportOptions, terminal: Terminal): Promise<ExitCode> {
  const given = parametersOf({ ...options }, filterParameters);
  const read = readFilterAlone(given, { now: Date.now(), page: { usual: 1, most: 1 } });
  const log = await findLog(options, terminal);
  const issues = [...(read.ok ? [] : read.issues), ...(log.ok ? [] : log.issues)];
  if (options.format === 'bundle' && given.size > 0)
    issues.push({
      code: 'audit.bundleFilter',
      message: `a bundle is the whole log; leave out ${[...given.keys()].join(', ')}, or use --format jsonl`,
    });
  const keyFile = options.signingKey ?? stateFiles(options.state).keyFile;
  if (options.format === 'bundle' && !existsSync(keyFile))
    issues.push({
      code: 'audit.noKey',
      file: keyFile,
      message:
        'there is no key to sign with; name one with --signing-key, or the state directory with --state',
    });
  if (!read.ok || !log.ok || issues.length > 0) {
    tellIssues(issues, terminal);
    return 2;
  }
  const found = log.value;
  return withReader(found, terminal, async (reader) => {
    const filter: Filter = options.format === 'bundle' ? { entry: everyEntry } : read.value;
    const count = await countOf(reader, filter);
    // Said before the first byte goes out: an export that is interrupted was one.
    const question = questionOf(options.format === 'bundle' ? {} : filter, { format: options.format });
    await recordReading(found, { action: 'export', question, count }, terminal);
    const written = await writeTo(options.file, terminal, linesOf(reader, filter, options, keyFile, found));
    if (written === undefined) return 2;
    terminal.stderr.write(`${written} lines written\n`);
    return 0;
  });
}

const countOf = async (reader: DecisionReader, filter: Filter): Promise<number> =>
  (await reader.group(filter, 'hour', Number.MAX_SAFE_INTEGER)).reduce((sum, { count }) => sum + count, 0);

async function* linesOf(
  reader: DecisionReader,
  filter: Filter,
  { format }: ExportOptions,
  keyFile: string,
  { target }: FoundLog,
): AsyncGenerator<string> {
  if (format === 'bundle') {
    const archive = await openArchive(target);
    try {
      yield* bundleOf(archive, loadOrMakeKey(keyFile), new Date());
    } finally {
      await archive.close();
    }
    return;
  }
  if (format === 'csv') yield csvHeader;
  let after: Cursor | undefined;
  do {
    const { records, next } = await reader.page({
      filter,
      order: 'oldest',
      limit: portion,
      ...(after === undefined ? {} : { after }),
    });
    for (const entry of records)
      yield format === 'csv' ? csvLine(entry) : `${JSON.stringify(exported(entry))}\n`;
    after = next;
  } while (after !== undefined);
}

/** How many lines were written; undefined where the file could not be made, which is told. */
async function writeTo(
  file: string | undefined,
  terminal: Terminal,
  lines: AsyncIterable<string>,
): Promise<number | undefined> {
  let count = 0;
  if (file === undefined) {
    for await (const line of lines) {
      terminal.stdout.write(line);
      count += 1;
    }
    return count;
  }
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx', 0o600);
  } catch (error) {
    // Asked by its shape: an error of Node.js itself is no `Error` of a realm of its own, such as a test's.
    const reason = stringAt(error, 'code') ?? 'unknown';
    const message = `cannot be written (${reason}); name a file that does not exist, in a directory that does`;
    tellIssues([{ code: 'audit.file', file, message }], terminal);
    return undefined;
  }
  try {
    for await (const line of lines) {
      // Unlike one write, this leaves nothing out where the disk takes a part of it.
      writeFileSync(descriptor, line);
      count += 1;
    }
  } finally {
    closeSync(descriptor);
  }
  return count;
}
