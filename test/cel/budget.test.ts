// What an expression may cost: counted, never timed, and not to be talked out of.
import { describe, expect, test } from '@jest/globals';
import { Budget, expressionLimit, matchConditionsLimit, policyLimit } from '../../src/cel/budget.ts';
import { program, run } from './running.ts';

const numbers = Array.from({ length: 1000 }, (_, index) => index);
const words = Array.from({ length: 5000 }, (_, index) => `word number ${index} in a list`);
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
const object = {
  numbers,
  words,
  long: 'a'.repeat(3_000_000),
  strings: Array.from({ length: 100_000 }, () => 's'.repeat(30)),
  keys: Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key-${index}`, 'v'])),
  objects: Array.from({ length: 5000 }, (_, index) => ({ index })),
  deep: nested(2000),
};
const cubed = 'object.numbers.all(a, object.numbers.all(b, object.numbers.all(c, a + b + c >= 0)))';
const failing = 'object.numbers.all(a, object.numbers.all(b, object.numbers.all(c, object.no.x == 1)))';

describe('a spent budget', () => {
  test.each([
    cubed,
    `${cubed} || true`,
    `!(${cubed}) || true`,
    `[1].exists(x, ${cubed} || true)`,
    `[1, 2].all(x, false && true || ${cubed})`,
    `${cubed} ? true : true`,
    `[1, 2].exists_one(x, ${cubed})`,
    `optional.of(1).optMap(x, ${cubed}).orValue(true)`,
    `object.?no.orValue(${cubed})`,
    `{"a": 1}.transformMap(k, v, ${cubed}).size() > 0`,
    `object.numbers.sortBy(x, ${cubed} ? 1 : 2).size() > 0`,
    failing,
    `${failing} || true`,
    'object.numbers.map(a, object.numbers.map(b, object.numbers)).size() > 0',
    'object.numbers.map(x, {string(x): object.numbers.map(y, {string(y): y})}).size() > 0',
    'lists.range(100000000).size() > 0',
    'object.numbers.map(x, object.long + object.long).size() > 0',
    '[object.long].map(x, x + x).map(x, x + x).map(x, x + x).map(x, x + x).map(x, x + x)[0] != ""',
    'object.words.all(x, object.words.all(y, x.contains(y) || true))',
    'object.words.all(x, x.matches(x + "?"))',
    'object.long.matches("(x+x+)+y" + object.words[0])',
    'object.objects.distinct().size() > 0',
    'sets.equivalent(object.words, object.words)',
    'object.numbers.all(x, object.keys.all(k, k != ""))',
    'object.numbers.all(x, "%s".format([object.words]) != "")',
  ])('ends everything: %s', (source) => {
    const budget = new Budget();
    expect(run(source, { object }, { budget })).toBe('cel.costExceeded');
    expect(policyLimit - budget.remaining).toBeLessThan(expressionLimit * 1.2);
  });

  test('is spent at the same place every time', () => {
    const spent = (): number => {
      const budget = new Budget();
      run(`${failing} || true`, { object }, { budget });
      return budget.remaining;
    };
    expect(new Set([spent(), spent(), spent()]).size).toBe(1);
  });

  test('is told as that of the expression, with no failure in its place', () => {
    const outcome = program(cubed).run({ variables: { object } }, new Budget());
    expect(outcome).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('1000000 units') },
    });
  });
});

describe('large objects', () => {
  test.each([
    ['object.long.matches("^(a+)+$")', 'cel.costExceeded'],
    ['object.deep == object.deep', true],
    ['object.keys.size()', 100_000],
    ['"key-5" in object.keys', true],
    ['object.strings.size()', 100_000],
    ['object.long.size()', 3_000_000],
    ['isQuantity(object.long)', false],
    ['isIP(object.long)', false],
    ['isCIDR(object.long)', false],
    ['isSemver(object.long)', false],
    ['quantity(object.long).isInteger()', 'cel.conversionFailed'],
    ['ip(object.long).family()', 'cel.conversionFailed'],
    ['cidr("10.0.0.0/8").containsIP(object.long)', 'cel.conversionFailed'],
    ['duration(object.long)', 'cel.conversionFailed'],
    ['timestamp(object.long)', 'cel.conversionFailed'],
    ['int(object.long)', 'cel.conversionFailed'],
    ['double(object.long)', 'cel.conversionFailed'],
  ])('%s', (source, answer) => {
    expect(run(source, { object })).toBe(answer);
  });
});

describe('budgets', () => {
  test('have the limits of Kubernetes', () => {
    expect([expressionLimit, policyLimit, matchConditionsLimit]).toEqual([1_000_000, 10_000_000, 2_500_000]);
  });

  test('of a policy end with the expressions together', () => {
    const budget = new Budget(10_000);
    const dear = 'lists.range(2000).size() > 0';
    const answers = Array.from({ length: 8 }, () => run(dear, {}, { budget }));
    expect(answers.slice(0, 2)).toEqual([true, true]);
    expect(answers.at(-1)).toBe('cel.costExceeded');
    const outcome = program('true').run({ variables: {} }, budget);
    expect(outcome).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('of this policy') },
    });
  });

  test('stay whole where nothing is spent', () => {
    const budget = new Budget(5);
    expect(run('1 + 1 == 2', {}, { budget })).toBe(true);
    expect(budget.spent).toBe(false);
  });
});
