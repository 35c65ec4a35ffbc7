/** Everything that Bulkhead writes, behind one leader: starts the controllers when this replica leads and wakes them when something changes. */
import type { Api } from './api.ts';
import type { FurtherClauses } from './clauses.ts';
import { queue } from './controller.ts';
import type { Controller, Queue, Reconciled } from './controller.ts';
import { floors } from './floors.ts';
import { gates } from './gates.ts';
import { guardrailStatus } from './guardrailStatus.ts';
import { leadership } from './leadership.ts';
import type { LeadershipEvent } from './leadership.ts';
import { whileFresh, whileInForce } from './informed.ts';
import { pace } from './pace.ts';
import { records } from './records.ts';
import { status } from './status.ts';
import type { Surroundings } from './surroundings.ts';
import type { Timing } from './timing.ts';

/** What changed: one namespace with its record and floor, one pod, one Boundary, one GuardrailPolicy, the rules, who has them, or a key of a controller of others. */
export type Change =
  | {
      readonly of: 'namespace' | 'floor' | 'record' | 'pod' | 'boundary' | 'guardrail';
      readonly key: string;
    }
  | { readonly of: 'more'; readonly controller: string; readonly key: string }
  | { readonly of: 'rules' | 'rollout' };

export interface ControllersOptions {
  readonly api: Api;
  readonly timing: Timing;
  readonly date: () => Date;
  readonly around: Surroundings;
  /** The namespace of the Lease, and a name of this replica that is never used twice. */
  readonly namespace: string;
  readonly identity: string;
  readonly onLeadership: (event: LeadershipEvent) => void;
  readonly observe: (controller: string, key: string, reconciled: Reconciled) => void;
  /** Called when leading begins for the first time: what only a leader follows is followed from then on. */
  readonly beginFollowing: () => void;
  readonly further?: FurtherClauses;
  /** Controllers of others, run beside these by the same leader. */
  readonly more?: readonly Controller[];
}

export interface Controllers {
  changed(change: Change): void;
  leads(): boolean;
  /** Resolves when the lease is given back and nothing is written any more. */
  stop(): Promise<void>;
}

/** Writes in the long run and at once, over all controllers; a floor of ten thousand namespaces then takes 200 s. */
const writes = { perSecond: 50, burst: 100 };
const statusSettleMillis = 500;

/** Runs all of them until the signal is aborted, or one of them fails: then the others end before this rejects, but for looks that are under way. */
async function together(queues: readonly Queue[], signal: AbortSignal): Promise<void> {
  const failing = new AbortController();
  const until = AbortSignal.any([signal, failing.signal]);
  const running = queues.map((one) =>
    one.run(until).catch((error: unknown) => {
      failing.abort();
      throw error;
    }),
  );
  await Promise.allSettled(running);
  await Promise.all(running);
}

export function startControllers(options: ControllersOptions): Controllers {
  const { api, timing, around, observe, further = {}, more = [] } = options;
  const shared = { api, around, pace: pace(timing, writes) };
  const floorKeeper = floors({ ...shared, changed: () => queues.status.addAll() });
  const running = (controller: Controller, settleMillis = 0, told = observe): Queue =>
    queue({ controller, timing, observe: told, settleMillis });
  const informed = (controller: Controller): Controller =>
    whileFresh(whileInForce(controller, around), around);
  const shown = { ...shared, date: options.date };
  const queues = {
    floors: running(informed(floorKeeper)),
    records: running(informed(records(shared))),
    gates: running(informed(gates(shared))),
    status: running(
      whileFresh(status({ ...shown, stands: floorKeeper.stands, further }), around),
      statusSettleMillis,
    ),
    guardrails: running(guardrailStatus({ ...shown, further }), statusSettleMillis),
  };
  /** What others know, and a status tells, changes by their own looks too, not only by what is stored. */
  const toldOfOthers: typeof observe = (...looked) => {
    observe(...looked);
    queues.status.addAll();
    queues.guardrails.addAll();
  };
  const others = new Map(more.map((controller) => [controller.name, running(controller, 0, toldOfOthers)]));
  const all = [...Object.values(queues), ...others.values()];
  const stopping = new AbortController();
  const leader = leadership({
    api,
    timing,
    date: options.date,
    namespace: options.namespace,
    name: 'bulkhead',
    identity: options.identity,
    observe: options.onLeadership,
  });
  let following = false;
  const led = leader.run(stopping.signal, async (signal) => {
    if (!following) options.beginFollowing();
    following = true;
    await together(all, signal);
  });

  const awaited = new Set<string>();
  /** Namespaces that change together, as in a list, cost one walk over the pods that wait. */
  const wakePods = (namespace: string): void => {
    if (awaited.size === 0) {
      queueMicrotask(() => {
        for (const key of around.gatedPods.keys())
          if (awaited.has(key.slice(0, key.indexOf('/')))) queues.gates.add(key);
        awaited.clear();
      });
    }
    awaited.add(namespace);
  };

  return {
    leads: () => leader.leads(),
    changed: (change) => {
      switch (change.of) {
        case 'namespace':
          queues.records.add(change.key);
          queues.floors.add(change.key);
          queues.status.addAll();
          wakePods(change.key);
          return;
        case 'record':
        case 'floor':
          queues.floors.add(change.key);
          queues.records.add(change.key);
          queues.status.addAll();
          wakePods(change.key);
          return;
        case 'pod':
          queues.gates.add(change.key);
          return;
        case 'boundary':
          queues.status.add(change.key);
          return;
        case 'guardrail':
          queues.guardrails.add(change.key);
          return;
        case 'rollout':
          queues.status.addAll();
          queues.guardrails.addAll();
          return;
        case 'more':
          others.get(change.controller)?.add(change.key);
          queues.status.addAll();
          return;
        case 'rules':
          for (const one of all) one.addAll();
          return;
      }
    },
    stop: async () => {
      stopping.abort();
      await led;
    },
  };
}
