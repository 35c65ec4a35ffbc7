/** What a controller is, and the queue that runs one: keys that may need work, each worked on by one at a time, again and again until it is right. */
import type { Timing } from './timing.ts';

/** What came of one look at a key. `again`: look once more after that time, without it being a failure. */
export type Reconciled =
  | { readonly outcome: 'right' }
  | { readonly outcome: 'written'; readonly what: string }
  | { readonly outcome: 'again'; readonly afterMillis: number }
  | { readonly outcome: 'failed'; readonly message: string; readonly retryAfterMillis?: number };

export const right: Reconciled = { outcome: 'right' };

/**
 * One purpose, one file. A controller compares what is wanted with what is known to be stored and writes the difference; it keeps no state of its own
 * that matters, so that any replica can go on at any time.
 */
export interface Controller {
  readonly name: string;
  /** Every key there is now; asked when leading begins, when rules change, and now and then. */
  readonly keys: () => Iterable<string>;
  /** Brings one key to what is wanted. Idempotent. `signal` is aborted when this process leads no more: write nothing then. */
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<Reconciled>;
}

export interface Queue {
  /** Has a key looked at soon; one that waits already is not looked at twice. */
  add(key: string): void;
  /** Has every key looked at. */
  addAll(): void;
  /** Works until `signal` is aborted. */
  run(signal: AbortSignal): Promise<void>;
}

export interface QueueOptions {
  readonly controller: Controller;
  readonly timing: Timing;
  readonly observe: (controller: string, key: string, reconciled: Reconciled) => void;
  /** How many keys are worked on at once. */
  readonly workers?: number;
  /** How long after it was added a key is looked at: changes that come together are then one look. */
  readonly settleMillis?: number;
}

const usualWorkers = 4;
const everythingMillis = 60_000;
const firstRetryMillis = 500;
const lastRetryMillis = 30_000;

/** A queue that is not running keeps nothing: whoever begins to run looks at everything. */
export function queue({
  controller,
  timing,
  observe,
  workers = usualWorkers,
  settleMillis = 0,
}: QueueOptions): Queue {
  /** Keys that wait, with the time from which they may be looked at. */
  const due = new Map<string, number>();
  const busy = new Set<string>();
  const failures = new Map<string, number>();
  let running = false;
  let wake: () => void = () => undefined;

  const add = (key: string, afterMillis = settleMillis): void => {
    if (!running) return;
    const at = timing.now() + afterMillis;
    const known = due.get(key);
    due.set(key, known === undefined ? at : Math.min(known, at));
    wake();
  };

  const settle = (key: string, reconciled: Reconciled): void => {
    if (reconciled.outcome === 'failed') {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      const step = Math.min(lastRetryMillis, firstRetryMillis * 2 ** Math.min(count - 1, 10));
      add(key, Math.max(step * (0.5 + timing.random() / 2), reconciled.retryAfterMillis ?? 0));
      return;
    }
    failures.delete(key);
    if (reconciled.outcome === 'again') add(key, reconciled.afterMillis);
  };

  const work = async (key: string, signal: AbortSignal): Promise<void> => {
    busy.add(key);
    const reconciled = await controller.reconcile(key, signal).catch((error: unknown): Reconciled => ({
      outcome: 'failed',
      message: `a bug: ${error instanceof Error ? error.message : 'unknown'}`,
    }));
    busy.delete(key);
    if (signal.aborted) return;
    observe(controller.name, key, reconciled);
    settle(key, reconciled);
    wake();
  };

  /** The next key that may be looked at now, or how long until there is one. */
  const next = (): string | number => {
    let soonest = everythingMillis;
    const now = timing.now();
    for (const [key, at] of due) {
      if (busy.has(key)) continue;
      if (at <= now) return key;
      soonest = Math.min(soonest, at - now);
    }
    return soonest;
  };

  const addAll = (): void => {
    for (const key of controller.keys()) add(key);
  };

  return {
    add: (key) => add(key),
    addAll,
    run: async (signal) => {
      running = true;
      addAll();
      let everything = timing.now() + everythingMillis;
      while (!signal.aborted) {
        if (timing.now() >= everything) {
          everything = timing.now() + everythingMillis;
          addAll();
        }
        const key = busy.size < workers ? next() : everythingMillis;
        if (typeof key === 'string') {
          due.delete(key);
          void work(key, signal);
          continue;
        }
        const woken = new AbortController();
        wake = () => woken.abort();
        await timing.pause(key, AbortSignal.any([signal, woken.signal]));
      }
      running = false;
      due.clear();
      failures.clear();
    },
  };
}
