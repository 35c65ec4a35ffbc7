/** Findings as JUnit's XML: a suite for each file, a failed case for each error and warning. */
import type { Finding } from '../../authoring/finding.ts';

/** One case of a report; without `failure` it passed. */
export interface JunitCase {
  readonly name: string;
  readonly className: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly failure?: { readonly type: string; readonly message: string; readonly body: string };
}

export interface JunitSuite {
  readonly name: string;
  readonly cases: readonly JunitCase[];
}

/** The report of lint: what is only worth knowing passes. */
export function junitOf(findings: readonly Finding[]): string {
  const files = Map.groupBy(findings, ({ file = '' }) => file);
  return junit(
    'bulkhead lint',
    [...files].map(([file, found]) => ({
      name: file,
      cases: found.map((finding) => ({
        name: `${finding.code} ${finding.line ?? 0}:${finding.column ?? 0}`,
        className: file,
        file,
        line: finding.line,
        ...(finding.severity === 'info'
          ? {}
          : {
              failure: {
                type: finding.severity,
                message: finding.message.split('\n')[0] ?? '',
                body: `${file}:${finding.line ?? 0}:${finding.column ?? 0}\n${finding.message}`,
              },
            }),
      })),
    })),
  );
}

/** A report of suites. */
export function junit(name: string, suites: readonly JunitSuite[]): string {
  const all = suites.flatMap(({ cases }) => cases);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name, ...counts(all) })}>`,
    ...suites.flatMap((suite) => [
      `  <testsuite${attributes({ name: suite.name, ...counts(suite.cases) })}>`,
      ...suite.cases.flatMap(caseLines),
      '  </testsuite>',
    ]),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

const counts = (cases: readonly JunitCase[]): Record<string, number> => ({
  tests: cases.length,
  failures: cases.filter(({ failure }) => failure !== undefined).length,
  errors: 0,
});

function caseLines({ name, className, file, line, failure }: JunitCase): readonly string[] {
  const head = `    <testcase${attributes({ name, classname: className, file, line })}`;
  if (failure === undefined) return [`${head}/>`];
  const { type, message, body } = failure;
  return [
    `${head}>`,
    `      <failure${attributes({ type, message })}>${escaped(body)}</failure>`,
    '    </testcase>',
  ];
}

const attributes = (values: Readonly<Record<string, string | number | undefined>>): string =>
  Object.entries(values)
    .map(([key, value]) => (value === undefined ? '' : ` ${key}="${escaped(String(value))}"`))
    .join('');

/** XML 1.0 has no way to write most control characters, so they become question marks. */
const escaped = (text: string): string =>
  text
    .replaceAll(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
