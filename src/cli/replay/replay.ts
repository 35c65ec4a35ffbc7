/** `bulkhead replay`: which past decisions draft rules would change, and which of them the log does not hold enough of to tell. */
import { Option } from '@commander-js/extra-typings';
import { replayer } from '../../admission/replaying/replay.ts';
import { isDecision, readPast } from '../../admission/replaying/past.ts';
import { add, newTally } from '../../admission/replaying/tally.ts';
import type { Tally } from '../../admission/replaying/tally.ts';
import { readFilterAlone } from '../../decisions/query/parameters.ts';
import { several } from '../command.ts';
import type { Definition } from '../command.ts';
import { tellIssues, tellWarning, tellWarnings } from '../diagnostics.ts';
import { load } from '../loading.ts';
import { recordReplay, recordsOf, sourceOf } from './log.ts';
import type { RecordSource } from './log.ts';
import { printReplayJson, printReplayText } from './output.ts';
import { progressOn } from '../scan/progress.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

interface Options {
  readonly rules: readonly string[];
  readonly inventory?: readonly string[];
  readonly config?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly examples: string;
  readonly output: 'text' | 'json';
}

export const define: Definition = (command, { terminal, run }) =>
  command
    .argument('<log>', 'the log: a SQLite file, a postgres:// address, or an export (jsonl or bundle)')
    .requiredOption('--rules <path>', 'the draft: a file or directory, all rules; may be repeated', several)
    .option('--inventory <path>', 'Namespaces of that time: a file or directory; may be repeated', several)
    .option('--config <file>', 'the configuration of tenants and cluster')
    .option('--since <time>', 'decided at or after: 2026-11-21, 2026-11-21T17:00:00Z, or 7d (seven days ago)')
    .option('--until <time>', 'decided before')
    .option('--examples <count>', 'decisions told for each change', '3')
    .addOption(
      new Option('-o, --output <form>', 'form of the result')
        .choices(['text', 'json'] as const)
        .default('text'),
    )
    .addHelpText(
      'after',
      `
The rules given are the whole draft: what they do not hold would no longer be in force. A decision is replayed only where its record holds
everything that the draft reads of it; the others are counted, with the reason. What only a guardrail would change at the mutating webhook is
judged by what it left at the validating one. Labels of namespaces come from --inventory; where the draft asks for the tenant label alone, the
record's own tenant is enough.

Exit code: 0 nothing would be denied that was let in, 1 something would, 2 the log, a rule or the command line could not be read.

Examples:
  bulkhead replay .bulkhead/decisions/decisions.sqlite --rules draft --since 30d
  bulkhead audit export --from 7d > week.jsonl && bulkhead replay week.jsonl --rules draft --inventory namespaces.yaml -o json`,
    )
    .action((log, options) => run(() => replay(log, options, terminal)));

async function replay(log: string, options: Options, terminal: Terminal): Promise<ExitCode> {
  const loaded = await load({ ...options, inventory: options.inventory ?? [] }, terminal);
  const given = new Map(
    Object.entries({ from: options.since, until: options.until }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, [value]] as const],
    ),
  );
  const period = readFilterAlone(given, { now: Date.now(), page: { usual: 1, most: 1 } });
  const source = sourceOf(log, loaded.ok ? loaded.value.config.tenancy.tenantLabel : '');
  const examples = /^\d{1,3}$/.test(options.examples) ? Number(options.examples) : undefined;
  const issues = [
    ...[loaded, period, source].flatMap((part) => (part.ok ? [] : part.issues)),
    ...(examples === undefined
      ? [{ code: 'replay.examples', message: '--examples takes a whole number from 0 to 999' }]
      : []),
  ];
  if (!loaded.ok || !period.ok || !source.ok || examples === undefined) {
    tellIssues(issues, terminal);
    return 2;
  }
  const { rules, inventory } = loaded.value;
  tellWarnings(rules.guardrails.warnings(), terminal);
  const judge = replayer(
    rules,
    inventory.map(({ facts }) => facts),
  );
  const tally = newTally();
  const read = await walk(source.value, period.value, terminal, (event) => {
    const past = readPast(event);
    if (past === undefined) return false;
    add(tally, past, judge(past), examples);
    return true;
  });
  if (typeof read === 'string') {
    tellIssues(
      [{ code: 'replay.log', ...fileOf(source.value), message: `the log cannot be read: ${read}` }],
      terminal,
    );
    return 2;
  }
  await recordReplay(source.value, period.value, tally.replayed + tally.unknown, terminal);
  if (read.unread > 0)
    tellWarning(`${read.unread} lines are no record of a decision log and were passed over`, terminal);
  if (options.output === 'json') printReplayJson(tally, rules.hash, terminal);
  else printReplayText(tally, rules.hash, terminal);
  return exitCode(tally);
}

const fileOf = (source: RecordSource): { readonly file?: string } =>
  source.kind === 'postgres' ? {} : { file: source.file };

const exitCode = ({ newlyDenied }: Tally): ExitCode => (newlyDenied > 0 ? 1 : 0);

/** Gives every decision of the period to `use`; why the log could not be read, or how many entries were none of a log. */
async function walk(
  source: RecordSource,
  { from = -Infinity, until = Infinity }: { readonly from?: number; readonly until?: number },
  terminal: Terminal,
  use: (event: Parameters<typeof readPast>[0]) => boolean,
): Promise<string | { readonly unread: number }> {
  const progress = progressOn(terminal);
  let unread = 0;
  try {
    for await (const { event, done, total } of recordsOf(source)) {
      progress.show('decisions', done, total);
      if (event === undefined) unread += 1;
      else if (isDecision(event)) {
        const time = typeof event['time'] === 'string' ? Date.parse(event['time']) : NaN;
        if (time < from || time >= until) continue;
        if (!use(event)) unread += 1;
      }
    }
    return { unread };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    progress.end();
  }
}
