// The reflector against scripted streams: what it does when the API server forgets, falls silent, errs or comes back.
import { describe, expect, test } from '@jest/globals';
import type { Collection, WatchEvent } from '../../src/cluster/collection.ts';
import { NamespaceDirectory } from '../../src/cluster/directory.ts';
import { clusterCodes, failure } from '../../src/cluster/failure.ts';
import type { ClusterFailure } from '../../src/cluster/failure.ts';
import type { Listed } from '../../src/cluster/listing.ts';
import { reflector } from '../../src/cluster/reflector.ts';
import type { Reflector, ReflectorEvent } from '../../src/cluster/reflector.ts';
import type { JsonObject } from '../../src/k8s/json.ts';

/** What the script says next: a list's answer, or one watch; milliseconds in a watch let the clock go on. */
type Step =
  { readonly list: Listed; readonly takes?: number } | { readonly watch: readonly (WatchEvent | number)[] };

const named = (name: string, resourceVersion: string): JsonObject => ({
  metadata: { name, resourceVersion },
});
const listed = (resourceVersion: string, ...names: readonly string[]): Step => ({
  list: { ok: true, objects: names.map((name) => named(name, resourceVersion)), resourceVersion },
});
const refused = (code: ClusterFailure['code'], more: Partial<ClusterFailure> = {}): ClusterFailure => ({
  ...failure(code, 'told'),
  ...more,
});
const notListed = (told: ClusterFailure): Step => ({ list: { ok: false, failure: told } });
const opened: WatchEvent = { type: 'opened' };
const bookmark = (resourceVersion: string): WatchEvent => ({ type: 'bookmark', resourceVersion });
const applied = (name: string, resourceVersion: string): WatchEvent => ({
  type: 'applied',
  object: named(name, resourceVersion),
  resourceVersion,
});
const removed = (name: string, resourceVersion: string): WatchEvent => ({
  type: 'removed',
  object: named(name, resourceVersion),
  resourceVersion,
});
const ended = (told: ClusterFailure): WatchEvent => ({ type: 'failed', failure: told });

interface Run {
  /** `list`, `watch FROM` and `pause MILLIS` in order. */
  readonly did: readonly string[];
  readonly names: readonly string[];
  readonly events: readonly ReflectorEvent[];
  readonly reflector: Reflector;
  readonly sleep: (millis: number) => void;
}

/** Runs a script to its end. */
async function run(...steps: readonly Step[]): Promise<Run> {
  const left = [...steps];
  const did: string[] = [];
  const events: ReflectorEvent[] = [];
  const stop = new AbortController();
  const directory = new NamespaceDirectory();
  let now = 0;
  const collection: Collection = {
    list: () => {
      const step = left.shift();
      if (step === undefined) {
        stop.abort();
        return Promise.resolve({ ok: false, failure: refused(clusterCodes.stopped) });
      }
      if (!('list' in step)) throw new Error('the script expected a watch');
      did.push('list');
      now += step.takes ?? 0;
      return Promise.resolve(step.list);
    },
    watch: async function* (from) {
      await Promise.resolve();
      const step = left.shift();
      if (step === undefined) {
        stop.abort();
        return;
      }
      if (!('watch' in step)) throw new Error('the script expected a list');
      did.push(`watch ${from}`);
      for (const event of step.watch) {
        if (typeof event === 'number') now += event;
        else yield event;
      }
    },
  };
  const timing = {
    now: () => now,
    random: () => 0.5,
    pause: (millis: number, signal: AbortSignal) => {
      if (signal.aborted) return Promise.resolve();
      did.push(`pause ${Math.round(millis)}`);
      now += millis;
      return Promise.resolve();
    },
  };
  const subject = reflector({ collection, copy: directory, timing, observe: (event) => events.push(event) });
  await subject.run(stop.signal);
  const names = [...directory.snapshot().all()].map(({ name }) => name).sort();
  return { did, names, events, reflector: subject, sleep: (millis) => void (now += millis) };
}

