/** The queue of a controller: every key is looked at, one at a time, again where it failed, never without end. */
import { expect, test } from '@jest/globals';
import { queue, right } from '../../src/controllers/controller.ts';
import type { Reconciled } from '../../src/controllers/controller.ts';
import { pace } from '../../src/controllers/pace.ts';
import { processTiming } from '../../src/cluster/timing.ts';
import { clock } from './clock.ts';

const failed: Reconciled = { outcome: 'failed', message: 'no' };

function running(
  answer: (key: string, look: number) => Reconciled | Promise<Reconciled>,
  keys: readonly string[] = [],
) {
  const time = clock();
  const looks: { readonly key: string; readonly at: number }[] = [];
  const told: string[] = [];
  const stopping = new AbortController();
  const made = queue({
    controller: {
      name: 'tested',
      keys: () => keys,
      reconcile: async (key) => {
        looks.push({ key, at: time.now() });
        return answer(key, looks.filter((one) => one.key === key).length);
      },
    },
    timing: time,
    observe: (_, key, { outcome }) => told.push(`${key} ${outcome}`),
  });
  return { time, looks, told, made, stopping, done: made.run(stopping.signal) };
}

test('looks at every key when it begins, and at each that is added, once for many additions', async () => {
  const { time, looks, made, stopping, done } = running(() => right, ['a', 'b']);
  await time.pass(1);
  for (let count = 0; count < 5; count += 1) made.add('c');
  await time.pass(1);
  expect(looks.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  stopping.abort();
  await done;
});

test('looks at everything again once a minute', async () => {
  const { time, looks, stopping, done } = running(() => right, ['a']);
  await time.pass(185_000);
  expect(looks).toHaveLength(4);
  stopping.abort();
  await done;
});

test('leaves a key that waits, or is being looked at, to its own time; whoever adds it makes it sooner', async () => {
  const { time, looks, made, stopping, done } = running(
    () => ({ outcome: 'again', afterMillis: 600_000 }),
    ['a'],
  );
  await time.pass(500_000);
  expect(looks).toHaveLength(1);
  made.add('a');
  await time.pass(1);
  expect(looks).toHaveLength(2);
  await time.pass(600_100);
  expect(looks).toHaveLength(3);
  stopping.abort();
  await done;
});

test('a look that takes longer than a minute is not followed by another at once', async () => {
  let release: () => void = () => undefined;
  const { time, looks, stopping, done } = running(
    () =>
      new Promise((resolve) => {
        release = () => resolve({ outcome: 'again', afterMillis: 600_000 });
      }),
    ['a'],
  );
  await time.pass(150_000);
  release();
  await time.pass(150_000);
  expect(looks).toHaveLength(1);
  stopping.abort();
  await done;
});

test('what fails is tried again, later each time, at most half a minute apart', async () => {
  const { time, looks, told, stopping, done } = running((_, look) => (look < 10 ? failed : right), ['a']);
  await time.pass(300_000);
  const waits = looks.slice(1, 10).map(({ at }, index) => at - (looks[index]?.at ?? 0));
  expect(waits[0]).toBeLessThan(1_000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
  expect(told.slice(0, 11).filter((line) => line === 'a failed')).toHaveLength(9);
  stopping.abort();
  await done;
});

test('an exception is a failure that is told, and nothing ends', async () => {
  const { time, told, stopping, done } = running(
    (key) => {
      if (key === 'a') throw new Error('a bug');
      return right;
    },
    ['a', 'b'],
  );
  await time.pass(10);
  expect(told).toEqual(['a failed', 'b right']);
  stopping.abort();
  await done;
});

test('one key is never worked on twice at once', async () => {
  let release: () => void = () => undefined;
  const { time, looks, made, stopping, done } = running(
    () => new Promise((resolve) => (release = () => resolve(right))),
    ['a'],
  );
  await time.pass(1);
  made.add('a');
  await time.pass(1);
  expect(looks).toHaveLength(1);
  release();
  await time.pass(1);
  expect(looks).toHaveLength(2);
  stopping.abort();
  await done;
});

test('a key that is being looked at when leading ends is looked at anew as soon as that is over, if this leads again', async () => {
  let release: () => void = () => undefined;
  const { time, looks, made, stopping, done } = running(
    (_, look) => (look > 1 ? right : new Promise((resolve) => (release = () => resolve(right)))),
    ['a'],
  );
  await time.pass(1);
  stopping.abort();
  await done;
  const again = new AbortController();
  const led = made.run(again.signal);
  await time.pass(1_000);
  expect(looks).toHaveLength(1);
  release();
  await time.pass(10);
  expect(looks).toHaveLength(2);
  again.abort();
  await led;
});

test('a queue that does not run keeps nothing', async () => {
  const { time, looks, made, stopping, done } = running(() => right);
  stopping.abort();
  await done;
  made.add('late');
  await time.pass(100_000);
  expect(looks).toEqual([]);
});

test('a queue that fails keeps nothing, and looks at everything when it runs again', async () => {
  let broken = true;
  const time = clock();
  const looks: string[] = [];
  const made = queue({
    controller: {
      name: 'test',
      keys: () => {
        if (broken) throw new Error('no keys');
        return ['a'];
      },
      reconcile: (key) => {
        looks.push(key);
        return Promise.resolve(right);
      },
    },
    timing: time,
    observe: () => undefined,
  });
  await expect(made.run(new AbortController().signal)).rejects.toThrow('no keys');
  made.add('late');
  broken = false;
  const stopping = new AbortController();
  const done = made.run(stopping.signal);
  await time.pass(1_000);
  expect(looks).toEqual(['a']);
  stopping.abort();
  await done;
});

test('writes are as many as the bucket holds, then as fast as it fills', async () => {
  const time = clock();
  const bucket = pace(time, { perSecond: 10, burst: 5 });
  const { signal } = new AbortController();
  const at: number[] = [];
  const all = Promise.all(
    Array.from({ length: 25 }, async () => {
      await bucket.take(signal);
      at.push(time.now());
    }),
  );
  await time.pass(10_000);
  await all;
  expect(at.filter((one) => one === 0)).toHaveLength(5);
  expect(Math.max(...at)).toBeGreaterThanOrEqual(1_900);
  expect(Math.max(...at)).toBeLessThan(3_000);
});

test('ten thousand looks that wait for nothing leave others their turn', async () => {
  const keys = Array.from({ length: 10_000 }, (_, index) => `key-${index}`);
  const looks = new Set<string>();
  const stopping = new AbortController();
  const made = queue({
    controller: {
      name: 'busy',
      keys: () => keys,
      reconcile: (key) => {
        looks.add(key);
        const until = performance.now() + 0.05;
        while (performance.now() < until);
        return Promise.resolve(right);
      },
    },
    timing: processTiming,
    observe: () => undefined,
  });
  const done = made.run(stopping.signal);
  let turns = 0;
  while (looks.size < keys.length) {
    await new Promise((resolve) => setImmediate(resolve));
    turns += 1;
  }
  // Half a second of work in slices of five milliseconds; without them one turn would see all of it.
  expect(turns).toBeGreaterThan(20);
  stopping.abort();
  await done;
});
