// Objects made to hurt, and expressions that look for a way out.
import { describe, expect, test } from '@jest/globals';
import { refusal, run } from './running.ts';

const parsed = (text: string): unknown => JSON.parse(text) as unknown;

describe('names of JavaScript', () => {
  test.each([
    'object.__proto__',
    'object.constructor',
    'object.constructor.constructor("return process")()',
    'object["__proto__"]["polluted"]',
    'object.toString',
    'object.hasOwnProperty("a")',
    'object.l.length',
    'object.l.push(1)',
    'object.s.length',
    'object.s.constructor',
    'object.n.toFixed',
    'object.?__proto__.value()',
    'object.valueOf()',
  ])('mean nothing: %s', (source) => {
    const answer = refusal(source)[0] ?? run(source, { object: { l: [1], s: 'a', n: 1 } });
    expect(answer).toMatch(/^cel\.(noSuchKey|noSuchOverload|optionalNone|unknownFunction|syntaxError)$/);
  });

  test.each([
    'process',
    'globalThis',
    'require',
    'fetch',
    'now',
    'Date',
    'this',
    'self',
    'eval',
    '__proto__',
  ])('are no variables: %s', (name) => {
    expect(refusal(name)).toEqual(['cel.unknownVariable']);
  });

  test('are fields where the object has them', () => {
    const object = parsed(
      '{"__proto__": {"a": 1}, "constructor": "c", "toString": null, "hasOwnProperty": 2}',
    );
    expect(run('object.__proto__.a', { object })).toBe(1);
    expect(run('object.constructor', { object })).toBe('c');
    expect(run('has(object.toString)', { object })).toBe(true);
    expect(run('object.map(k, k)', { object })).toEqual([
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
    ]);
    expect(run('object == {"a": 1}', { object })).toBe(false);
  });

  test('can be the keys of maps that an expression makes', () => {
    const made = run('{"__proto__": {"polluted": true}}.transformMap(k, v, v)');
    expect(JSON.stringify(made)).toBe('{"__proto__":{"polluted":true}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(run('["__proto__"].transformMapEntry(i, k, {k: i})["__proto__"]')).toBe(0);
  });

  test('are not the names of variables unless they were given', () => {
    expect(run('params', Object.create({ params: 1 }) as Record<string, unknown>)).toBe(
      'cel.unboundVariable',
    );
  });
});

describe('values that JSON does not have', () => {
  test.each([
    ['object.a', { a: () => 1 }, 'cel.notJson'],
    ['object.a == 1', { a: undefined }, 'cel.noSuchKey'],
    ['object.a[0]', { a: [Symbol('x')] }, 'cel.notJson'],
    ['object.a', { a: Infinity }, 'Infinity'],
    ['object.a > 1', { a: Infinity }, true],
    ['object.a == object.a', { a: Number.NaN }, false],
  ])('%s of %p', (source, object, answer) => {
    const outcome = run(source, { object });
    expect(
      ['cel.noSuchKey', 'cel.notJson'].includes(String(answer)) ? [answer, 'cel.notJson'] : [answer],
    ).toContainEqual(outcome);
  });

  test('a getter is not a hole: it is read like a field, at most', () => {
    let reads = 0;
    const object = {
      get a() {
        reads += 1;
        return reads;
      },
    };
    expect(run('object.a == 1', { object })).toBe(true);
  });

  test('a cycle ends with the budget', () => {
    const object: Record<string, unknown> = {};
    object['self'] = object;
    const other: Record<string, unknown> = {};
    other['self'] = other;
    expect(run('object.self.self.self == null', { object })).toBe(false);
    expect(run('object == oldObject', { object, oldObject: other })).toBe('cel.costExceeded');
  });
});

describe('numbers', () => {
  test('that lost digits are refused, not rounded', () => {
    const object = parsed('{"a": 9007199254740993, "b": 9223372036854775807}');
    expect(run('object.a == 9007199254740993', { object })).toBe('cel.impreciseNumber');
    expect(run('object.b > 0', { object })).toBe('cel.impreciseNumber');
    expect(run('object.a < 5 || true', { object })).toBe(true);
  });

  test('are exact as bigints', () => {
    expect(run('object.a + 1 == 9007199254740994', { object: { a: 9007199254740993n } })).toBe(true);
  });

  test('beyond 64 bits are doubles, as in Kubernetes', () => {
    expect(run('type(object.a) == double', { object: parsed('{"a": 9223372036854777856}') })).toBe(true);
    expect(run('object.a > 1e300', { object: parsed('{"a": 1e400}') })).toBe(true);
  });

  test('without a fraction are ints however they were written', () => {
    expect(run('type(object.a) == int', { object: parsed('{"a": 3}') })).toBe(true);
  });
});

describe('text', () => {
  test('is counted in code points', () => {
    expect(run('object.a.size()', { object: { a: '😀é' } })).toBe(2);
    expect(run('object.a.charAt(0)', { object: { a: '😀é' } })).toBe('😀');
  });

  test('with half a character is text all the same', () => {
    const object = parsed(String.raw`{"a": "x\ud800y", "b": "\udc00"}`);
    expect(run('object.a.size()', { object })).toBe(3);
    expect(run('object.a.contains("y")', { object })).toBe(true);
    expect(run('object.b == "b"', { object })).toBe(false);
  });
});

describe('sources', () => {
  test.each([
    ['brackets', '('.repeat(50_000)],
    ['lists', '['.repeat(5000) + ']'.repeat(5000)],
    ['signs', `${'- '.repeat(20_001)}object.n`],
    ['sums', Array.from({ length: 20_000 }, () => '1').join('+')],
    ['choices', 'true ? 1 : '.repeat(5000) + '1'],
    ['paths', `object${'.a'.repeat(20_000)}`],
    ['calls', `object${'.f()'.repeat(5000)}`],
    ['ands', Array.from({ length: 20_000 }, () => 'true').join('&&')],
    ['loops', `${'[1].all(x, '.repeat(500)}true${')'.repeat(500)}`],
    ['length', `"${'a'.repeat(100_001)}"`],
    ['control characters', '\u0000\u0001'],
    ['half a character', '"\ud800"'],
  ])('of %s without end are read or refused, never thrown at', (_name, source) => {
    expect(() => refusal(source)).not.toThrow();
  });
});
