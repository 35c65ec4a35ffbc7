/** Chooses the one replica that writes: whoever holds the Lease leads, renews it, and leads no more once it cannot. */
import { ownAt, stringAt } from '../k8s/json.ts';
import type { Api, Asked } from './api.ts';
import { isGone } from './api.ts';
import type { Timing } from './timing.ts';

export interface LeadershipOptions {
  readonly api: Api;
  readonly timing: Timing;
  /** Wall-clock time for people; only differences on the own monotonic clock decide. */
  readonly date: () => Date;
  readonly namespace: string;
  readonly name: string;
  /** Tells replicas apart; never used twice. */
  readonly identity: string;
  readonly observe: (event: LeadershipEvent) => void;
}

export type LeadershipEvent =
  | { readonly type: 'leading' | 'following'; readonly holder: string }
  | { readonly type: 'failed'; readonly message: string };

export interface Leadership {
  /** Runs `lead` whenever this replica leads; its signal is aborted when it does no more. Resolves when `signal` is aborted. */
  run(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void>;
  leads(): boolean;
}

/** Asked anew each time: time passes while others are waited for. */
const isOver = (signal: AbortSignal): boolean => signal.aborted;

/** A lease that was not renewed for this long is anybody's: with the time until a follower hears of the last renewal the next leader is there in 10 to 13 s. */
const leaseMillis = 10_000;
/** A leader that could not renew for this long stops writing, before anybody else may begin. */
const renewMillis = 7_000;
const retryMillis = 2_000;
/** Followers ask at different moments when a lease ends, so that few of them write in vain. */
const spreadMillis = 200;
/** Whoever failed asks again later than everybody else. */
const failedMillis = 3 * retryMillis;
const askMillis = 3_000;

/**
 * As client-go does it: nobody trusts another machine's clock. A follower watches whether the record changes and takes the lease only when it has
 * not for its whole duration by the follower's own clock; writing needs the resourceVersion that was read, so only one can win.
 */
export function leadership(options: LeadershipOptions): Leadership {
  const { api, timing, date, namespace, name, identity, observe } = options;
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const path = `${collection}/${name}`;
  let leading = false;
  let seen: { readonly text: string; readonly at: number } | undefined;
  let told = '';

  const written = (lease: unknown, holder: string): object => {
    const others = stringAt(lease, 'spec', 'holderIdentity') !== holder;
    const transitions = Number(ownAt(lease, 'spec', 'leaseTransitions') ?? 0);
    const now = date().toISOString().replace('Z', '000Z');
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name,
        namespace,
        ...(lease === undefined
          ? {}
          : { resourceVersion: stringAt(lease, 'metadata', 'resourceVersion') ?? '' }),
      },
      spec: {
        holderIdentity: holder,
        leaseDurationSeconds: holder === '' ? 1 : leaseMillis / 1000,
        acquireTime: others ? now : (stringAt(lease, 'spec', 'acquireTime') ?? now),
        renewTime: now,
        leaseTransitions: others ? transitions + 1 : transitions,
      },
    };
  };

  const write = (lease: unknown, holder: string, deadlineMillis = askMillis): Promise<Asked> =>
    api.ask({
      method: lease === undefined ? 'POST' : 'PUT',
      path: lease === undefined ? collection : path,
      body: written(lease, holder),
      deadlineMillis,
    });

  const follow = (holder: string): void => {
    if (told !== holder) observe({ type: 'following', holder });
    told = holder;
  };

  /** Reads the lease, and takes or renews it where that is due; whether this replica holds it now. Neither is waited for beyond `until`. */
  const hold = async (until = Infinity): Promise<boolean> => {
    const left = (): number => Math.min(askMillis, Math.floor(until - timing.now()));
    const readMillis = left();
    if (readMillis <= 0) return false;
    const asked = await api.ask({ path, deadlineMillis: readMillis });
    if (!asked.ok && !isGone(asked)) {
      observe({ type: 'failed', message: asked.failure.message });
      return false;
    }
    const lease = asked.ok ? asked.body : undefined;
    const holder = stringAt(lease, 'spec', 'holderIdentity') ?? '';
    const text = `${holder} ${stringAt(lease, 'metadata', 'resourceVersion') ?? ''}`;
    if (seen?.text !== text) seen = { text, at: timing.now() };
    const expired = timing.now() - seen.at >= leaseMillis;
    if (holder !== '' && holder !== identity && !expired) {
      follow(holder);
      return false;
    }
    const writeMillis = left();
    if (writeMillis <= 0) return false;
    const wrote = await write(lease, identity, writeMillis);
    // A conflict says that somebody else was faster, which is no failure.
    if (!wrote.ok && wrote.status !== 409) observe({ type: 'failed', message: wrote.failure.message });
    return wrote.ok;
  };

  /** Leads until it cannot renew in time, its work fails (then it rejects with that) or it is told to end. `since`: when the lease began to be taken. */
  const leadWhileHeld = async (
    since: number,
    signal: AbortSignal,
    lead: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> => {
    const ending = new AbortController();
    const until = AbortSignal.any([signal, ending.signal]);
    let working: Promise<void> | undefined;
    try {
      leading = true;
      told = identity;
      observe({ type: 'leading', holder: identity });
      let last = since + renewMillis;
      working = lead(until);
      working.catch(() => ending.abort());
      while (timing.now() < last) {
        await timing.pause(Math.min(retryMillis, last - timing.now()), until);
        const begun = timing.now();
        if (isOver(until) || begun >= last) break;
        if (await hold(last)) last = begun + renewMillis;
        else if (told !== identity) break;
      }
    } finally {
      // Whatever was thrown: nobody works on unled.
      leading = false;
      ending.abort();
      await working;
    }
  };

  /** Lets the next one lead at once instead of after the lease's duration. */
  const release = async (): Promise<void> => {
    const asked = await api.ask({ path, deadlineMillis: askMillis });
    if (asked.ok && stringAt(asked.body, 'spec', 'holderIdentity') === identity) await write(asked.body, '');
  };

  const failed = (error: unknown): 'failed' => {
    observe({ type: 'failed', message: `a bug: ${error instanceof Error ? error.message : 'unknown'}` });
    return 'failed';
  };

  /** Leads if the lease can be had; gives it back where its work failed, for that of another replica may not. */
  const turn = async (
    signal: AbortSignal,
    lead: (signal: AbortSignal) => Promise<void>,
  ): Promise<'led' | 'followed'> => {
    const begun = timing.now();
    if (!(await hold())) return 'followed';
    let hasFailed = true;
    try {
      await leadWhileHeld(begun, signal, lead);
      hasFailed = false;
    } finally {
      if (hasFailed || isOver(signal)) await release().catch(failed);
    }
    return 'led';
  };

  /** Until it asks again: as its turn is, or when the lease that it watches ends, if that is sooner. */
  const pauseAfter = (turned: 'followed' | 'failed'): number => {
    const pauseMillis = (turned === 'failed' ? failedMillis : retryMillis) * (0.8 + timing.random() * 0.4);
    const rest = seen === undefined ? 0 : seen.at + leaseMillis - timing.now();
    // One that is over and could not be had is asked for no oftener than others.
    if (turned === 'failed' || rest <= 0) return pauseMillis;
    return Math.min(pauseMillis, 1 + rest + timing.random() * spreadMillis);
  };

  return {
    leads: () => leading,
    run: async (signal, lead) => {
      while (!signal.aborted) {
        const turned = await turn(signal, lead).catch(failed);
        if (turned === 'led') continue;
        await timing.pause(pauseAfter(turned), signal);
      }
    },
  };
}
