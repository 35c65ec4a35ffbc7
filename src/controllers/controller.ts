/** What a controller is, and the queue that runs one: keys that may need work, each worked on by one at a time, again and again until it is right. */
import { DueKeys } from './dueKeys.ts';
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
const wakened = 'wakened';
const firstRetryMillis = 500;
const lastRetryMillis = 30_000;
/** After so much work in one go others have their turn: ten thousand looks in a row must not keep a request from being decided. */
const sliceMillis = 5;
const restMillis = 1;

/** A queue that is not running keeps nothing: whoever begins to run looks at everything. */
export function queue({
  controller,
  timing,
  observe,
  workers = usualWorkers,
  settleMillis = 0,
}: QueueOptions): Queue {
  const due = new DueKeys();
  const busy = new Set<string>();
  const failures = new Map<string, number>();
  let running = false;
  let wake: () => void = () => undefined;

  const add = (key: string, afterMillis = settleMillis): void => {
    if (!running) return;
    const now = timing.now();
    due.add(key, now + afterMillis, now);
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
    // Whoever leads again by now may wait for this key, though what came of it counts for nothing any more.
    wake();
    if (signal.aborted) return;
    observe(controller.name, key, reconciled);
    settle(key, reconciled);
  };

  /** Resolves when something is added or done, and after `millis` at the latest; true where all of it passed. */
  const rest = async (millis: number, signal: AbortSignal): Promise<boolean> => {
    const woken = new AbortController();
    wake = () => {
      wake = () => undefined;
      // A reason of our own: the usual one is an exception with a stack, and this happens thousands of times.
      woken.abort(wakened);
    };
    await timing.pause(millis, AbortSignal.any([signal, woken.signal]));
    return !woken.signal.aborted;
  };

  const addAll = (): void => {
    for (const key of controller.keys()) add(key);
  };

  const workUntil = async (signal: AbortSignal): Promise<void> => {
    addAll();
    let everything = timing.now() + everythingMillis;
    let rested = timing.now();
    while (!signal.aborted) {
      const now = timing.now();
      if (now >= everything) {
        everything = now + everythingMillis;
        // Who is looked at now, or said itself when it is to be looked at again, is not forgotten.
        for (const key of controller.keys()) if (!busy.has(key) && !due.has(key)) add(key);
      }
      if (now - rested >= sliceMillis) {
        await timing.pause(restMillis, signal);
        rested = timing.now();
        continue;
      }
      const isFull = busy.size >= workers;
      const key = isFull ? undefined : due.take(now, busy);
      if (key !== undefined) {
        void work(key, signal);
        continue;
      }
      const most = isFull ? Infinity : due.wait(now);
      if (await rest(Math.min(most, everything - now), signal)) rested = timing.now();
    }
  };

  return {
    add: (key) => add(key),
    addAll,
    run: async (signal) => {
      running = true;
      try {
        await workUntil(signal);
      } finally {
        running = false;
        due.clear();
        failures.clear();
      }
    },
  };
}
