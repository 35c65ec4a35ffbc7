/** The Lease: one leader at a time, whatever the API server, the clocks and the other replica do. */
import { describe, expect, test } from '@jest/globals';
import type { Api, Asked } from '../../src/controllers/api.ts';
import { leadership } from '../../src/controllers/leadership.ts';
import type { LeadershipEvent } from '../../src/controllers/leadership.ts';
import { isObject, ownAt, stringAt } from '../../src/k8s/json.ts';
import { clock } from './clock.ts';
import type { Clock } from './clock.ts';

/** What becomes of a call while the way to the API server is bad: whether it is answered after all. */
type Bad = (method: string, deadlineMillis: number) => Promise<boolean>;

interface Server {
  readonly api: (up: () => boolean, bad?: Bad) => Api;
  readonly holder: () => string | undefined;
}

/** An API server that knows one Lease and its resourceVersion. */
function server(): Server {
  let stored: { readonly version: number; readonly spec: unknown } | undefined;
  const status = (code: number, reason: string): Asked => ({
    ok: false,
    status: code,
    failure: { code: 'cluster.refused', message: reason },
    body: { kind: 'Status', reason },
  });
  const body = (): Asked => ({
    ok: true,
    body: { metadata: { resourceVersion: String(stored?.version) }, spec: stored?.spec },
  });
  return {
    holder: () => stringAt(stored?.spec, 'holderIdentity'),
    api: (up, bad = () => Promise.resolve(false)) => ({
      ask: async ({ method = 'GET', body: sent, deadlineMillis }) => {
        AbortSignal.timeout(deadlineMillis);
        if (!up() && !(await bad(method, deadlineMillis))) return status(500, 'down');
        if (method === 'GET') return Promise.resolve(stored === undefined ? status(404, 'NotFound') : body());
        const spec = isObject(sent) ? ownAt(sent, 'spec') : undefined;
        const version = stringAt(sent, 'metadata', 'resourceVersion');
        const conflict = method === 'POST' ? stored !== undefined : version !== String(stored?.version ?? '');
        if (conflict) return Promise.resolve(status(409, 'Conflict'));
        stored = { version: (stored?.version ?? 0) + 1, spec };
        return Promise.resolve(body());
      },
    }),
  };
}

/** Works until it is told to end, or fails as soon as `failing` says why. */
function replica(identity: string, time: Clock, api: Api, failing?: () => string | undefined) {
  const events: LeadershipEvent[] = [];
  const stopping = new AbortController();
  let working = 0;
  const made = leadership({
    api,
    timing: time,
    // Wall clocks that are years apart must not matter.
    date: () => new Date(identity === 'a' ? '2020-01-01T00:00:00Z' : '2030-01-01T00:00:00Z'),
    namespace: 'home',
    name: 'bulkhead',
    identity,
    observe: (event) => events.push(event),
  });
  const done = made.run(
    stopping.signal,
    (signal) =>
      new Promise((resolve, reject) => {
        const why = failing?.();
        if (why !== undefined) {
          reject(new Error(why));
          return;
        }
        working += 1;
        signal.addEventListener('abort', () => {
          working -= 1;
          resolve();
        });
      }),
  );
  return { made, events, stopping, done, works: () => working > 0 };
}

type Replica = ReturnType<typeof replica>;

/** Two replicas, the second begun once the first leads; `up` tells whether the first reaches the API server. */
async function pair(time: Clock, up = (): boolean => true, bad?: Bad): Promise<Pair> {
  const { api, holder } = server();
  const a = replica('a', time, api(up, bad));
  await time.pass(5_000);
  const b = replica(
    'b',
    time,
    api(() => true),
  );
  await time.pass(5_000);
  expect(holder()).toBe('a');
  return { a, b, holder };
}
interface Pair {
  readonly a: Replica;
  readonly b: Replica;
  readonly holder: () => string | undefined;
}

async function stop(time: Clock, ...replicas: readonly Replica[]): Promise<void> {
  for (const one of replicas) {
    one.stopping.abort();
    await time.pass(1);
    await one.done;
  }
}

