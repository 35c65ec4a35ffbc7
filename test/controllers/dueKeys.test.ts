/** Keys that wait: in the order in which they came, not before their time, and cheap however many there are. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DueKeys } from '../../src/controllers/dueKeys.ts';

const nobody: ReadonlySet<string> = new Set();
const takeAll = (due: DueKeys, now: number): readonly string[] => {
  const taken: string[] = [];
  for (let key = due.take(now, nobody); key !== undefined; key = due.take(now, nobody)) taken.push(key);
  return taken;
};

test('come in their order, each once, busy ones later', () => {
  const due = new DueKeys();
  for (const key of ['b', 'a', 'b', 'c']) due.add(key, 0, 0);
  expect(due.take(0, new Set(['b']))).toBe('a');
  expect(takeAll(due, 0)).toEqual(['b', 'c']);
  expect(due.take(0, nobody)).toBeUndefined();
});

test('that have a time come then; of several times the first counts', () => {
  const due = new DueKeys();
  due.add('a', 500, 0);
  due.add('a', 200, 0);
  due.add('a', 900, 0);
  due.add('b', 300, 0);
  expect(due.take(199, nobody)).toBeUndefined();
  expect(due.wait(199)).toBe(1);
  expect(takeAll(due, 200)).toEqual(['a']);
  due.add('b', 250, 250);
  expect(takeAll(due, 250)).toEqual(['b']);
  expect(takeAll(due, 10_000)).toEqual([]);
  expect(due.wait(10_000)).toBe(Infinity);
});

test('never come before their time, and at most ten milliseconds after it', () => {
  const added = fc.array(
    fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.integer({ min: 0, max: 300 })),
  );
  fc.assert(
    fc.property(added, (all) => {
      const due = new DueKeys();
      const first = new Map<string, number>();
      for (const [key, at] of all) {
        due.add(key, at, 0);
        first.set(key, Math.min(first.get(key) ?? Infinity, at));
      }
      const taken = new Map<string, number>();
      for (let now = 0; now <= 320; now += 1) for (const key of takeAll(due, now)) taken.set(key, now);
      expect([...taken.keys()].sort()).toEqual([...first.keys()].sort());
      for (const [key, at] of first) {
        const late = (taken.get(key) ?? Infinity) - at;
        expect(late).toBeGreaterThanOrEqual(0);
        expect(late).toBeLessThanOrEqual(10);
      }
    }),
  );
});

test('a hundred thousand that wait keep nobody waiting who comes now', () => {
  const due = new DueKeys();
  for (let index = 0; index < 100_000; index += 1) due.add(`later-${index}`, 60_000, 0);
  const begun = performance.now();
  for (let index = 0; index < 10_000; index += 1) {
    due.add('now', index, index);
    expect(due.take(index, nobody)).toBe('now');
  }
  // Gone through each time it would be a thousand million steps.
  expect(performance.now() - begun).toBeLessThan(5_000);
});
