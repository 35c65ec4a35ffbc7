/**
 * A question to the decision log: which records, in which order, from where on.
 *
 * Stores keep records in the order of arrival (a growing integer, the record's position) and need no index for questions: what makes
 * them fast is derived from the records beside the store (segments of bitmaps in SQLite) or by it (a GIN index in PostgreSQL), from
 * the same terms in both.
 */
import type { StoredRecord } from '../repository.ts';

/**
 * What an entry of the log can be found by, value by value. An entry may have several values of one facet (rules, groups, peer tenants). `object` is
 * `GROUP/KIND/NAMESPACE/NAME`; `entry` is the kind of the entry (Decision, Retry, Gap, Read), and a question that does not name one asks for decisions.
 */
export const facets = [
  'decision',
  'tenant',
  'peerTenant',
  'namespace',
  'kind',
  'name',
  'user',
  'group',
  'rule',
  'severity',
  'exception',
  'dryRun',
  'operation',
  'door',
  'rulesHash',
  'object',
  'entry',
] as const;

export type Facet = (typeof facets)[number];

/** Values of one facet are alternatives; facets narrow each other. */
export type Wanted = { readonly [F in Facet]?: readonly string[] };

export interface Filter extends Wanted {
  /** Milliseconds since the epoch: the first instant, and the first one that no longer counts. */
  readonly from?: number;
  readonly until?: number;
  /** Words that must all occur in the messages; one that ends in `*` stands for all words that begin so. */
  readonly text?: string;
  /** The tenants that whoever asks may see: records of others, and of none, do not exist for them. Absent: all. */
  readonly scope?: readonly string[];
}

/** By time and, within the same millisecond, by arrival; or by arrival alone, which is how the log is followed: nothing ever arrives before what was seen. */
export type Order = 'newest' | 'oldest' | 'arrival';

/** Where a page ended. Records that arrive later never shift what follows it. */
export interface Cursor {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly position: number;
}

export interface Query {
  readonly filter: Filter;
  readonly order: Order;
  /** At most this many records. */
  readonly limit: number;
  readonly after?: Cursor;
}

/** A record as an answer: retries of the same call are folded into the first. */
export interface Found extends StoredRecord {
  /** Decision ids of the retries of this call that were recorded, oldest first. */
  readonly retries: readonly string[];
}

export interface Page {
  readonly records: readonly Found[];
  /** Leads to the next page; absent at the end. */
  readonly next?: Cursor;
}

export const groupings = ['rule', 'tenant', 'user', 'hour'] as const;
export type Grouping = (typeof groupings)[number];

/** How many records share a value; an hour is named by its beginning, such as `2026-11-21T17:00:00.000Z`. */
export interface Group {
  readonly key: string;
  readonly count: number;
  /** The same count by decision: `allowed`, `patched`, `warned`, `denied`, `errored`. */
  readonly decisions: { readonly [decision: string]: number };
}

/** What stands around a decision: the records of the same object, or of the same user, before and after it in time. */
export interface Neighbours {
  readonly before: readonly Found[];
  readonly after: readonly Found[];
}

/** Where the log begins, in any order that rises. */
export const beginning: Cursor = { time: 0, position: 0 };

/** Answers questions about what a store holds. Each answer sees every record that was committed before it was asked for. */
export interface DecisionReader {
  page(query: Query): Promise<Page>;
  /** The last entry to arrive, of any kind; the beginning for an empty log. */
  end(): Promise<Cursor>;
  /** The most frequent values first, of hours the newest; at most `limit` of them. */
  group(filter: Filter, by: Grouping, limit: number): Promise<readonly Group[]>;
  /** One decision, where it exists and is inside the scope. */
  find(decisionId: string, scope?: readonly string[]): Promise<Found | undefined>;
  /** At most `count` records on each side; undefined where there is no such decision inside the scope. */
  neighbours(
    decisionId: string,
    of: 'object' | 'user',
    count: number,
    scope?: readonly string[],
  ): Promise<Neighbours | undefined>;
  close(): Promise<void>;
}
