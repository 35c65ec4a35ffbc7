/** The splitter's budget: every node is counted, and a question that needs more is not answered. */
import { describe, expect, test } from '@jest/globals';
import type { Box } from '../../src/netpol/box.ts';
import { everyConnection } from '../../src/netpol/connections.ts';
import { fullBudget, remainder } from '../../src/netpol/cover.ts';
import { everyPod } from '../../src/netpol/cube.ts';
import type { Cube } from '../../src/netpol/cube.ts';
import type { ValueSet } from '../../src/netpol/valueSet.ts';
import { among, complementOf, missing, present } from '../../src/netpol/valueSet.ts';

const pods = (pod: Cube): Box => ({
  subject: everyPod,
  peer: { sort: 'pods', namespace: everyPod, pod },
  portNames: everyPod,
  connections: everyConnection,
});
const where = (...entries: readonly (readonly [string, ValueSet])[]): Box => pods(new Map(entries));
const everything = pods(everyPod);

/** What a question costs, and whether it was answered. */
function cost(
  box: Box,
  cover: readonly Box[],
  left: number,
): { spent: number; answer: number | 'tooComplex' } {
  const budget = { left };
  const found = remainder(box, cover, budget);
  return { spent: left - budget.left, answer: found === 'tooComplex' ? found : found.length };
}

/** All combinations of present and missing over some keys: together they are everything, and no fewer are. */
const combinations = (keys: readonly string[]): Box[] =>
  keys
    .reduce<(readonly [string, ValueSet])[][]>(
      (all, key) =>
        all.flatMap((one) => [
          [...one, [key, present]],
          [...one, [key, missing]],
        ]),
      [[]],
    )
    .map((entries) => where(...entries));

describe('costs', () => {
  test.each([
    ['nothing near', where(['k', present]), [where(['k', missing])], 1, 1],
    ['an empty cover', everything, [], 1, 1],
    ['inside one box', where(['k', present]), [where(['k', missing]), everything], 1, 0],
    ['outside in one key', everything, [where(['k', present])], 2, 1],
    ['outside in two keys', everything, [where(['k', present], ['l', present])], 3, 2],
    ['two halves', everything, [where(['k', present]), where(['k', missing])], 2, 0],
    [
      'a value and the others',
      everything,
      [where(['k', among(['a'])]), where(['k', complementOf(among(['a']))])],
      2,
      0,
    ],
  ] as const)('%s', (_name, box, cover, spent, pieces) => {
    expect(cost(box, cover, 100)).toEqual({ spent, answer: pieces });
  });
});

describe('the budget', () => {
  const cover = combinations(['a', 'b', 'c', 'd', 'e', 'f']);

  test('is 2,000 nodes for one review', () => {
    expect(fullBudget).toBe(2_000);
  });

  test('that is just enough answers, and one node less does not', () => {
    const { spent, answer } = cost(everything, cover, fullBudget);
    expect(answer).toBe(0);
    expect(spent).toBeGreaterThan(60);
    expect(cost(everything, cover, spent)).toEqual({ spent, answer: 0 });
    expect(cost(everything, cover, spent - 1)).toEqual({ spent, answer: 'tooComplex' });
  });

  test('that is spent answers nothing, however easy', () => {
    expect(cost(everything, [everything], 0).answer).toBe('tooComplex');
    expect(cost(everything, [everything], -1).answer).toBe('tooComplex');
  });

  test('is too small for a hard question, and says so', () => {
    const hard = combinations(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l']);
    expect(cost(everything, hard, fullBudget)).toEqual({ spent: fullBudget + 1, answer: 'tooComplex' });
  });

  test('is shared by the questions of a review', () => {
    const budget = { left: 3 };
    expect(remainder(everything, [everything], budget)).toEqual([]);
    expect(remainder(everything, [everything], budget)).toEqual([]);
    expect(budget.left).toBe(1);
  });
});

test('the box that cuts least is cut first: fewer, larger pieces are left', () => {
  const many = where(['a', present], ['b', present], ['c', present]);
  const least = where(['a', present]);
  for (const cover of [
    [many, least],
    [least, many],
  ]) {
    expect(remainder(everything, cover, { left: 100 })).toEqual([where(['a', missing])]);
  }
});