describe('of two replicas', () => {
  test('one leads, and goes on to; the other follows', async () => {
    const time = clock();
    const { api } = server();
    const both = ['a', 'b'].map((name) =>
      replica(
        name,
        time,
        api(() => true),
      ),
    );
    await time.pass(60_000);
    expect(both.map((one) => one.works()).filter(Boolean)).toHaveLength(1);
    await stop(time, ...both);
  });

  const passing = (millis: number, time: Clock): Promise<void> =>
    time.pause(millis, new AbortController().signal);
  const cutOff: readonly (readonly [how: string, bad: (time: Clock, since: () => number) => Bad])[] = [
    ['is refused', () => () => Promise.resolve(false)],
    ['hears nothing', (time) => (_, most) => passing(most, time).then(() => false)],
    [
      'is refused at first, then reads late and hears nothing of what it writes',
      (time, since) => async (method, most) => {
        if (since() < 5_500) return false;
        await passing(method === 'GET' ? Math.min(most, 2_900) : most, time);
        return method === 'GET' && most > 2_900;
      },
    ],
  ];

  test.each(cutOff)(
    'one that %s stops writing before the other begins, which is within 13 s',
    async (_, bad) => {
      for (let offset = 0; offset < 2_000; offset += 500) {
        const time = clock();
        let cut: number | undefined;
        const since = (): number => time.now() - (cut ?? Infinity);
        const { a, b, holder } = await pair(time, () => cut === undefined, bad(time, since));
        await time.pass(offset);
        cut = time.now();
        while (!b.works()) {
          await time.pass(100);
          expect(a.works() && b.works()).toBe(false);
        }
        expect(since()).toBeLessThan(13_000);
        expect(holder()).toBe('b');
        cut = undefined;
        await time.pass(30_000);
        expect([a.works(), b.works()]).toEqual([false, true]);
        await stop(time, a, b);
      }
    },
  );

  test('one that is gone is followed as soon as its lease is over, however seldom the other asks', async () => {
    let longest = 0;
    for (let offset = 0; offset < 2_400; offset += 200) {
      const time: Clock = { ...clock(), random: () => 0.999 };
      let isGone = false;
      const { a, b } = await pair(time, () => !isGone);
      await time.pass(offset);
      isGone = true;
      const since = time.now();
      while (!b.works()) await time.pass(50);
      longest = Math.max(longest, time.now() - since);
      await stop(time, a, b);
    }
    // It hears of the last renewal when it asks next, and waits for the lease's ten seconds from then.
    expect(longest).toBeGreaterThan(10_000);
    expect(longest).toBeLessThan(10_000 + 2_400 + 300);
  });

  test('one that stops gives the lease back', async () => {
    const time = clock();
    const { a, b, holder } = await pair(time);
    await stop(time, a);
    expect(holder()).toBe('');
    await time.pass(3_000);
    expect(b.works()).toBe(true);
    await stop(time, b);
  });
});

/** What it did and what it says of itself. */
const stateOf = ({ made, works }: Replica): unknown => ({ leads: made.leads(), works: works() });

describe('one that leads', () => {
  test('ends when its time passes just before it asks, though timers wake it early and the clock never rests', async () => {
    const time = clock();
    let read = 0;
    const ticking: Clock = {
      ...time,
      now: () => time.now() + (read += 0.25),
      pause: (millis, signal) => time.pause(millis - 0.4, signal),
    };
    let isUp = true;
    const { api } = server();
    const one = replica(
      'a',
      ticking,
      api(() => isUp),
    );
    await time.pass(1_000);
    expect(stateOf(one)).toEqual({ leads: true, works: true });
    isUp = false;
    await time.pass(10_000);
    expect(stateOf(one)).toEqual({ leads: false, works: false });
    isUp = true;
    await time.pass(3_000);
    expect(stateOf(one)).toEqual({ leads: true, works: true });
    await stop(time, one);
  });

  test('works no more once renewing throws, tells so, and leads again after a pause', async () => {
    const time = clock();
    let isUp = true;
    const { api } = server();
    const one = replica(
      'a',
      time,
      api(
        () => isUp,
        () => Promise.reject(new Error('nobody thought of this')),
      ),
    );
    await time.pass(1_000);
    isUp = false;
    await time.pass(2_000);
    expect(stateOf(one)).toEqual({ leads: false, works: false });
    expect(one.events.at(-1)).toEqual({ type: 'failed', message: 'a bug: nobody thought of this' });
    isUp = true;
    await time.pass(8_000);
    expect(stateOf(one)).toEqual({ leads: true, works: true });
    await stop(time, one);
  });

  test('leads no more once its work fails, tells so, and begins anew after a pause', async () => {
    const time = clock();
    let why: string | undefined = 'no keys';
    const { api, holder } = server();
    const one = replica(
      'a',
      time,
      api(() => true),
      () => why,
    );
    await time.pass(1_000);
    expect(stateOf(one)).toEqual({ leads: false, works: false });
    expect(one.events.at(-1)).toEqual({ type: 'failed', message: 'a bug: no keys' });
    why = undefined;
    await time.pass(8_000);
    expect(stateOf(one)).toEqual({ leads: true, works: true });
    await stop(time, one);
    expect(holder()).toBe('');
  });

  test('lets another one lead once its work fails, and follows that one', async () => {
    const time = clock();
    const { api, holder } = server();
    const reach = api(() => true);
    const one = replica('a', time, reach, () => 'no keys');
    await time.pass(100);
    const other = replica('b', time, reach);
    expect(one.events.at(-1)).toEqual({ type: 'failed', message: 'a bug: no keys' });
    // Less than a lease lasts.
    await time.pass(3_000);
    expect([holder(), stateOf(one), stateOf(other)]).toEqual([
      'b',
      { leads: false, works: false },
      { leads: true, works: true },
    ]);
    await time.pass(30_000);
    expect(holder()).toBe('b');
    await stop(time, one, other);
  });
});
