/** Pointers survive the way there and back, whatever the names. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isWithin, toPointer, toTokens } from '../../src/config/pointer.ts';

describe('JSON pointers', () => {
  test('every list of tokens survives being written and read', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (tokens) => {
        expect(toTokens(toPointer(tokens))).toEqual(tokens);
      }),
    );
  });

  test.each([
    ['a slash', ['a/b'], '/a~1b'],
    ['a tilde', ['~1'], '/~01'],
    ['an index', ['items', 0], '/items/0'],
    ['an empty name', [''], '/'],
    ['nothing', [], ''],
  ])('%s is written as RFC 6901 says', (_, tokens, pointer) => {
    expect(toPointer(tokens)).toBe(pointer);
  });

  test('a text that is no pointer is a bug of the caller', () => {
    expect(() => toTokens('a/b')).toThrow(TypeError);
  });

  test.each([
    ['/a', '/a', true],
    ['/a/b', '/a', true],
    ['/ab', '/a', false],
    ['/a', '', true],
  ])('%j is within %j: %j', (pointer, ancestor, answer) => {
    expect(isWithin(pointer, ancestor)).toBe(answer);
  });
});
