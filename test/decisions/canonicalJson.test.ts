// Canonical JSON against the obvious way to write it, and against the vectors of RFC 8785.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../src/decisions/canonicalJson.ts';

/** The obvious writer: sort the keys of every object by their UTF-16 code units, write everything else as ECMAScript does. */
function obvious(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(obvious).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const units = (text: string): string =>
    [...Array(text.length).keys()].map((at) => text.charCodeAt(at).toString(16).padStart(4, '0')).join('');
  const members = Object.entries(value).sort(([a], [b]) => (units(a) < units(b) ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${obvious(member)}`).join(',')}}`;
}

/** Keys that tempt: numbers, which ECMAScript puts first, prototypes, and what needs an escape. */
const keys = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', '1', '10', '9', '-', 'a"b', 'é', '\u{10000}', '\uffff', ''),
);
const { json } = fc.letrec<{ json: unknown; list: unknown[]; object: object }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('json'), { maxLength: 5 }),
  object: fc
    .uniqueArray(fc.tuple(keys, tie('json')), { maxLength: 6, selector: ([key]) => key })
    // JSON.parse makes own properties of every key; Object.fromEntries does too.
    .map((members) => Object.fromEntries(members) as object),
}));

test('writes what the obvious writer writes', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(canonicalJson(value)).toBe(obvious(value));
    }),
  );
});

test('the order of members makes no difference', () => {
  fc.assert(
    fc.property(json, fc.infiniteStream(fc.nat()), (value, chance) => {
      const shuffled = JSON.parse(JSON.stringify(value), (_key, member: unknown) =>
        typeof member === 'object' && member !== null && !Array.isArray(member)
          ? Object.fromEntries(
              Object.entries(member)
                .map((entry) => ({ entry, rank: chance.next().value as number }))
                .sort((a, b) => a.rank - b.rank)
                .map(({ entry }) => entry),
            )
          : member,
      ) as unknown;
      expect(canonicalJson(shuffled)).toBe(canonicalJson(JSON.parse(JSON.stringify(value))));
    }),
  );
});

test('reading it back and writing it again changes nothing', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});

describe('the vectors of RFC 8785', () => {
  test.each([
    [
      'numbers, escapes and literals (3.2.2)',
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ],
    [
      'the order of keys (3.2.3)',
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ],
  ])('%s', (_sentence, input, expected) => {
    expect(canonicalJson(JSON.parse(input))).toBe(expected);
  });
});

describe('what JSON cannot say', () => {
  test.each([
    ['half a surrogate pair', { a: '\ud800', b: '\\ud800' }, '{"a":"\ufffd","b":"\\\\ud800"}'],
    ['a member that is undefined', { b: 1, a: undefined }, '{"b":1}'],
    ['a number that is not finite', [Number.POSITIVE_INFINITY, -0], '[null,0]'],
  ])('%s', (_sentence, value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });
});
