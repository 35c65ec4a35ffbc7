/** How many of the entries that a filter wants share a value, and how they were decided. */
import type { Filter, Group, Grouping } from '../query.ts';
import { valueTerm } from './deriving.ts';
import { countWritten, hasRow, noRows, addWritten, countRows, rowsOf } from './rowSet.ts';
import type { RowSet } from './rowSet.ts';
import { planOf } from './selection.ts';
import type { Segments } from './selection.ts';

const hour = 3_600_000;

interface Counted {
  count: number;
  readonly decisions: Map<string, number>;
}

/** Counts whole sets of rows; only hours are counted row by row. */
export function groupsOf(segments: Segments, filter: Filter, by: Grouping, limit: number): readonly Group[] {
  const plan = planOf(filter);
  const counted = new Map<string, Counted>();
  for (const segment of segments.list()) {
    const rows = segments.matching(segment, plan, filter);
    if (rows === undefined) continue;
    const decisions = [...segments.terms(segment.segment, valueTerm('decision', ''))].map(
      ({ term, rows: written }) => ({ decision: term, rows: common(rows, written) }),
    );
    if (by === 'hour') countHours(counted, rows, segments.times(segment.segment), decisions);
    else {
      for (const { term, rows: written } of segments.terms(segment.segment, valueTerm(by, ''))) {
        const count = countWritten(rows, written);
        if (count === 0) continue;
        const one = entry(counted, term);
        one.count += count;
        for (const { decision, rows: decided } of decisions)
          raise(one.decisions, decision, countWritten(decided, written));
      }
    }
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

function countHours(
  counted: Map<string, Counted>,
  rows: RowSet,
  times: Float64Array,
  decisions: readonly { readonly decision: string; readonly rows: RowSet }[],
): void {
  const hours = new Map<number, Counted>();
  for (const offset of rowsOf(rows)) {
    const beginning = Math.floor((times[offset] ?? 0) / hour);
    const one = entry(hours, beginning);
    one.count += 1;
    for (const { decision, rows: decided } of decisions)
      if (hasRow(decided, offset)) raise(one.decisions, decision, 1);
  }
  for (const [beginning, { count, decisions: some }] of hours) {
    const one = entry(counted, new Date(beginning * hour).toISOString());
    one.count += count;
    for (const [decision, number] of some) raise(one.decisions, decision, number);
  }
}

function common(rows: RowSet, written: Uint8Array): RowSet {
  const both = noRows();
  addWritten(both, written);
  for (const [at, bits] of rows.entries()) both[at] = (both[at] ?? 0) & bits;
  return countRows(both) === 0 ? noRows() : both;
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
