/** `bulkhead test`: suites of cases that rules must decide as expected. */
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { coverageOf } from '../../authoring/suite/coverage.ts';
import { runSuite, suitePassed } from '../../authoring/suite/runSuite.ts';
import type { SuiteResult } from '../../authoring/suite/runSuite.ts';
import { survivorsOf } from '../../authoring/suite/removals.ts';
import type { Definition } from '../command.ts';
import { tellIssues } from '../diagnostics.ts';
import { pooled } from './pool.ts';
import { findSuites, loadSuite } from './loading.ts';
import type { LoadedSuite } from './loading.ts';
import { printReport, testForms } from './output.ts';
import type { Report } from './output.ts';
import { updateSuites } from './update.ts';
import { watching } from './watch.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

const more = `
A Suite names its rules and its inventory by paths relative to itself and lists requests with what is expected of each decision: decision,
violations, warnings, patched, connectivity. Every case is decided exactly as the server would. docs/suites.md has every field.

In a directory every file that holds a Suite counts. Files outside the repository that a suite is in are refused.
Exit code: 0 all passed, 1 a case failed or coverage is below its threshold, 2 a suite could not be read.

Examples:
  bulkhead test policies examples
  bulkhead test policies --run 'metadata|never' --watch
  bulkhead test policies --coverage --coverage-threshold 100
  bulkhead test policies --removals`;

interface Options {
  readonly run?: string | undefined;
  readonly output: (typeof testForms)[number];
  readonly update?: true;
  readonly watch?: true;
  readonly coverage?: true;
  readonly coverageThreshold?: number | undefined;
  readonly removals?: true;
  readonly jobs: number;
}

const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (!/^[0-9]+$/.test(text) || number < least || number > most)
      throw new InvalidArgumentError(`a whole number from ${least} to ${most} is expected`);
    return number;
  };

export const define: Definition = (command, { terminal, run }) =>
  command
    .argument('<suites...>', 'suites: files, directories, or - for standard input')
    .option('--run <regex>', 'only cases whose name matches')
    .addOption(
      new Option('-o, --output <form>', 'form of the result').choices(testForms).default('text' as const),
    )
    .option('--update', 'rewrite the expectations of failing cases to what is; comments stay')
    .option('--watch', 'run again whenever a file changes; Ctrl-C ends it')
    .option('--coverage', 'tell which rules, limits and branches no case has touched')
    .option('--coverage-threshold <percent>', 'exit 1 when less is touched', whole(0, 100))
    .option('--removals', 'remove each rule and limit in turn, and tell those that no case misses')
    .option('--jobs <number>', 'how many suites are read at a time', whole(1, 64), 8)
    .addHelpText('after', more)
    .action((paths, options) => run(() => answer(paths, options, terminal)));

async function answer(paths: readonly string[], options: Options, terminal: Terminal): Promise<ExitCode> {
  const wanted = wantedBy(options.run);
  if (typeof wanted === 'string') {
    terminal.stderr.write(`error: --run is no regular expression: ${wanted}\n`);
    return 2;
  }
  const once = () => runOnce(paths, options, wanted, terminal);
  if (options.watch !== true) return (await once()).code;
  return watching(paths, once, terminal);
}

type Wanted = (name: string) => boolean;

function wantedBy(text: string | undefined): Wanted | string {
  if (text === undefined) return () => true;
  try {
    const pattern = new RegExp(text, 'u');
    return (name) => pattern.test(name);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What one run found, and which files it depends on. */
interface Ran {
  readonly code: ExitCode;
  readonly files: readonly string[];
}

async function runOnce(
  paths: readonly string[],
  options: Options,
  wanted: Wanted,
  terminal: Terminal,
): Promise<Ran> {
  const { suites, issues } = await findSuites(paths, terminal);
  const loaded = await pooled(suites, options.jobs, (suite) => loadSuite(suite, terminal));
  const files = [...suites.map(({ document }) => document.file), ...loaded.flatMap((one) => one.files)];
  const results = loaded.map((one) => resultOf(one, wanted));
  const updated = options.update === true ? await updateSuites(results, terminal) : [];
  const again = updated.length === 0 ? results : await rerun(paths, options, wanted, terminal);
  const report: Report = {
    results: again,
    updated,
    ...(options.coverage === true || options.coverageThreshold !== undefined
      ? { coverage: coverageOf(again) }
      : {}),
    ...(options.removals === true ? { survivors: again.flatMap((one) => survivorsOf(one.inputs)) } : {}),
  };
  printReport(report, options.output, terminal);
  tellIssues(issues, terminal);
  return { code: codeOf(report, issues.length, options, terminal), files };
}

/** The suites as they are after their files were rewritten. */
async function rerun(
  paths: readonly string[],
  options: Options,
  wanted: Wanted,
  terminal: Terminal,
): Promise<readonly SuiteResult[]> {
  const { suites } = await findSuites(paths, terminal);
  const loaded = await pooled(suites, options.jobs, (suite) => loadSuite(suite, terminal));
  return loaded.map((one) => resultOf(one, wanted));
}

function resultOf({ suite, inputs }: LoadedSuite, wanted: Wanted): SuiteResult {
  if (inputs.ok) return runSuite(inputs.value, wanted);
  const nothing = { suite, rules: [], inventory: [], config: undefined, cases: [] };
  return { file: suite.document.file, inputs: nothing, world: undefined, cases: [], issues: inputs.issues };
}

function codeOf(
  { results, coverage, survivors = [] }: Report,
  mistakes: number,
  { coverageThreshold, run }: Options,
  terminal: Terminal,
): ExitCode {
  const unread =
    mistakes > 0 ||
    results.some(({ issues, cases }) => issues.length > 0 || cases.some((one) => one.issues.length > 0));
  if (unread) return 2;
  if (results.every(({ cases }) => cases.length === 0)) {
    terminal.stderr.write(`error: no case matches --run ${run ?? ''}\n`);
    return 2;
  }
  if (!results.every(suitePassed) || survivors.length > 0) return 1;
  return coverage !== undefined && coverage.percent < (coverageThreshold ?? 0) ? 1 : 0;
}