describe('following', () => {
  test('goes on from the last version that a watch told, bookmarks too', async () => {
    const { did, names } = await run(
      listed('5', 'a', 'b'),
      { watch: [opened, applied('c', '6'), removed('a', '7'), 30_000] },
      { watch: [opened, 28_000, bookmark('9'), 2_000] },
      { watch: [opened, 30_000] },
    );
    expect(did).toEqual(['list', 'watch 5', 'watch 7', 'watch 9']);
    expect(names).toEqual(['b', 'c']);
  });

  test('a namespace that is deleted and made again is there again', async () => {
    const { names } = await run(listed('5', 'a'), { watch: [opened, removed('a', '6'), applied('a', '7')] });
    expect(names).toEqual(['a']);
  });

  test.each([
    ['forgot the version', refused(clusterCodes.gone)],
    ['says what is not understood', refused(clusterCodes.unreadable)],
  ])('lists anew where the API server %s', async (_sentence, told) => {
    const { did, names } = await run(
      listed('5', 'a', 'b'),
      { watch: [opened, applied('c', '6'), ended(told)] },
      listed('9', 'b'),
      { watch: [opened, bookmark('10')] },
    );
    expect(did).toEqual(['list', 'watch 5', 'list', 'watch 9']);
    expect(names).toEqual(['b']);
  });

  test.each([
    ['could not send what came next', refused(clusterCodes.refused)],
    ['sends more than is read at once', refused(clusterCodes.tooLarge)],
    ['allows it no more', refused(clusterCodes.forbidden)],
  ])('lists anew where a watch says that the API server %s', async (_sentence, told) => {
    const { did, reflector: subject } = await run(
      listed('5', 'a'),
      { watch: [opened, ended(told)] },
      notListed(refused(clusterCodes.refused)),
      notListed(refused(clusterCodes.refused)),
    );
    expect(did).toEqual(['list', 'watch 5', 'pause 188', 'list', 'pause 375', 'list', 'pause 750']);
    expect(subject.age()).toBeGreaterThan(1_000);
    expect(subject.trouble()?.code).toBe('cluster.refused');
  });

  test('goes on where the connection of a watch broke', async () => {
    const broken = refused(clusterCodes.unreachable);
    const { did } = await run(
      listed('5', 'a'),
      { watch: [opened, applied('b', '6'), ended(broken)] },
      { watch: [opened, bookmark('7')] },
    );
    expect(did).toEqual(['list', 'watch 5', 'watch 6']);
  });

  test('a version that is forgotten at once does not make a busy loop', async () => {
    const gone: Step = { watch: [opened, ended(refused(clusterCodes.gone))] };
    const { did } = await run(listed('5'), gone, listed('6'), gone, listed('7'));
    expect(did).toEqual(['list', 'watch 5', 'pause 188', 'list', 'watch 6', 'pause 375', 'list']);
  });

  test('watches that end at once do not make a busy loop', async () => {
    const { did } = await run(listed('5'), { watch: [opened] }, { watch: [] }, { watch: [opened, 30_000] });
    expect(did).toEqual(['list', 'watch 5', 'pause 188', 'watch 5', 'pause 375', 'watch 5']);
  });
});

describe('when the API server is away', () => {
  const away = refused(clusterCodes.unreachable);

  test('it is tried again, ever more slowly, and the copy is kept', async () => {
    const { did, names, events } = await run(
      listed('5', 'a'),
      { watch: [ended(away)] },
      { watch: [ended(away)] },
      { watch: [opened, applied('b', '6')] },
    );
    expect(did).toEqual(['list', 'watch 5', 'pause 188', 'watch 5', 'pause 375', 'watch 5']);
    expect(names).toEqual(['a', 'b']);
    expect(events.filter(({ type }) => type === 'failed')).toHaveLength(2);
  });

  test('after a long silence it is listed, not resumed', async () => {
    const { did } = await run(
      listed('5', 'a'),
      { watch: [opened, bookmark('6'), 60_000, ended(away)] },
      listed('9', 'a'),
    );
    expect(did).toEqual(['list', 'watch 5', 'list']);
  });

  test('a list that took long is not listed again for that', async () => {
    const { did } = await run(
      { list: { ok: true, objects: [], resourceVersion: '5' }, takes: 50_000 },
      { watch: [opened, bookmark('6')] },
    );
    expect(did).toEqual(['list', 'watch 5']);
  });

  test('it waits as long as it is asked to', async () => {
    const { did } = await run(
      notListed(refused(clusterCodes.throttled, { retryAfterMillis: 3_000 })),
      listed('5'),
    );
    expect(did).toEqual(['list', 'pause 3000', 'list']);
  });
});

describe('the age of the copy', () => {
  test('is not known before the first list', async () => {
    const { reflector: subject } = await run(notListed(refused(clusterCodes.forbidden)));
    expect(subject.age()).toBeUndefined();
    expect(subject.trouble()?.code).toBe('cluster.forbidden');
  });

  test('counts from the question of a list, not from its answer', async () => {
    const { reflector: subject } = await run({
      list: { ok: true, objects: [], resourceVersion: '5' },
      takes: 700,
    });
    expect(subject.age()).toBe(700);
  });

  test.each<[string, WatchEvent]>([
    ['an opened watch', opened],
    ['a change', applied('a', '6')],
    ['a bookmark', bookmark('6')],
  ])('starts again with %s', async (_sentence, event) => {
    const { reflector: subject, sleep } = await run(listed('5'), { watch: [10_000, event] });
    const age = subject.age() ?? Infinity;
    expect(age).toBeLessThan(1_000);
    sleep(5_000);
    expect(subject.age()).toBe(age + 5_000);
  });

  test('does not start again with a failure', async () => {
    const { reflector: subject } = await run(listed('5'), {
      watch: [10_000, ended(refused(clusterCodes.timeout))],
    });
    expect(subject.age()).toBeGreaterThanOrEqual(10_000);
  });

  test('trouble is over when something is heard again', async () => {
    const { reflector: subject } = await run(notListed(refused(clusterCodes.forbidden)), listed('5'), {
      watch: [opened, bookmark('6')],
    });
    expect(subject.trouble()).toBeUndefined();
  });
});
