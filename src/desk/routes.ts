/** What each path of the API answers, for a reader who was let in. */
import type { Issue, Read } from '../config/issue.ts';
import { sound, unsound } from '../config/issue.ts';
import { exported, questionOf } from '../decisions/query/answer.ts';
import { printCursor } from '../decisions/query/cursor.ts';
import {
  filterParameters,
  readCount,
  readFilterAlone,
  readQuery,
  single,
} from '../decisions/query/parameters.ts';
import { groupings } from '../decisions/query/query.ts';
import type { DecisionReader, Filter, Found } from '../decisions/query/query.ts';
import type { Reader } from './access.ts';

export type Parameters = ReadonlyMap<string, readonly string[]>;

/** An answer, and what the log is told of the reading. */
export type Answer =
  | { readonly status: 200; readonly body: object; readonly reading: Reading }
  | {
      readonly status: 403 | 404;
      readonly code: string;
      readonly message: string;
      readonly reading?: Reading;
    };

export interface Reading {
  readonly action: string;
  readonly question: string;
  readonly count: number;
}

export interface Asking {
  readonly decisions: DecisionReader;
  readonly reader: Reader;
  readonly given: Parameters;
  readonly now: number;
}

export const pageLimits = { usual: 50, most: 500 };
const groupLimits = { usual: 50, most: 1_000 };
const neighbourLimits = { usual: 5, most: 50 };

/** A record as the API gives it: everything that an export has, and the ids of its retries. */
export const recordBody = (found: Found): object => ({ ...exported(found), retries: found.retries });

/** GET /api/v1/decisions */
export async function listDecisions({ decisions, reader, given, now }: Asking): Promise<Read<Answer>> {
  const read = readQuery(given, { now, page: pageLimits });
  if (!read.ok) return read;
  const beyond = outsideOf(read.value.filter, reader);
  if (beyond !== undefined) return sound(beyond);
  const filter = scoped(read.value.filter, reader);
  const { records, next } = await decisions.page({ ...read.value, filter });
  const question = questionOf(read.value.filter, {
    order: read.value.order,
    limit: String(read.value.limit),
  });
  return sound({
    status: 200,
    body: { records: records.map(recordBody), next: next === undefined ? null : printCursor(next) },
    reading: { action: 'query', question, count: records.length },
  });
}

/** GET /api/v1/groups */
export async function countDecisions({ decisions, reader, given, now }: Asking): Promise<Read<Answer>> {
  const issues: Issue[] = [];
  const wanted = single(given, 'by', issues);
  const by = groupings.find((grouping) => grouping === wanted);
  if (by === undefined)
    issues.push({
      code: 'query.parameter',
      pointer: 'by',
      message: `says by what to count: one of ${groupings.join(', ')}`,
    });
  const limit = readCount(given, 'limit', groupLimits, issues);
  const read = readFilterAlone(given, { now, page: groupLimits, also: ['by', 'limit'] });
  if (!read.ok || by === undefined || issues.length > 0)
    return unsound([...issues, ...(read.ok ? [] : read.issues)]);
  const beyond = outsideOf(read.value, reader);
  if (beyond !== undefined) return sound(beyond);
  const groups = await decisions.group(scoped(read.value, reader), by, limit);
  return sound({
    status: 200,
    body: { by, groups },
    reading: { action: 'group', question: questionOf(read.value, { by }), count: groups.length },
  });
}

/** GET /api/v1/decisions/{id} */
export async function showDecision({ decisions, reader, given }: Asking, id: string): Promise<Read<Answer>> {
  const strangers = unknownTo(given, []);
  if (strangers.length > 0) return unsound(strangers);
  const found = await decisions.find(id.toLowerCase(), reader.tenants);
  const reading = { action: 'show', question: id.slice(0, 64), count: found === undefined ? 0 : 1 };
  return sound(found === undefined ? notFound(reading) : { status: 200, body: recordBody(found), reading });
}

/** GET /api/v1/decisions/{id}/neighbours */
export async function showNeighbours(
  { decisions, reader, given }: Asking,
  id: string,
): Promise<Read<Answer>> {
  const issues: Issue[] = [...unknownTo(given, ['of', 'count'])];
  const of = single(given, 'of', issues) ?? 'object';
  if (of !== 'object' && of !== 'user')
    issues.push({ code: 'query.parameter', pointer: 'of', message: 'is object or user' });
  const count = readCount(given, 'count', neighbourLimits, issues);
  if (issues.length > 0) return unsound(issues);
  const around = await decisions.neighbours(
    id.toLowerCase(),
    of === 'user' ? 'user' : 'object',
    count,
    reader.tenants,
  );
  const { before = [], after = [] } = around ?? {};
  const reading = {
    action: 'show',
    question: `${id.slice(0, 64)} neighbours of=${of}`,
    count: before.length + after.length,
  };
  if (around === undefined) return sound(notFound(reading));
  return sound({
    status: 200,
    body: { before: before.map(recordBody), after: after.map(recordBody) },
    reading,
  });
}

/** The filter of a tail, inside the reader's scope; a refusal where it asks beyond it. */
export function tailFilter({ reader, given, now }: Omit<Asking, 'decisions'>): Read<Filter | Answer> {
  const read = readFilterAlone(given, { now, page: pageLimits });
  if (!read.ok) return read;
  return sound(outsideOf(read.value, reader) ?? scoped(read.value, reader));
}

const scoped = (filter: Filter, { tenants }: Reader): Filter =>
  tenants === undefined ? filter : { ...filter, scope: tenants };

/** Whoever names a tenant that is not theirs is told so; an empty page would look like "nothing happened there". */
function outsideOf({ tenant = [] }: Filter, { tenants }: Reader): Answer | undefined {
  const beyond = tenants === undefined ? [] : tenant.filter((name) => !tenants.includes(name));
  if (beyond.length === 0) return undefined;
  return {
    status: 403,
    code: 'tenant_not_yours',
    message: `Your token does not open the tenant ${beyond.map((name) => JSON.stringify(name.slice(0, 63))).join(', ')}.`,
  };
}

/** The same answer for what is another tenant's and for what is not there. */
const notFound = (reading: Reading): Answer => ({
  status: 404,
  code: 'no_decision',
  message: 'There is no such decision among those that your token opens.',
  reading,
});

const unknownTo = (given: Parameters, known: readonly string[]): readonly Issue[] =>
  [...given.keys()]
    .filter((name) => !known.includes(name))
    .map((name) => ({
      code: 'query.parameter',
      pointer: name,
      message: filterParameters.includes(name) ? 'has no meaning here' : 'is no parameter',
    }));
