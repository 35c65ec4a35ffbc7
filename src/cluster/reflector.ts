/** Keeps a copy of one collection: lists it, follows it by watches, lists it again where a watch cannot go on, and knows how old it is. */
import type { JsonObject } from '../k8s/json.ts';
import { backoff } from './backoff.ts';
import type { Collection } from './collection.ts';
import { clusterCodes } from './failure.ts';
import type { ClusterCode, ClusterFailure } from './failure.ts';
import type { Timing } from './timing.ts';

/** Where the copy is kept. */
export interface Copy {
  /** Everything there is; what is not among it is gone. */
  replace(objects: readonly JsonObject[]): void;
  apply(object: JsonObject): void;
  remove(object: JsonObject): void;
}

export type ReflectorEvent =
  | { readonly type: 'listed'; readonly count: number }
  | { readonly type: 'failed'; readonly failure: ClusterFailure };

export interface ReflectorOptions {
  readonly collection: Collection;
  readonly copy: Copy;
  readonly timing: Timing;
  readonly observe: (event: ReflectorEvent) => void;
  /**
   * How long a watch lasts; half a minute unless said. The age of the copy is measured at least as often: a connection that died without a word
   * cannot hide longer than one watch.
   */
  readonly watchSeconds?: number;
}

export interface Reflector {
  /** Runs until `signal` is aborted. Never rejects for what the API server does. */
  run(signal: AbortSignal): Promise<void>;
  /** Milliseconds since the copy was last known to be the API server's own state; undefined before the first list. */
  age(): number | undefined;
  /** Why it does not go on, while it does not. */
  trouble(): ClusterFailure | undefined;
}

const usualSeconds = 30;
/** A watch that ends sooner without having said anything is counted as a failure, so that it cannot become a busy loop. */
const shortMillis = 1_000;

/**
 * After a longer silence it is listed anew: a watch that goes on from long ago first tells what happened since, and until it has, the copy would
 * pass for the present.
 */
const resumeMillis = 45_000;

/** Ends of a connection, not words of the API server: what comes next is not known to fail. */
const interruptions: ReadonlySet<ClusterCode> = new Set([
  clusterCodes.unreachable,
  clusterCodes.timeout,
  clusterCodes.stopped,
]);

/**
 * A version that the API server forgot, and a stream that was not understood, leave only a list. So does an open watch that ended with an error: the
 * next would end with the same at the same place, and each time it opens the copy would pass for the present.
 */
const canResume = (ended: ClusterFailure | undefined, wasOpen: boolean): boolean =>
  ended === undefined ||
  interruptions.has(ended.code) ||
  (!wasOpen && ended.code !== clusterCodes.gone && ended.code !== clusterCodes.unreadable);

export function reflector({
  collection,
  copy,
  timing,
  observe,
  watchSeconds = usualSeconds,
}: ReflectorOptions): Reflector {
  const delay = backoff(timing.random);
  let heard: number | undefined;
  /** When the copy last came to be the API server's state as far as it goes: the end of a list, or any word of a watch. */
  let reached = -Infinity;
  let trouble: ClusterFailure | undefined;

  const alive = (): void => {
    heard = timing.now();
    reached = heard;
    trouble = undefined;
  };

  const rest = async (failure: ClusterFailure | undefined, signal: AbortSignal): Promise<void> => {
    if (failure !== undefined && !signal.aborted) {
      trouble = failure;
      observe({ type: 'failed', failure });
    }
    await timing.pause(Math.max(delay.next(), failure?.retryAfterMillis ?? 0), signal);
  };

  /** Answers the version that a watch can go on from; undefined where nothing could be listed. */
  const list = async (signal: AbortSignal): Promise<string | undefined> => {
    const asked = timing.now();
    const listed = await collection.list();
    if (signal.aborted) return undefined;
    if (!listed.ok) {
      await rest(listed.failure, signal);
      return undefined;
    }
    copy.replace(listed.objects);
    // As old as the question: what happened while the answer was on its way is not in it.
    heard = asked;
    reached = timing.now();
    trouble = undefined;
    observe({ type: 'listed', count: listed.objects.length });
    return listed.resourceVersion;
  };

  /** Follows one watch to its end and answers where the next goes on; undefined where only a list can tell. */
  const follow = async (from: string, signal: AbortSignal): Promise<string | undefined> => {
    const begun = timing.now();
    const seconds = Math.max(1, Math.round(watchSeconds * (0.8 + timing.random() * 0.4)));
    let version = from;
    let wasOpen = false;
    let spoke = false;
    let ended: ClusterFailure | undefined;
    for await (const event of collection.watch(from, seconds)) {
      if (signal.aborted) return undefined;
      if (event.type === 'failed') {
        ended = event.failure;
        break;
      }
      alive();
      wasOpen = true;
      if (event.type === 'opened') continue;
      spoke = true;
      version = event.resourceVersion;
      if (event.type === 'applied') copy.apply(event.object);
      if (event.type === 'removed') copy.remove(event.object);
    }
    if (spoke || (ended === undefined && timing.now() - begun >= shortMillis)) delay.reset();
    else await rest(ended, signal);
    return canResume(ended, wasOpen) ? version : undefined;
  };

  return {
    run: async (signal) => {
      let version: string | undefined;
      while (!signal.aborted) {
        if (timing.now() - reached > resumeMillis) version = undefined;
        version = version === undefined ? await list(signal) : await follow(version, signal);
      }
    },
    age: () => (heard === undefined ? undefined : timing.now() - heard),
    trouble: () => trouble,
  };
}
