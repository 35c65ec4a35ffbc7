// Where the two sides differ: one row for each, the list of those that are known, and the page that tells of them.
import { readFileSync, writeFileSync } from 'node:fs';
import Type from 'typebox';
import Value from 'typebox/value';

/** What was compared: whether a policy loads, its type warnings, or a part of a verdict. */
export type Aspect =
  'load' | 'types' | 'verdict' | 'message' | 'warnings' | 'annotations' | 'audited' | 'object';

/** One difference that was seen. `of` is the name of a case, or an expression. */
export interface Difference {
  readonly of: string;
  readonly aspect: Aspect;
  /** The request, where there is one. */
  readonly request: string;
  readonly kubernetes: string;
  readonly bulkhead: string;
  /** The API server's own words, for those who look into it. */
  readonly told?: string;
}

const known = Type.Array(
  Type.Object({
    of: Type.String(),
    aspect: Type.String(),
    kubernetes: Type.String(),
    bulkhead: Type.String(),
    why: Type.String(),
  }),
);

export type Known = Type.Static<typeof known>[number];

/** The known differences of a run: `policies` or `expressions`. */
export const knownOf = (run: string): readonly Known[] =>
  Value.Parse(known, JSON.parse(readFileSync(new URL(`./differences/${run}.json`, import.meta.url), 'utf8')));

/** Differences that nobody has listed, and listed ones that were not seen. */
export function unexpected(
  seen: readonly Difference[],
  listed: readonly Known[],
): {
  readonly unlisted: readonly Difference[];
  readonly gone: readonly Known[];
} {
  const same = (one: Difference, other: Known): boolean => one.of === other.of && one.aspect === other.aspect;
  return {
    unlisted: seen.filter((one) => !listed.some((other) => same(one, other))),
    gone: listed.filter((other) => !seen.some((one) => same(one, other))),
  };
}

const page = new URL('../../../docs/cel.md', import.meta.url);
const begin = '<!-- differences: from test/e2e/differential/differences -->';
const end = '<!-- /differences -->';
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The lists as rows of a table in docs/cel.md. */
export const rendered = (): string =>
  [
    '| case or expression | kube-apiserver | Bulkhead | reason |',
    '| --- | --- | --- | --- |',
    ...[...knownOf('policies'), ...knownOf('expressions')].map(
      ({ of, kubernetes, bulkhead, why }) =>
        `| \`${cell(of)}\` | ${cell(kubernetes)} | ${cell(bulkhead)} | ${cell(why)} |`,
    ),
  ].join('\n');

const cells = (table: string): string => table.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---').trim();

/** Whether the page tells of exactly the listed differences; `UPDATE_DOCS=1` writes them there first. */
export function pageTells(): boolean {
  const text = readFileSync(page, 'utf8');
  const [before = '', rest = ''] = text.split(begin);
  const [told = '', after = ''] = rest.split(end);
  if (process.env['UPDATE_DOCS'] === '1' && cells(told) !== cells(rendered()))
    writeFileSync(page, `${before}${begin}\n\n${rendered()}\n\n${end}${after}`);
  return process.env['UPDATE_DOCS'] === '1' || cells(told) === cells(rendered());
}
