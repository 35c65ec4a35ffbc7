/** One question for parameters as a collection: where its kind is served is found out first, and again until it is known. */
import type { ParamQuery, StoredParams, StoredParamsByKey } from '../guardrail/storedParams.ts';
import type { JsonObject } from '../k8s/json.ts';
import type { ApiServer } from './apiServer.ts';
import { collectionOf } from './collection.ts';
import type { Collection, WatchEvent } from './collection.ts';
import { clusterCodes, failure } from './failure.ts';
import { findKind, pathOf } from './kindPath.ts';
import type { KindPath } from './kindPath.ts';

export interface ParamQuestion extends Collection {
  /** Undefined until the kind was found. */
  kindPath(): KindPath | undefined;
}

/** Asks for no more than the question needs: one namespace where it names one, one object where it names that, what its labels select. */
export function paramQuestion(server: ApiServer, query: ParamQuery): ParamQuestion {
  let found: { readonly at: KindPath; readonly collection: Collection } | undefined;
  return {
    kindPath: () => found?.at,
    list: async () => {
      const asked = await findKind(server, query.apiVersion, query.kind);
      if (!asked.ok) return asked;
      const at = asked.value;
      const collection = collectionOf(server, pathOf(at, query.namespace), { query: selection(query) });
      found = { at, collection };
      return collection.list();
    },
    watch: async function* (resourceVersion, seconds): AsyncGenerator<WatchEvent> {
      if (found === undefined) {
        yield { type: 'failed', failure: failure(clusterCodes.gone, 'nothing was listed yet') };
        return;
      }
      yield* found.collection.watch(resourceVersion, seconds);
    },
  };
}

const selection = ({ name, labels }: ParamQuery): Readonly<Record<string, string>> => ({
  ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
  ...(labels === undefined || labels === '' ? {} : { labelSelector: labels }),
});

/** What an expression sees of a parameter: the object as it is stored, without the record of who wrote which field, and with its kind, which items of a list do not carry. */
export function toParam({ apiVersion, kind }: ParamQuery, object: JsonObject): JsonObject {
  return { ...object, apiVersion, kind };
}

/** Reads each of them once, as it is now. */
export async function readParams(
  server: ApiServer,
  queries: ReadonlyMap<string, ParamQuery>,
): Promise<StoredParamsByKey> {
  const answers = new Map<string, StoredParams>();
  for (const [key, query] of queries) {
    const question = paramQuestion(server, query);
    const listed = await question.list();
    const namespaced = question.kindPath()?.namespaced === true;
    answers.set(
      key,
      listed.ok
        ? { known: true, namespaced, objects: listed.objects.map((object) => toParam(query, object)) }
        : { known: false, message: listed.failure.message },
    );
  }
  return answers;
}
