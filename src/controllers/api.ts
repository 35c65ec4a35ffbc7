/** The API server as controllers need it: one question with a deadline, and server-side apply under Bulkhead's own field manager. */
import { stringAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';

/** Handed in by whoever holds the connection. */
export interface Api {
  ask(question: {
    readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    readonly path: string;
    /** `application/json` unless said. */
    readonly accept?: string;
    readonly body?: unknown;
    readonly contentType?: string;
    readonly deadlineMillis: number;
  }): Promise<Asked>;
}

export type Asked =
  | { readonly ok: true; readonly body: unknown }
  | {
      readonly ok: false;
      readonly failure: {
        readonly code: string;
        readonly message: string;
        readonly retryAfterMillis?: number;
      };
      readonly status?: number;
      readonly body?: unknown;
    };

/** Who wrote a field, in `metadata.managedFields`. */
export const fieldManager = 'bulkhead';

const writeMillis = 10_000;

/**
 * Makes the fields of `object` be as they are written, whoever wrote them before, and leaves all others alone. Fields that an earlier apply had and
 * this one has not are removed.
 */
export function apply(api: Api, path: string, object: JsonObject): Promise<Asked> {
  return api.ask({
    method: 'PATCH',
    path: `${path}?fieldManager=${fieldManager}&force=true`,
    contentType: 'application/apply-patch+yaml',
    body: object,
    deadlineMillis: writeMillis,
  });
}

/** Changes an object by JSON Patch; a `test` that fails is answered with 422. */
export const patch = (api: Api, path: string, operations: readonly object[]): Promise<Asked> =>
  api.ask({
    method: 'PATCH',
    path: `${path}?fieldManager=${fieldManager}`,
    contentType: 'application/json-patch+json',
    body: operations,
    deadlineMillis: writeMillis,
  });

/** Writes the whole object; with the `resourceVersion` that it holds, only where nobody changed it since. */
export const replace = (api: Api, path: string, object: JsonObject): Promise<Asked> =>
  api.ask({
    method: 'PUT',
    path: `${path}?fieldManager=${fieldManager}`,
    body: object,
    deadlineMillis: writeMillis,
  });

/** Deletes the object as it was seen; whoever changed it since keeps it. */
export const remove = (api: Api, path: string, resourceVersion: string): Promise<Asked> =>
  api.ask({
    method: 'DELETE',
    path,
    body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { resourceVersion } },
    deadlineMillis: writeMillis,
  });

/** Claims that the object is not there, which for something to be changed is as good as done. */
export const isGone = (asked: Asked): boolean =>
  !asked.ok && asked.status === 404 && stringAt(asked.body, 'kind') === 'Status';
