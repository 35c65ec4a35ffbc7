/** One page of positions in the order of time, whatever order entries arrived in. */
import type { Cursor, Order, Query } from '../query.ts';
import { rowsOf, segmentRows } from './rowSet.ts';
import { planOf } from './selection.ts';
import type { Segment, Segments } from './selection.ts';

/** Positions of at most `limit` + 1 entries: one more than asked for, so that the end is known. */
export function pageOf(segments: Segments, query: Query): readonly Cursor[] {
  const { filter, order, limit, after } = query;
  const falling = order === 'newest';
  const byArrival = order === 'arrival';
  const wanted = limit + 1;
  const plan = planOf(filter);
  const compare = comparing[order];
  let found: Cursor[] = [];
  for (const segment of arranged(segments.list(), order)) {
    if (after !== undefined && isPassed(segment, order, after)) continue;
    const worst = found[wanted - 1];
    // Segments come by their first entry in this order, so what follows has nothing better.
    if (worst !== undefined && isBeyond(segment, order, worst)) break;
    const more = within(segments, segment);
    if (more.length > 0) found = [...found, ...more].sort(compare).slice(0, wanted);
  }
  return found;

  function within(from: Segments, segment: Segment): readonly Cursor[] {
    const rows = from.matching(segment, plan, filter);
    if (rows === undefined) return [];
    const times = from.times(segment.segment);
    const kept: Cursor[] = [];
    for (const offset of rowsOf(rows, falling)) {
      const at = { time: times[offset] ?? 0, position: segment.segment * segmentRows + offset };
      if (after !== undefined && compare(at, after) <= 0) continue;
      kept.push(at);
      if ((segment.ordered || byArrival) && kept.length === wanted) break;
    }
    return kept;
  }
}

const comparing: { readonly [O in Order]: (a: Cursor, b: Cursor) => number } = {
  newest: (a, b) => b.time - a.time || b.position - a.position,
  oldest: (a, b) => a.time - b.time || a.position - b.position,
  arrival: (a, b) => a.position - b.position,
};

function arranged(segments: readonly Segment[], order: Order): readonly Segment[] {
  switch (order) {
    case 'newest':
      return segments;
    case 'oldest':
      return segments.toSorted((a, b) => a.oldest - b.oldest);
    case 'arrival':
      return segments.toSorted((a, b) => a.segment - b.segment);
  }
}

/** Whether everything in a segment comes before the cursor. */
function isPassed(segment: Segment, order: Order, after: Cursor): boolean {
  switch (order) {
    case 'newest':
      return segment.oldest > after.time;
    case 'oldest':
      return segment.newest < after.time;
    case 'arrival':
      return (segment.segment + 1) * segmentRows <= after.position;
  }
}

/** Whether everything in a segment comes after an entry. */
function isBeyond(segment: Segment, order: Order, worst: Cursor): boolean {
  switch (order) {
    case 'newest':
      return segment.newest < worst.time;
    case 'oldest':
      return segment.oldest > worst.time;
    case 'arrival':
      return segment.segment * segmentRows > worst.position;
  }
}
