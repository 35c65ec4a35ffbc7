// The words of every message, as they were read and found good.
import { expect, test } from '@jest/globals';
import { answered, written } from './golden.ts';

test('messages read as they did when they were written down', () => {
  expect(answered()).toBe(written());
});

test('there are many of them', () => {
  expect(written().match(/^> /gm)?.length).toBeGreaterThan(130);
});
