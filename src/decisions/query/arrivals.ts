/** Follows a log as it grows, and reads nothing twice: whoever asks for what is rare goes over what others wrote once. */
import type { Cursor, DecisionReader, Filter, Found } from './query.ts';

export interface Arrivals {
  /** In the order of their arrival. */
  readonly records: readonly Found[];
  /** How far the log is known now: where the next question begins. */
  readonly after: Cursor;
  /** Whether there is nothing more at this moment. */
  readonly isEnd: boolean;
}

/** What a filter wants of the entries that arrived behind a place; at most `limit` of them. */
export async function arrivalsBehind(
  decisions: Pick<DecisionReader, 'end' | 'page'>,
  filter: Filter,
  after: Cursor,
  limit: number,
): Promise<Arrivals> {
  // Asked before the page: what arrives between the two is found now, or next time.
  const end = await decisions.end();
  if (end.position <= after.position) return { records: [], after, isEnd: true };
  const { records, next } = await decisions.page({ filter, order: 'arrival', limit, after });
  const last = records.at(-1)?.position ?? 0;
  const known = next === undefined ? Math.max(end.position, last) : last;
  return { records, after: { time: 0, position: known }, isEnd: next === undefined };
}
