/** `bulkhead audit tail`: follows the log while decisions are made. */
import { setTimeout as delay } from 'node:timers/promises';
import { Option } from '@commander-js/extra-typings';
import { exported, questionOf } from '../../decisions/query/answer.ts';
import { arrivalsBehind } from '../../decisions/query/arrivals.ts';
import { filterParameters, readFilterAlone } from '../../decisions/query/parameters.ts';
import type { Cursor, DecisionReader, Filter, Found } from '../../decisions/query/query.ts';
import { findLog, recordReading, withLog, withReader } from './log.ts';
import type { LogOptions } from './log.ts';
import { lineOf } from './output.ts';
import { parametersOf, withFilters } from './parameters.ts';
import type { Definition } from '../command.ts';
import { tellIssues } from '../diagnostics.ts';
import { paletteFor } from '../palette.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

const everyMillis = 500;
const atOnce = 500;

export const defineTail: Definition = (command, { terminal, run }) =>
  withLog(withFilters(command))
    .option('--last <number>', 'begin with that many of the newest (default: 10)')
    .option('--once', 'end where the log ends now')
    .addOption(
      new Option('-o, --output <form>', 'form of the result: lines for people, or JSON Lines')
        .choices(['text', 'json'] as const)
        .default('text'),
    )
    .addHelpText(
      'after',
      `
Examples:
  bulkhead audit tail --decision denied
  bulkhead audit tail --tenant payments -o json | jq .violations`,
    )
    .action((options) => run(() => tail(options, terminal)));

interface TailOptions extends LogOptions {
  readonly output: 'text' | 'json';
  readonly last?: string | undefined;
  readonly once?: true | undefined;
}

async function tail(options: TailOptions, terminal: Terminal): Promise<ExitCode> {
  const read = readFilterAlone(parametersOf({ ...options }, filterParameters), {
    now: Date.now(),
    page: { usual: 1, most: 1 },
  });
  const last = /^\d{1,4}$/.test(options.last ?? '10') ? Number(options.last ?? '10') : undefined;
  if (!read.ok || last === undefined) {
    const wrong = { code: 'query.parameter', pointer: 'last', message: 'is a whole number from 0 to 9999' };
    tellIssues([...(read.ok ? [] : read.issues), ...(last === undefined ? [wrong] : [])], terminal);
    return 2;
  }
  const log = await findLog(options, terminal);
  if (!log.ok) {
    tellIssues(log.issues, terminal);
    return 2;
  }
  const stopped = new AbortController();
  terminal.takeSignals(() => {
    stopped.abort();
  });
  return withReader(log.value, terminal, async (reader) => {
    const question = questionOf(read.value);
    const palette = paletteFor(terminal.stdout, terminal);
    const print = (found: Found): void =>
      terminal.stdout.write(
        options.output === 'json' ? `${JSON.stringify(exported(found))}\n` : lineOf(found, palette),
      );
    const after = await reader.end();
    const first =
      last === 0 ? [] : (await reader.page({ filter: read.value, order: 'newest', limit: last })).records;
    await recordReading(log.value, { action: 'tail', question, count: first.length }, terminal);
    for (const found of first.toReversed()) print(found);
    if (options.once === true) return 0;
    await follow(reader, read.value, after, print, stopped.signal);
    return 0;
  });
}

async function follow(
  reader: DecisionReader,
  filter: Filter,
  start: Cursor,
  print: (found: Found) => void,
  stopped: AbortSignal,
): Promise<void> {
  let after = start;
  while (!stopped.aborted) {
    const arrived = await arrivalsBehind(reader, filter, after, atOnce);
    for (const found of arrived.records) print(found);
    after = arrived.after;
    if (arrived.isEnd) await delay(everyMillis, undefined, { signal: stopped }).catch(() => undefined);
  }
}
