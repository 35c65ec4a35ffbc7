/** The decoder: every mistake is told with its place, hostile keys are data, nothing of a value is printed. */
import { describe, expect, test } from '@jest/globals';
import { Decoder, kindOf } from '../../src/k8s/decoder.ts';

const parse = (text: string): unknown => JSON.parse(text);

describe('a decoder', () => {
  test.each([
    ['object', '[]', 'must be an object, not a list'],
    ['object', '"secret"', 'must be an object, not a string'],
    ['list', '{}', 'must be a list, not an object'],
    ['list', '"secret"', 'must be a list, not a string'],
    ['string', '7', 'must be a string, not the number 7'],
    ['string', 'true', 'must be a string, not a boolean'],
    ['integer', '1.5', 'must be a whole number, not the number 1.5'],
    ['integer', '"1"', 'must be a whole number, not a string'],
    ['strings', '["a", 1]', 'must be a string, not the number 1'],
    ['stringMap', '{"a": {}}', 'must be a string, not an object'],
  ] as const)('%s of %s: %s', (method, text, message) => {
    const decoder = new Decoder();
    decoder[method](parse(text), '/x');
    expect(decoder.issues.map((issue) => issue.message)).toEqual([message]);
    expect(decoder.issues[0]?.pointer).toMatch(/^\/x/);
  });

  test.each(['object', 'list', 'string', 'integer', 'strings', 'stringMap'] as const)(
    '%s takes null and absent for nothing',
    (method) => {
      const decoder = new Decoder();
      decoder[method](null, '/x');
      decoder[method](undefined, '/x');
      expect(decoder.issues).toEqual([]);
    },
  );

  test('all mistakes are gathered', () => {
    const decoder = new Decoder();
    decoder.object(parse('{"a": 1, "b": 2, "c": 3}'), '/x', ['b']);
    expect(decoder.issues.map(({ pointer }) => pointer)).toEqual(['/x/a', '/x/c']);
  });

  test('__proto__ and constructor are keys like any other', () => {
    const decoder = new Decoder();
    const map = decoder.stringMap(parse('{"__proto__": "p", "constructor": "c"}'), '/x');
    expect([...map]).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
    expect(decoder.stringMap({}, '/x').get('constructor')).toBeUndefined();
    decoder.object(parse('{"__proto__": {"spec": {}}}'), '/y', ['spec']);
    expect(decoder.issues.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['field.unknown', '/y/__proto__'],
    ]);
  });

  test('a null value of a map is the empty string, as in Go', () => {
    expect([...new Decoder().stringMap(parse('{"a": null}'), '')]).toEqual([['a', '']]);
  });

  test.each([
    [null, 'null'],
    [undefined, 'null'],
    [[], 'a list'],
    [{}, 'an object'],
    [3, 'the number 3'],
    ['text', 'a string'],
    [true, 'a boolean'],
  ])('kindOf %j is %s', (value, kind) => {
    expect(kindOf(value)).toBe(kind);
  });
});
