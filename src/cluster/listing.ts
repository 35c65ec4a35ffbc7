/** Reads a whole list from the API server, page by page, all of one moment. */
import { isObject, own, stringAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';
import type { ApiServer } from './apiServer.ts';
import { clusterCodes, failure } from './failure.ts';
import type { ClusterFailure } from './failure.ts';

/** What is listed: a path, its query, and what form the objects have. */
export interface ListQuestion {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly accept?: string;
  /** For each page. */
  readonly deadlineMillis: number;
  /** Lists with more objects are a failure. */
  readonly mostObjects: number;
  readonly pageSize?: number;
  /** A page with more bytes is asked for in smaller ones. */
  readonly pageBytes?: number;
  /** What is held of each object, from the moment its page was read; everything unless said, and nothing where it is undefined. */
  readonly keep?: Keep;
}

/** What of an object is kept; undefined where nothing is: then it is as if it were not there. */
export type Keep = (object: JsonObject) => JsonObject | undefined;

/** `objects`: what was kept of them. */
export type Listed =
  | { readonly ok: true; readonly objects: readonly JsonObject[]; readonly resourceVersion: string }
  | { readonly ok: false; readonly failure: ClusterFailure };

/** One page. `remaining` is what the API server says is left after it, where it says so. */
export interface Page {
  readonly objects: readonly JsonObject[];
  readonly resourceVersion: string;
  readonly next: string;
  readonly remaining: number;
}

const usualPage = 500;

/**
 * Lists everything as it is now (no resourceVersion: the API server answers with what is stored, not with what it remembers). A page too large
 * to be read at once is asked for again in half the size; pages are of one moment, so a continuation that expired (410) is a failure.
 */
export async function listAll(server: ApiServer, question: ListQuestion): Promise<Listed> {
  const keep: Keep = question.keep ?? ((object) => object);
  const objects: JsonObject[] = [];
  let listed = 0;
  let size = question.pageSize ?? usualPage;
  let next = '';
  for (;;) {
    const asked = await listFitting(server, question, size, next);
    if (!asked.ok) return asked;
    const { page } = asked;
    size = asked.size;
    for (const object of page.objects) {
      const kept = keep(object);
      if (kept !== undefined) objects.push(kept);
    }
    listed += page.objects.length;
    if (listed > question.mostObjects) {
      return {
        ok: false,
        failure: failure(
          clusterCodes.tooLarge,
          `${question.path} holds more than ${question.mostObjects} objects`,
        ),
      };
    }
    if (page.next === '') return { ok: true, objects, resourceVersion: page.resourceVersion };
    next = page.next;
  }
}

/**
 * One page; half as many objects where it is too large to be read at once, and so on. `size`: how many at most it then was asked for. `millis`: the deadline of each try,
 * none of which begins without time.
 */
export async function listFitting(
  server: ApiServer,
  question: ListQuestion,
  size: number,
  next = '',
  millis = (): number => question.deadlineMillis,
): Promise<
  | { readonly ok: true; readonly page: Page; readonly size: number }
  | { readonly ok: false; readonly failure: ClusterFailure }
> {
  const asked = await listPage(server, { ...question, deadlineMillis: millis() }, size, next);
  if (asked.ok) return { ...asked, size };
  const isLast = asked.failure.code !== clusterCodes.tooLarge || size <= 1 || millis() <= 0;
  return isLast ? asked : listFitting(server, question, size >> 1, next, millis);
}

/** One page of at most `size` objects, from the start or from where `next` of another page points. */
export async function listPage(
  server: ApiServer,
  { path, query, accept, deadlineMillis, pageBytes }: ListQuestion,
  size: number,
  next = '',
): Promise<
  { readonly ok: true; readonly page: Page } | { readonly ok: false; readonly failure: ClusterFailure }
> {
  const search = new URLSearchParams({
    ...query,
    limit: String(size),
    ...(next === '' ? {} : { continue: next }),
  });
  const asked = await server.ask({
    path: `${path}?${search.toString()}`,
    deadlineMillis,
    ...(accept === undefined ? {} : { accept }),
    ...(pageBytes === undefined ? {} : { mostBytes: pageBytes }),
  });
  if (!asked.ok) return asked;
  const page = toPage(asked.body);
  if (page !== undefined) return { ok: true, page };
  return { ok: false, failure: failure(clusterCodes.unreadable, `${path} was not answered with a list`) };
}

function toPage(body: unknown): Page | undefined {
  if (!isObject(body)) return undefined;
  const kind = stringAt(body, 'kind');
  const resourceVersion = stringAt(body, 'metadata', 'resourceVersion');
  const items = own(body, 'items') ?? [];
  if (kind?.endsWith('List') !== true || resourceVersion === undefined || !Array.isArray(items))
    return undefined;
  const objects = items.filter(isObject);
  if (objects.length !== items.length) return undefined;
  const metadata = own(body, 'metadata');
  const remaining = isObject(metadata) ? own(metadata, 'remainingItemCount') : undefined;
  return {
    objects,
    resourceVersion,
    next: stringAt(body, 'metadata', 'continue') ?? '',
    remaining: typeof remaining === 'number' && remaining > 0 ? remaining : 0,
  };
}
