/** One page of positions in the order of time, whatever order entries arrived in. */
import type { Cursor, Query } from '../query.ts';
import { rowsOf, segmentRows } from './rowSet.ts';
import { planOf } from './selection.ts';
import type { Segment, Segments } from './selection.ts';

/** Positions of at most `limit` + 1 entries: one more than asked for, so that the end is known. */
export function pageOf(segments: Segments, query: Query): readonly Cursor[] {
  const { filter, order, limit, after } = query;
  const falling = order === 'newest';
  const wanted = limit + 1;
  const plan = planOf(filter);
  const compare = falling
    ? (a: Cursor, b: Cursor) => b.time - a.time || b.position - a.position
    : (a: Cursor, b: Cursor) => a.time - b.time || a.position - b.position;
  const list = [...segments.list()];
  if (!falling) list.sort((a, b) => a.oldest - b.oldest);
  let found: Cursor[] = [];
  for (const segment of list) {
    if (after !== undefined && (falling ? segment.oldest > after.time : segment.newest < after.time))
      continue;
    const worst = found[wanted - 1];
    // Segments come by their first time, so what follows has nothing better.
    if (worst !== undefined && (falling ? segment.newest < worst.time : segment.oldest > worst.time)) break;
    const more = within(segments, segment);
    if (more.length === 0) continue;
    found = [...found, ...more].sort(compare).slice(0, wanted);
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
      if (segment.ordered && kept.length === wanted) break;
    }
    return kept;
  }
}
