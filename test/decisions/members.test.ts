// Members found in a text are those that a parser finds.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../src/decisions/canonicalJson.ts';
import { textsIn, walkMembers } from '../../src/decisions/members.ts';

const membersOf = (text: string): [string, string][] | undefined => {
  const found: [string, string][] = [];
  const whole = walkMembers(text, (key, start, end) => found.push([key, text.slice(start, end)]));
  return whole ? found : undefined;
};

describe('members of a text', () => {
  test('are those of the parsed object, in the same order', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('"', '\\', '}', ',', '":')), fc.jsonValue()),
        (object) => {
          const text = JSON.stringify(object);
          const expected = Object.entries(object).map(([key, value]) => [
            JSON.stringify(key).slice(1, -1),
            `${JSON.stringify(key)}:${JSON.stringify(value)}`,
          ]);
          expect(membersOf(text)).toEqual(expected);
        },
      ),
    );
  });

  test.each([
    ['nothing', ''],
    ['a list', '[1]'],
    ['a text', '"{}"'],
    ['a beginning', '{"a":1'],
    ['a string without end', '{"a":"b}'],
    ['a string that ends in an escaped quote', '{"a":"b\\"}'],
    ['an object with something behind it', '{"a":1}x'],
    ['two objects', '{"a":1}{"b":2}'],
    ['a comma too many', '{"a":1,}'],
    ['a key that is no string', '{a:1}'],
    ['white space', '{ "a":1}'],
  ])('%s has none', (_what, text) => {
    expect(membersOf(text)).toBeUndefined();
    expect(textsIn(text, new Set(['a']))).toBeUndefined();
  });
});

test('texts are unescaped, and what is no text is passed over', () => {
  const text = canonicalJson({ a: 'x"\n', b: { a: 'inner' }, c: 5, d: 'plain', e: 'unasked' });
  expect(textsIn(text, new Set(['a', 'b', 'c', 'd']))).toEqual(
    new Map([
      ['a', 'x"\n'],
      ['d', 'plain'],
    ]),
  );
});
