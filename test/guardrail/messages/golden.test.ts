/** The words of every mistake at the level of policies, as they were read and found good. */
import { expect, test } from '@jest/globals';
import { answered, written } from './golden.ts';

test('messages read as they did when they were written down', () => {
  expect(answered()).toBe(written());
});

test('there are many of them, and each has something to say', () => {
  expect(written().match(/^### /gm)?.length).toBeGreaterThanOrEqual(55);
  expect(written()).not.toContain('\nno mistake');
});
