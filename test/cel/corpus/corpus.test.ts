// Expressions decided as kube-apiserver 1.36 decides them: what is refused at load, types, values, failures and costs.
import { describe, expect, test } from '@jest/globals';
import { answerOf, casesOf, topics } from './cases.ts';

describe('the corpus', () => {
  test('is large', () => {
    expect(topics.flatMap(casesOf).length).toBeGreaterThan(600);
  });

  test.each(topics)('%s', (topic) => {
    const cases = casesOf(topic);
    expect(cases.map((one) => [one.expression, answerOf(one)])).toEqual(
      cases.map((one) => [one.expression, one.answer]),
    );
  });
});
