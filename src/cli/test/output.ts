/** Prints what became of suites: for people, for programs, for code hosts. */
import type { Coverage } from '../../authoring/suite/coverage.ts';
import { describeWitness } from '../../authoring/suite/differences.ts';
import type { Difference } from '../../authoring/suite/differences.ts';
import type { Survivor } from '../../authoring/suite/removals.ts';
import { casePassed } from '../../authoring/suite/runSuite.ts';
import type { CaseResult, SuiteResult } from '../../authoring/suite/runSuite.ts';
import { describe } from '../../config/issue.ts';
import { verdictOf } from '../../admission/respond.ts';
import { counted } from '../counted.ts';
import { githubCommand } from '../lint/github.ts';
import { junit } from '../lint/junit.ts';
import type { Palette } from '../palette.ts';
import { paletteFor } from '../palette.ts';
import type { Terminal } from '../terminal.ts';

/** The forms that `-o` knows. */
export const testForms = ['text', 'json', 'junit', 'github'] as const;

/** Everything that a run found. */
export interface Report {
  readonly results: readonly SuiteResult[];
  /** Files that were rewritten. */
  readonly updated: readonly string[];
  readonly coverage?: Coverage;
  readonly survivors?: readonly Survivor[];
}

/** Writes the report to standard output, in the order of the suites and their cases. */
export function printReport(report: Report, form: (typeof testForms)[number], terminal: Terminal): void {
  terminal.stdout.write(rendered(report, form, terminal));
}

function rendered(report: Report, form: (typeof testForms)[number], terminal: Terminal): string {
  switch (form) {
    case 'text':
      return textOf(report, paletteFor(terminal.stdout, terminal));
    case 'json':
      return `${JSON.stringify(jsonOf(report))}\n`;
    case 'junit':
      return junitOf(report);
    case 'github':
      return githubOf(report);
  }
}

/** What is wrong with a case, a line each: the difference, and below it the flow that shows it. */
function complaints({ differences, issues }: CaseResult): readonly string[] {
  return [...differences.flatMap(linesOf), ...issues.map(describe)];
}

function linesOf({ pointer, message, witness }: Difference): readonly string[] {
  const what = pointer === '' ? message : `${pointer.split('/')[1] ?? ''}: ${message}`;
  return witness === undefined ? [what] : [what, `  witness: ${describeWitness(witness)}`];
}

function textOf({ results, updated, coverage, survivors }: Report, palette: Palette): string {
  const { red, green, yellow, dim } = palette;
  const lines: string[] = [];
  for (const { file, cases, issues } of results) {
    const failed = cases.filter((one) => !casePassed(one));
    if (issues.length > 0) {
      lines.push(
        `${red('error')}  ${file}: could not be read`,
        ...issues.map((issue) => `         ${describe(issue)}`),
      );
    } else if (failed.length === 0)
      lines.push(`${green('ok')}     ${file}: ${counted(cases.length, 'case')}`);
    for (const one of failed) {
      lines.push(`${red('failed')} ${dim(`${file}:${one.place.line}:${one.place.column}`)} ${one.name}`);
      lines.push(...complaints(one).map((line) => `         ${line}`));
    }
  }
  lines.push(...updated.map((file) => `${yellow('wrote')}  ${file}`));
  if (coverage !== undefined) lines.push(...coverageLines(coverage));
  if (survivors !== undefined) lines.push(...survivorLines(survivors));
  const all = results.flatMap(({ cases }) => cases);
  const failures = all.filter((one) => !casePassed(one)).length;
  lines.push(`${failures} failed, ${all.length - failures} passed in ${counted(results.length, 'suite')}`);
  return lines.map((line) => `${line}\n`).join('');
}

function coverageLines({ points, touched, percent }: Coverage): readonly string[] {
  return [
    `coverage: ${percent} % (${touched} of ${points.length} rules, limits and branches)`,
    ...points
      .filter((point) => !point.touched)
      .map(({ sort, kind, name, field, way }) =>
        `  untouched ${sort}: ${kind} ${name} ${field} ${way}`.replace(/ {2,}(?=\w+$)/, ' '),
      ),
  ];
}

function survivorLines(survivors: readonly Survivor[]): readonly string[] {
  if (survivors.length === 0) return ['removals: each rule and limit is missed by a case'];
  return survivors.map(
    ({ document, line, column, pointer, suite }) =>
      `removals: ${document.file}:${line}:${column} ${pointer === '' ? 'the whole rule' : pointer} can be removed, and every case of ${suite} passes`,
  );
}

function jsonOf({ results, updated, coverage, survivors }: Report): object {
  return {
    apiVersion: 'bulkhead.dev/v1alpha1',
    suites: results.map(({ file, cases, issues }) => ({
      file,
      issues,
      cases: cases.map((one) => ({
        name: one.name,
        ...one.place,
        passed: casePassed(one),
        ...(one.outcome === undefined ? {} : { decision: verdictOf(one.outcome.decision) }),
        differences: one.differences,
        issues: one.issues,
      })),
    })),
    ...(updated.length === 0 ? {} : { updated }),
    ...(coverage === undefined ? {} : { coverage }),
    ...(survivors === undefined
      ? {}
      : {
          survivors: survivors.map(({ suite, document, pointer, line, column }) => ({
            suite,
            file: document.file,
            pointer,
            line,
            column,
          })),
        }),
  };
}

function junitOf({ results, survivors = [] }: Report): string {
  const suites = results.map(({ file, cases, issues }) => ({
    name: file,
    cases: [
      ...issues.map((issue) => ({
        name: 'can be read',
        className: file,
        file,
        line: issue.line,
        failure: { type: issue.code, message: issue.message, body: describe(issue) },
      })),
      ...cases.map((one) => {
        const [message = '', ...others] = complaints(one);
        const failure = { type: 'difference', message, body: [message, ...others].join('\n') };
        const base = { name: one.name, className: file, file, line: one.place.line };
        return casePassed(one) ? base : { ...base, failure };
      }),
    ],
  }));
  const removals = survivors.map(({ document, pointer, line, suite }) => ({
    name: `${document.file} ${pointer}`,
    className: suite,
    file: document.file,
    line,
    failure: { type: 'removal', message: 'no case misses it', body: `${pointer} can be removed` },
  }));
  return junit(
    'bulkhead test',
    removals.length === 0 ? suites : [...suites, { name: 'removals', cases: removals }],
  );
}

function githubOf({ results, survivors = [] }: Report): string {
  const failures = results.flatMap(({ file, cases, issues }) => [
    ...issues.map((issue) => githubCommand({ severity: 'error', ...issue })),
    ...cases.flatMap((one) =>
      casePassed(one)
        ? []
        : [
            githubCommand({
              severity: 'error',
              code: one.name,
              message: complaints(one).join('\n'),
              file,
              ...one.place,
            }),
          ],
    ),
  ]);
  const removals = survivors.map(({ document, line, column, pointer }) =>
    githubCommand({
      severity: 'error',
      code: 'removal',
      message: `no case misses ${pointer || 'this rule'}`,
      file: document.file,
      line,
      column,
    }),
  );
  return [...failures, ...removals].join('');
}
