/** Which rows of a segment a filter wants: sets of rows, united for alternatives and cut with each other. */
import type { DatabaseSync } from 'node:sqlite';
import { facets } from '../query.ts';
import type { Filter } from '../query.ts';
import { termValue } from '../terms.ts';
import { wantedWords } from '../words.ts';
import { doublesOf, setOf, valueTerm, wordTerm } from './deriving.ts';
import { addRow, addWritten, hasRow, keepCommon, noRows, rowsOf } from './rowSet.ts';
import type { RowSet } from './rowSet.ts';

/** A segment as it is known without looking into it. */
export interface Segment {
  readonly segment: number;
  /** Milliseconds since the epoch. */
  readonly oldest: number;
  readonly newest: number;
  /** Whether times never fall from one position to the next. */
  readonly ordered: boolean;
}

/** One term, or every term from `from` to `to`. */
type Needle = string | { readonly from: string; readonly to: string };

/** What a filter asks of every row: one needle of each list. */
export type Plan = readonly (readonly Needle[])[];

/** Follows every character that a term can have. */
const last = '\u{10ffff}';

export const everyWith = (prefix: string): Needle => ({ from: prefix, to: `${prefix}${last}` });

/** Lists with fewer needles first: they are the quickest to find empty. */
export function planOf(filter: Filter): Plan {
  const lists: Needle[][] = [];
  for (const facet of facets) {
    const values = facet === 'entry' ? (filter.entry ?? ['Decision']) : filter[facet];
    if (values !== undefined) lists.push(values.map((value) => valueTerm(facet, termValue(value))));
  }
  if (filter.scope !== undefined)
    lists.push(filter.scope.map((tenant) => valueTerm('tenant', termValue(tenant))));
  for (const { word, prefix } of wantedWords(filter.text ?? ''))
    lists.push([prefix ? everyWith(wordTerm(word)) : wordTerm(word)]);
  return lists.sort((a, b) => a.length - b.length);
}

/** The derived file, read. */
export function segmentsIn(derived: DatabaseSync) {
  const all = derived.prepare('SELECT segment, oldest, newest, ordered FROM segments ORDER BY newest DESC');
  const presentIn = derived.prepare('SELECT present FROM segments WHERE segment = ?');
  const timesIn = derived.prepare('SELECT times FROM segments WHERE segment = ?');
  const posting = derived.prepare('SELECT rows FROM postings WHERE segment = ? AND term = ?');
  const postings = derived.prepare(
    'SELECT term, rows FROM postings WHERE segment = ? AND term >= ? AND term < ?',
  );

  const times = (segment: number): Float64Array => doublesOf(timesIn.get(segment)?.['times']);

  const listed = (segment: number, needles: readonly Needle[]): RowSet | undefined => {
    const rows = noRows();
    let any = false;
    for (const needle of needles) {
      if (typeof needle === 'string') {
        const written = posting.get(segment, needle)?.['rows'];
        if (!(written instanceof Uint8Array)) continue;
        addWritten(rows, written);
        any = true;
      } else {
        for (const row of postings.iterate(segment, needle.from, needle.to)) {
          const written = row['rows'];
          if (written instanceof Uint8Array) addWritten(rows, written);
          any = true;
        }
      }
    }
    return any ? rows : undefined;
  };

  return {
    /** The newest first. */
    list: (): readonly Segment[] =>
      all.all().map((row) => ({
        segment: Number(row['segment']),
        oldest: Number(row['oldest']),
        newest: Number(row['newest']),
        ordered: row['ordered'] === 1,
      })),
    times,
    /** Terms of a prefix with their rows, as written. */
    *terms(segment: number, prefix: string): Generator<{ readonly term: string; readonly rows: Uint8Array }> {
      for (const row of postings.iterate(segment, prefix, `${prefix}${last}`)) {
        const written = row['rows'];
        if (written instanceof Uint8Array)
          yield { term: String(row['term']).slice(prefix.length), rows: written };
      }
    },
    /** The rows of a segment that a filter wants; undefined where there are none. */
    matching: (at: Segment, plan: Plan, { from, until }: Filter): RowSet | undefined => {
      if ((from !== undefined && at.newest < from) || (until !== undefined && at.oldest >= until)) return;
      let left: RowSet | undefined;
      for (const needles of plan) {
        const rows = listed(at.segment, needles);
        if (rows === undefined) return;
        if (left === undefined) left = rows;
        else if (!keepCommon(left, rows)) return;
      }
      const present = setOf(presentIn.get(at.segment)?.['present']);
      if (left === undefined) left = present;
      else if (!keepCommon(left, present)) return;
      const inside = (from === undefined || at.oldest >= from) && (until === undefined || at.newest < until);
      return inside ? left : within(left, times(at.segment), from ?? -Infinity, until ?? Infinity);
    },
  };
}

export type Segments = ReturnType<typeof segmentsIn>;

function within(rows: RowSet, times: Float64Array, from: number, until: number): RowSet {
  const kept = noRows();
  for (const offset of rowsOf(rows)) {
    const time = times[offset] ?? NaN;
    if (time >= from && time < until && hasRow(rows, offset)) addRow(kept, offset);
  }
  return kept;
}
