/** Reads a question from named texts, as an address or a command line has them; tells every mistake with the parameter and the reason. */
import type { Issue, Read } from '../../config/issue.ts';
import { sound, unsound } from '../../config/issue.ts';
import { toSeconds } from '../../config/formats.ts';
import { parseCursor } from './cursor.ts';
import { facets } from './query.ts';
import type { Facet, Filter, Query } from './query.ts';
import { wantedWords } from './words.ts';

/** Values of a facet of which there are only these. */
const closed: { readonly [F in Facet]?: readonly string[] } = {
  decision: ['allowed', 'patched', 'warned', 'denied', 'errored'],
  dryRun: ['true', 'false'],
  operation: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
  door: ['validate', 'mutate', 'scan', 'review'],
  entry: ['Decision', 'Retry', 'Gap', 'Read', 'Start', 'Stop', 'Retention'],
};

const mostValues = 50;
const longestValue = 512;
const longestText = 256;
const mostWords = 16;

export interface PageLimits {
  /** Records of a page where the question does not say, and at most. */
  readonly usual: number;
  readonly most: number;
}

export interface Asked {
  /** Milliseconds since the epoch: what "an hour ago" is counted from. */
  readonly now: number;
  readonly page: PageLimits;
  /** Other parameters that the caller reads itself. */
  readonly also?: readonly string[];
}

export const filterParameters: readonly string[] = [...facets, 'from', 'until', 'text'];
const pageParameters: readonly string[] = ['order', 'limit', 'after'];

const mistake = (name: string, message: string): Issue => ({
  code: 'query.parameter',
  pointer: name,
  message,
});

/** The one value of a parameter that may be given once. */
export function single(
  given: ReadonlyMap<string, readonly string[]>,
  name: string,
  issues: Issue[],
): string | undefined {
  const [value, ...more] = given.get(name) ?? [];
  if (more.length > 0) issues.push(mistake(name, 'is given more than once; keep one'));
  return value;
}

/** Names and their values in the order given. */
export function gathered(pairs: Iterable<readonly [string, string]>): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const known = map.get(name);
    if (known === undefined) map.set(name, [value]);
    else known.push(value);
  }
  return map;
}

/** Reads filter, order, limit and cursor. */
export function readQuery(given: ReadonlyMap<string, readonly string[]>, asked: Asked): Read<Query> {
  const issues: Issue[] = [];
  const filter = readFilter(given, asked, [...pageParameters, ...(asked.also ?? [])], issues);
  const order = single(given, 'order', issues) ?? 'newest';
  if (order !== 'newest' && order !== 'oldest' && order !== 'arrival')
    issues.push(mistake('order', `${shown(order)} is no order; use newest, oldest or arrival`));
  const limit = readCount(given, 'limit', asked.page, issues);
  const cursor = single(given, 'after', issues);
  const after = cursor === undefined ? undefined : parseCursor(cursor);
  if (cursor !== undefined && after === undefined)
    issues.push(mistake('after', 'is no cursor; use the "next" of the page before'));
  if (issues.length > 0) return unsound(issues);
  return sound({
    filter,
    order: order === 'oldest' || order === 'arrival' ? order : 'newest',
    limit,
    ...(after === undefined ? {} : { after }),
  });
}

/** Reads a filter alone, for counting and export. */
export function readFilterAlone(given: ReadonlyMap<string, readonly string[]>, asked: Asked): Read<Filter> {
  const issues: Issue[] = [];
  const filter = readFilter(given, asked, asked.also ?? [], issues);
  return issues.length > 0 ? unsound(issues) : sound(filter);
}

/** A whole number from 1 up to the most. */
export function readCount(
  given: ReadonlyMap<string, readonly string[]>,
  name: string,
  { usual, most }: PageLimits,
  issues: Issue[],
): number {
  const text = single(given, name, issues);
  if (text === undefined) return usual;
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= most) return count;
  issues.push(mistake(name, `${shown(text)} is not a whole number from 1 to ${most}`));
  return usual;
}

function readFilter(
  given: ReadonlyMap<string, readonly string[]>,
  { now }: Asked,
  also: readonly string[],
  issues: Issue[],
): Filter {
  for (const name of given.keys())
    if (!filterParameters.includes(name) && !also.includes(name))
      issues.push(mistake(name, `is no parameter; there are ${[...filterParameters, ...also].join(', ')}`));
  const wanted: { [F in Facet]?: readonly string[] } = {};
  for (const facet of facets) {
    const values = given.get(facet);
    if (values === undefined) continue;
    issues.push(...mistakesIn(facet, values));
    wanted[facet] = values;
  }
  const from = readInstant(given, 'from', now, issues);
  const until = readInstant(given, 'until', now, issues);
  if (from !== undefined && until !== undefined && from >= until)
    issues.push(mistake('until', 'is not after from, so nothing can be in between'));
  const text = single(given, 'text', issues);
  if (text !== undefined) issues.push(...mistakesInText(text));
  return {
    ...wanted,
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    ...(text === undefined ? {} : { text }),
  };
}

function mistakesIn(facet: Facet, values: readonly string[]): readonly Issue[] {
  if (values.length > mostValues)
    return [mistake(facet, `has more than ${mostValues} values; ask several times`)];
  const known = closed[facet];
  return values.flatMap((value) => {
    if (value === '') return [mistake(facet, 'is empty; leave it out, or give a value')];
    if (value.length > longestValue) return [mistake(facet, `is longer than ${longestValue} characters`)];
    if (known !== undefined && !known.includes(value))
      return [mistake(facet, `${shown(value)} is none of ${known.join(', ')}`)];
    return [];
  });
}

function mistakesInText(text: string): readonly Issue[] {
  if (text.length > longestText) return [mistake('text', `is longer than ${longestText} characters`)];
  const words = wantedWords(text);
  if (words.length === 0) return [mistake('text', 'holds no word; give one or more, such as egress or pay*')];
  return words.length > mostWords ? [mistake('text', `has more than ${mostWords} words`)] : [];
}

const rfc3339 = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** An instant of RFC 3339, a day, or a time span that is so long ago. */
function readInstant(
  given: ReadonlyMap<string, readonly string[]>,
  name: string,
  now: number,
  issues: Issue[],
): number | undefined {
  const text = single(given, name, issues);
  if (text === undefined) return undefined;
  if (/^[1-9][0-9]{0,5}[smhd]$/.test(text)) return now - toSeconds(text) * 1_000;
  const time = rfc3339.test(text) ? Date.parse(text) : NaN;
  if (Number.isFinite(time)) return time;
  issues.push(
    mistake(
      name,
      `${shown(text)} is no time; write 2026-11-21T17:00:00Z, 2026-11-21, or 2h for two hours ago`,
    ),
  );
  return undefined;
}

/** What somebody wrote, short enough to be told back. */
const shown = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
