/** A collection whose kind may not be served (yet): then it is empty, and asked for again until it is. */
import type { Collection, WatchEvent } from './collection.ts';
import { clusterCodes, failure } from './failure.ts';
import type { Timing } from './timing.ts';

/** The version of an empty list of a kind that nobody serves. */
const unserved = '';
const askAgainMillis = 2_000;

/** `served`: whether the API server ever listed the kind. */
export interface ServedCollection extends Collection {
  served(): boolean;
}

/**
 * Definitions may be installed after Bulkhead, or not at all. Once the kind was served, "not found" is a failure like any other: rules must not
 * vanish because an API server that starts does not know them yet.
 */
export function servedCollection(inner: Collection, timing: Timing, signal: AbortSignal): ServedCollection {
  let served = false;
  return {
    served: () => served,
    list: async () => {
      const listed = await inner.list();
      if (listed.ok) served = true;
      const absent = !listed.ok && !served && listed.failure.code === clusterCodes.notFound;
      return absent ? { ok: true, objects: [], resourceVersion: unserved } : listed;
    },
    watch: async function* (resourceVersion, seconds): AsyncGenerator<WatchEvent> {
      if (resourceVersion !== unserved) {
        yield* inner.watch(resourceVersion, seconds);
        return;
      }
      await timing.pause(askAgainMillis, signal);
      yield { type: 'failed', failure: failure(clusterCodes.gone, 'the kind is not served') };
    },
  };
}
