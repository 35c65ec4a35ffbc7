/** Messages take from the budget of their policy, even of validations that hold, as in kube-apiserver. */
import { expect, test } from '@jest/globals';
import { judge, policy, told } from './scenario.ts';

const dear = 'string(lists.range(8).all(i, sets.contains(lists.range(316), lists.range(316))))';
const rules = (count: number): string =>
  policy(`validations:\n${`- {expression: 'true', messageExpression: '${dear}'}\n`.repeat(count)}`.trimEnd());

test('messages within the budget are nobody’s business', () => {
  expect(told(judge(rules(11)))).toEqual([]);
});

test('messages that spend the budget refuse', () => {
  expect(told(judge(rules(16))).map((line) => line.split(':')[0])).toEqual(['Deny policy.error rule']);
});
