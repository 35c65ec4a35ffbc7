// A scan is shared by all who ask while it is under way, but by nobody who asked for a later one, or by other rules.
import { expect, test } from '@jest/globals';
import type { Rules } from '../../src/admission/rules.ts';
import { sharedScan } from '../../src/controllers/sharedScan.ts';
import { clock } from './clock.ts';
import { rulesOf, stored } from './home.ts';

const walls = (): Rules =>
  rulesOf(stored('Boundary', 'walls', { namespaceSelector: {}, floor: { mode: 'Audit' } }));

test.each<[string, readonly number[], (first: Rules) => readonly [Rules, number?]]>([
  ['anybody by the same rules', [0], (first) => [first]],
  ['who asks for one since it began', [0], (first) => [first, 0]],
  ['nobody who asks for a later one', [0, 50], (first) => [first, 10]],
  ['nobody by other rules', [0, 50], () => [walls()]],
])('a scan that is under way is shared by %s', async (_, begun, second) => {
  const time = clock();
  const at: number[] = [];
  const ask = sharedScan(async () => {
    at.push(time.now());
    await time.pause(100, new AbortController().signal);
    return at.length;
  }, time);
  const first = walls();
  const both = [ask(first)];
  await time.pass(50);
  both.push(ask(...second(first)));
  await time.pass(1_000);
  expect(at).toEqual(begun);
  expect(await Promise.all(both)).toHaveLength(2);
  await Promise.all([ask(first), time.pass(1_000)]);
  expect(at).toHaveLength(begun.length + 1);
});
