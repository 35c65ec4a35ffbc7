/** How many of the entries that a filter wants share a value, and how they were decided. */
import type { Filter, Group, Grouping } from '../query.ts';
import { valueTerm } from './deriving.ts';
import { eachWritten, rowsOf, segmentRows } from './rowSet.ts';
import type { RowSet } from './rowSet.ts';
import { planOf } from './selection.ts';
import type { Segments } from './selection.ts';

const hour = 3_600_000;

interface Counted {
  count: number;
  readonly decisions: Map<string, number>;
}

/** What a row counts as: 0 where it is not wanted, else its decision by its place among the names of decisions, of which the last is no decision. */
type Codes = Uint8Array<ArrayBuffer>;

/** Each row is looked at once for each of its values, and its decision is found by its offset. */
export function groupsOf(segments: Segments, filter: Filter, by: Grouping, limit: number): readonly Group[] {
  const plan = planOf(filter);
  const counted = new Map<string, Counted>();
  for (const segment of segments.list()) {
    const rows = segments.matching(segment, plan, filter);
    if (rows === undefined) continue;
    const names = ['', ...decisionsIn(segments, segment.segment), ''];
    const codes = codesOf(rows, segments, segment.segment, names);
    if (by === 'hour') countHours(counted, rows, segments.times(segment.segment), codes, names);
    else countTerms(counted, segments.terms(segment.segment, valueTerm(by, '')), codes, names);
  }
  const groups = [...counted].map(([key, { count, decisions }]): Group => ({
    key,
    count,
    decisions: Object.fromEntries(decisions),
  }));
  return inOrder(groups, by).slice(0, limit);
}

/** The most frequent first, hours from the newest on; equal counts by their key, so that every store answers alike. */
export const inOrder = (groups: Group[], by: Grouping): readonly Group[] =>
  groups.sort((a, b) =>
    by === 'hour' ? (a.key < b.key ? 1 : -1) : b.count - a.count || (a.key < b.key ? -1 : 1),
  );

const decisionsIn = (segments: Segments, segment: number): readonly string[] =>
  [...segments.terms(segment, valueTerm('decision', ''))].map(({ term }) => term);

function codesOf(rows: RowSet, segments: Segments, segment: number, names: readonly string[]): Codes {
  const codes = new Uint8Array(segmentRows);
  const undecided = names.length - 1;
  for (const offset of rowsOf(rows)) codes[offset] = undecided;
  for (const { term, rows: written } of segments.terms(segment, valueTerm('decision', '')))
    eachWritten(written, (offset) => {
      if (codes[offset] === undecided) codes[offset] = names.indexOf(term);
    });
  return codes;
}

function countTerms(
  counted: Map<string, Counted>,
  terms: ReturnType<Segments['terms']>,
  codes: Codes,
  names: readonly string[],
): void {
  const tally = new Uint32Array(names.length);
  for (const { term, rows: written } of terms) {
    tally.fill(0);
    eachWritten(written, (offset) => {
      const code = codes[offset] ?? 0;
      tally[code] = (tally[code] ?? 0) + 1;
    });
    tally[0] = 0;
    add(counted, term, tally, names);
  }
}

function countHours(
  counted: Map<string, Counted>,
  rows: RowSet,
  times: Float64Array,
  codes: Codes,
  names: readonly string[],
): void {
  const hours = new Map<number, Uint32Array>();
  for (const offset of rowsOf(rows)) {
    const beginning = Math.floor((times[offset] ?? 0) / hour);
    let tally = hours.get(beginning);
    if (tally === undefined) hours.set(beginning, (tally = new Uint32Array(names.length)));
    const code = codes[offset] ?? 0;
    tally[code] = (tally[code] ?? 0) + 1;
  }
  for (const [beginning, tally] of hours)
    add(counted, new Date(beginning * hour).toISOString(), tally, names);
}

/** Adds what was tallied of one key in one segment. */
function add(counted: Map<string, Counted>, key: string, tally: Uint32Array, names: readonly string[]): void {
  let count = 0;
  for (let code = 1; code < names.length; code += 1) count += tally[code] ?? 0;
  if (count === 0) return;
  const one = entry(counted, key);
  one.count += count;
  for (let code = 1; code < names.length - 1; code += 1)
    raise(one.decisions, names[code] ?? '', tally[code] ?? 0);
}

function entry<K>(map: Map<K, Counted>, key: K): Counted {
  const known = map.get(key);
  if (known !== undefined) return known;
  const one: Counted = { count: 0, decisions: new Map() };
  map.set(key, one);
  return one;
}

function raise(decisions: Map<string, number>, decision: string, by: number): void {
  if (by > 0) decisions.set(decision, (decisions.get(decision) ?? 0) + by);
}
