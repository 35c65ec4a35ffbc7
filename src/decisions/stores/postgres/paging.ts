/**
 * The places of one page in the order of time, out of partitions by day.
 *
 * What is frequent is found on the nearest day, read in order; what is rare by its terms, in steps that grow. Which of the two a filter is the
 * database's planner cannot know (two frequent values may never meet), and reading a whole log in order for want of matches takes seconds. So it is found out
 * step by step, and no step reads more than a bounded number of rows.
 */
import { sql } from 'kysely';
import type { Cursor, Filter, Query } from '../../query/query.ts';
import { conditionOf, hasTerms } from './condition.ts';
import type { Connection } from './connection.ts';
import { partitions } from './partitions.ts';
import type { Day } from './partitions.ts';

/** The first step is one day; each further one has so many times as many. */
const growth = 4;
/** Beyond so many matches a step is divided: they would all have to be sorted for one page. */
const usualMatches = 1_000;

export interface TimeQuery extends Pick<Query, 'filter' | 'limit' | 'after'> {
  readonly order: 'newest' | 'oldest';
}

/** Places of at most `limit` + 1 entries: one more than asked for, so that the end is known. `session` is in a transaction. */
export async function placesOf(
  session: Connection,
  query: TimeQuery,
  mostMatches = usualMatches,
): Promise<readonly Cursor[]> {
  const walk = new Walk(session, query, mostMatches);
  const days = daysOf(await partitions(session), query);
  const wanted = query.limit + 1;
  const found: Cursor[] = [];
  for (let from = 0, count = 1; from < days.length && found.length < wanted; count *= growth) {
    const step = days.slice(from, from + count);
    const left = wanted - found.length;
    found.push(...(from === 0 ? await walk.inOrder(step, left) : await walk.within(step, left)));
    from += count;
  }
  await walk.end();
  return found;
}

/** The days that can hold something, in the order of the page. */
function daysOf(all: readonly Day[], { filter, order, after }: TimeQuery): readonly Day[] {
  const from = Math.max(
    filter.from ?? -Infinity,
    order === 'oldest' ? (after?.time ?? -Infinity) : -Infinity,
  );
  const until = Math.min(
    filter.until ?? Infinity,
    order === 'newest' ? (after?.time ?? Infinity) + 1 : Infinity,
  );
  const days = all.filter((day) => day.until.getTime() > from && day.from.getTime() < until);
  return order === 'newest' ? days.toReversed() : days;
}

class Walk {
  readonly #session: Connection;
  readonly #query: TimeQuery;
  readonly #filter: Filter;
  readonly #mostMatches: number;
  /** Whether the planner is kept from reading in order. */
  #isByTerms = false;

  constructor(session: Connection, query: TimeQuery, mostMatches: number) {
    this.#session = session;
    this.#query = query;
    this.#filter = query.filter;
    this.#mostMatches = mostMatches;
  }

  /** At most `wanted` places of these days, by their terms where there are few. */
  async within(days: readonly Day[], wanted: number): Promise<readonly Cursor[]> {
    if (!hasTerms(this.#filter)) return this.inOrder(days, wanted);
    const matches = await this.#matches(days);
    if (matches.length <= this.#mostMatches) return matches.toSorted(this.#compare).slice(0, wanted);
    if (days.length === 1) return this.inOrder(days, wanted);
    const middle = Math.ceil(days.length / 2);
    const near = await this.within(days.slice(0, middle), wanted);
    if (near.length === wanted) return near;
    return [...near, ...(await this.within(days.slice(middle), wanted - near.length))];
  }

  /** The same, as the planner thinks best. */
  async inOrder(days: readonly Day[], wanted: number): Promise<readonly Cursor[]> {
    await this.#plan(false);
    const direction = this.#query.order === 'newest' ? 'desc' : 'asc';
    const rows = await this.#places(days)
      .orderBy('time', direction)
      .orderBy('position', direction)
      .limit(wanted)
      .execute();
    return rows.map(cursorOf);
  }

  /** Lets the planner be as it was. */
  end(): Promise<void> {
    return this.#plan(false);
  }

  /** In no order, and one more than are sorted. */
  async #matches(days: readonly Day[]): Promise<readonly Cursor[]> {
    await this.#plan(true);
    const rows = await this.#places(days)
      .limit(this.#mostMatches + 1)
      .execute();
    return rows.map(cursorOf);
  }

  #places(days: readonly Day[]) {
    const { order, after } = this.#query;
    const times = days.flatMap(({ from, until }) => [from.getTime(), until.getTime()]);
    const places = this.#session
      .selectFrom('bulkhead_entries')
      .select(['time', 'position'])
      .where(conditionOf(this.#filter))
      .where('time', '>=', new Date(Math.min(...times)))
      .where('time', '<', new Date(Math.max(...times)));
    if (after === undefined) return places;
    const cursor = [new Date(after.time), String(after.position)] as const;
    return places.where((eb) =>
      eb(eb.refTuple('time', 'position'), order === 'newest' ? '<' : '>', eb.tuple(...cursor)),
    );
  }

  readonly #compare = (a: Cursor, b: Cursor): number => {
    const rising = a.time - b.time || a.position - b.position;
    return this.#query.order === 'newest' ? -rising : rising;
  };

  /** Until the end of the transaction. */
  async #plan(byTerms: boolean): Promise<void> {
    if (this.#isByTerms === byTerms) return;
    this.#isByTerms = byTerms;
    const on = byTerms ? 'off' : 'on';
    await sql`SELECT set_config('enable_seqscan', ${on}, true), set_config('enable_indexscan', ${on}, true)`.execute(
      this.#session,
    );
  }
}

const cursorOf = (row: { readonly time: Date; readonly position: string }): Cursor => ({
  time: row.time.getTime(),
  position: Number(row.position),
});
