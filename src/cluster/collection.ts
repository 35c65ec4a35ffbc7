/** One kind's objects as the API server offers them: listed once, then followed by a watch. */
import { isObject, own, stringAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';
import type { ApiServer } from './apiServer.ts';
import { parsed } from './body.ts';
import { clusterCodes, failure, refusal } from './failure.ts';
import type { ClusterFailure } from './failure.ts';
import { listAll } from './listing.ts';
import type { Keep, Listed } from './listing.ts';

/** What a watch says. It ends without a failure when the server closes it, which it does all the time. */
export type WatchEvent =
  | { readonly type: 'opened' }
  | { readonly type: 'applied' | 'removed'; readonly object: JsonObject; readonly resourceVersion: string }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  | { readonly type: 'failed'; readonly failure: ClusterFailure };

/** Where a reflector reads from: an API server, or a recorded stream. */
export interface Collection {
  list(): Promise<Listed>;
  watch(resourceVersion: string, seconds: number): AsyncIterable<WatchEvent>;
}

/** Metadata alone is sent: names, labels and what says that an object is being deleted. Understood since Kubernetes 1.15. */
const form = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1`;
export const metadataOfOne = form('PartialObjectMetadata');
export const metadataOfMany = form('PartialObjectMetadataList');

const listMillis = 30_000;
const openMillis = 10_000;
const graceMillis = 5_000;
const mostObjects = 1_000_000;

/** What of a collection is wanted: its whole objects or their metadata alone, all of them or those that a query selects. */
export interface CollectionForm {
  readonly metadataOnly?: boolean;
  readonly query?: Readonly<Record<string, string>>;
  /** What a list holds of each object; all but the record of who wrote which field unless said. */
  readonly keep?: Keep;
}

/** Without the record of who wrote which field: a good part of every object, which nobody here reads. */
export function withoutManagedFields(object: JsonObject): JsonObject {
  const metadata = own(object, 'metadata');
  if (!isObject(metadata) || !Object.hasOwn(metadata, 'managedFields')) return object;
  const kept = Object.entries(metadata).filter(([key]) => key !== 'managedFields');
  return { ...object, metadata: Object.fromEntries(kept) };
}

/** The metadata of every object under `path` (`/api/v1/namespaces`). */
export const metadataCollection = (server: ApiServer, path: string): Collection =>
  collectionOf(server, path, { metadataOnly: true });

/** The objects under `path`, as the API server stores them. */
export const collectionOf = (
  server: ApiServer,
  path: string,
  { metadataOnly = false, query = {}, keep = withoutManagedFields }: CollectionForm = {},
): Collection => ({
  list: () =>
    listAll(server, {
      path,
      query,
      ...(metadataOnly ? { accept: metadataOfMany } : {}),
      deadlineMillis: listMillis,
      mostObjects,
      keep,
    }),
  watch: async function* (resourceVersion, seconds) {
    const search = new URLSearchParams({
      ...query,
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion,
      timeoutSeconds: String(seconds),
    });
    const question = {
      path: `${path}?${search.toString()}`,
      ...(metadataOnly ? { accept: metadataOfOne } : {}),
      openMillis,
      deadlineMillis: seconds * 1000 + graceMillis,
    };
    for await (const told of server.stream(question)) {
      const event = told.type === 'line' ? toEvent(told.bytes, path) : told;
      yield event;
      if (event.type === 'failed') return;
    }
  },
});

/** One line of a watch. What cannot be understood ends the watch: what it said is not known, and a list tells it anew. */
export function toEvent(bytes: Buffer, path: string): WatchEvent {
  const line = parsed(bytes);
  const type = stringAt(line, 'type');
  const object = isObject(line) ? own(line, 'object') : undefined;
  if (type === 'ERROR') {
    const code = isObject(object) ? own(object, 'code') : undefined;
    return {
      type: 'failed',
      failure: refusal(`the watch of ${path}`, Number(code), stringAt(object, 'message') ?? ''),
    };
  }
  const resourceVersion = stringAt(object, 'metadata', 'resourceVersion') ?? '';
  if (isObject(object) && resourceVersion !== '') {
    if (type === 'ADDED' || type === 'MODIFIED')
      return { type: 'applied', object: withoutManagedFields(object), resourceVersion };
    if (type === 'DELETED') return { type: 'removed', object, resourceVersion };
    if (type === 'BOOKMARK') return { type: 'bookmark', resourceVersion };
  }
  return {
    type: 'failed',
    failure: failure(
      clusterCodes.unreadable,
      `the watch of ${path} said something that cannot be understood`,
    ),
  };
}
