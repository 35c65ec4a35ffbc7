/** Label selectors: ValidateLabelSelector, and which labels they select. */
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { Decoder } from '../../src/k8s/decoder.ts';
import { decodeSelector, mostSelectorValues, selects } from '../../src/k8s/labelSelector.ts';

const read = (text: string, lenient = false): { codes: string[]; pointers: (string | undefined)[] } => {
  const decoder = new Decoder();
  decodeSelector(decoder, parse(text) as unknown, '/s', lenient);
  return {
    codes: decoder.issues.map(({ code }) => code),
    pointers: decoder.issues.map(({ pointer }) => pointer),
  };
};

describe('refused', () => {
  test.each([
    ['{matchExpressions: [{key: a, operator: In}]}', 'selector.values', '/s/matchExpressions/0/values'],
    [
      '{matchExpressions: [{key: a, operator: In, values: []}]}',
      'selector.values',
      '/s/matchExpressions/0/values',
    ],
    ['{matchExpressions: [{key: a, operator: NotIn}]}', 'selector.values', '/s/matchExpressions/0/values'],
    [
      '{matchExpressions: [{key: a, operator: Exists, values: [x]}]}',
      'selector.values',
      '/s/matchExpressions/0/values',
    ],
    [
      '{matchExpressions: [{key: a, operator: DoesNotExist, values: [x]}]}',
      'selector.values',
      '/s/matchExpressions/0/values',
    ],
    [
      '{matchExpressions: [{key: a, operator: in, values: [x]}]}',
      'selector.operator',
      '/s/matchExpressions/0/operator',
    ],
    [
      '{matchExpressions: [{key: a, operator: Equals, values: [x]}]}',
      'selector.operator',
      '/s/matchExpressions/0/operator',
    ],
    ['{matchExpressions: [{key: a}]}', 'selector.operator', '/s/matchExpressions/0/operator'],
    ['{matchExpressions: [{operator: Exists}]}', 'selector.key', '/s/matchExpressions/0/key'],
    ['{matchExpressions: [{key: -a, operator: Exists}]}', 'selector.key', '/s/matchExpressions/0/key'],
    [
      '{matchExpressions: [{key: a, operator: In, values: [-x]}]}',
      'selector.value',
      '/s/matchExpressions/0/values',
    ],
    ['{matchLabels: {__proto__: x}}', 'selector.key', '/s/matchLabels'],
    ['{matchLabels: {"a/b/c": x}}', 'selector.key', '/s/matchLabels'],
    ['{matchLabels: {a: "x y"}}', 'selector.value', '/s/matchLabels'],
    ['{matchLabels: {a: 1}}', 'field.type', '/s/matchLabels/a'],
    ['{matchLabels: {"a/b": [1]}}', 'field.type', '/s/matchLabels/a~1b'],
    ['{matchLabels: [a]}', 'field.type', '/s/matchLabels'],
    ['{matchExpressions: {}}', 'field.type', '/s/matchExpressions'],
    ['{matchExpressions: [x]}', 'field.type', '/s/matchExpressions/0'],
    [
      '{matchExpressions: [{key: a, operator: In, values: [1]}]}',
      'field.type',
      '/s/matchExpressions/0/values/0',
    ],
    ['{matchlabels: {a: x}}', 'field.unknown', '/s/matchlabels'],
    ['[]', 'field.type', '/s'],
    ['a=b', 'field.type', '/s'],
  ])('%s: %s at %s', (text, code, pointer) => {
    const { codes, pointers } = read(text);
    expect(codes[0]).toBe(code);
    expect(pointers[0]).toBe(pointer);
  });

  test('malformed values of a stored object are tolerated, malformed keys are not', () => {
    expect(read('{matchExpressions: [{key: a, operator: In, values: [-x]}]}', true).codes).toEqual([]);
    expect(read('{matchLabels: {a: "x y"}}', true).codes).toEqual([]);
    expect(read('{matchLabels: {-a: x}}', true).codes).toEqual(['selector.key']);
  });
});

test('a requirement may list 64 values before it is beyond proof', () => {
  expect(mostSelectorValues).toBe(64);
});

test('values are judged strictly unless one asks otherwise', () => {
  const decoder = new Decoder();
  decodeSelector(decoder, { matchLabels: { a: 'x y' } }, '/s');
  expect(decoder.issues.map(({ code }) => code)).toEqual(['selector.value']);
});

test.each([
  ['key', { matchLabels: { [`-${'k'.repeat(200)}`]: 'x' } }, `"-${'k'.repeat(79)}"`],
  ['value', { matchLabels: { a: `-${'v'.repeat(200)}` } }, `"-${'v'.repeat(79)}"`],
])('a message shows 80 characters of a long %s', (_what, written, shown) => {
  const decoder = new Decoder();
  decodeSelector(decoder, written, '/s');
  expect(decoder.issues[0]?.message).toContain(shown);
});

const labels = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split(' ')
      .flatMap((pair): [string, string][] =>
        pair === '' ? [] : [[pair.split('=')[0] ?? '', pair.split('=')[1] ?? '']],
      ),
  );

describe('selects', () => {
  test.each([
    ['{}', '', true],
    ['null', 'a=x', true],
    ['{matchLabels: null, matchExpressions: null}', 'a=x', true],
    ['{matchLabels: {a: x}}', 'a=x b=y', true],
    ['{matchLabels: {a: x}}', 'a=y', false],
    ['{matchLabels: {a: x}}', '', false],
    ['{matchLabels: {a: ""}}', 'a=', true],
    ['{matchLabels: {a: ""}}', '', false],
    ['{matchLabels: {a: null}}', 'a=', true],
    ['{matchLabels: {a: x, b: y}}', 'a=x', false],
    ['{matchLabels: {constructor: x}}', '', false],
    ['{matchLabels: {toString: x}}', 'toString=x', true],
    ['{matchExpressions: [{key: a, operator: In, values: [x, y]}]}', 'a=y', true],
    ['{matchExpressions: [{key: a, operator: In, values: [x, y]}]}', 'a=z', false],
    ['{matchExpressions: [{key: a, operator: In, values: [x]}]}', '', false],
    ['{matchExpressions: [{key: a, operator: NotIn, values: [x]}]}', 'a=x', false],
    ['{matchExpressions: [{key: a, operator: NotIn, values: [x]}]}', 'a=y', true],
    ['{matchExpressions: [{key: a, operator: NotIn, values: [x]}]}', '', true],
    ['{matchExpressions: [{key: a, operator: Exists}]}', 'a=', true],
    ['{matchExpressions: [{key: a, operator: Exists, values: []}]}', 'b=', false],
    ['{matchExpressions: [{key: a, operator: DoesNotExist}]}', 'b=', true],
    ['{matchExpressions: [{key: a, operator: DoesNotExist}]}', 'a=', false],
    ['{matchLabels: {a: x}, matchExpressions: [{key: a, operator: NotIn, values: [x]}]}', 'a=x', false],
    ['{matchExpressions: [{key: a, operator: Exists}, {key: a, operator: NotIn, values: [x]}]}', '', false],
    ['{matchExpressions: [{key: a, operator: Exists}, {key: a, operator: NotIn, values: [x]}]}', 'a=y', true],
  ])('%s on "%s": %s', (text, seen, selected) => {
    const decoder = new Decoder();
    const selector = decodeSelector(decoder, parse(text) as unknown, '');
    expect(decoder.issues).toEqual([]);
    expect(selects(selector, labels(seen))).toBe(selected);
  });
});
