import { expect, test } from '@jest/globals';
import { backoff } from '../../src/cluster/backoff.ts';

const taken = (random: () => number, count: number): readonly number[] => {
  const delay = backoff(random);
  return Array.from({ length: count }, () => delay.next());
};

test('doubles up to ten seconds', () => {
  expect(taken(() => 0.999_999, 8).map(Math.round)).toEqual([
    250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000,
  ]);
});

test('jitter takes away at most half', () => {
  expect(taken(() => 0, 4)).toEqual([125, 250, 500, 1000]);
});

test('starts anew after a success', () => {
  const delay = backoff(() => 0);
  delay.next();
  delay.next();
  delay.reset();
  expect(delay.next()).toBe(125);
});
