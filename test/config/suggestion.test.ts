/** What somebody meant to type. */
import { describe, expect, test } from '@jest/globals';
import { nearest } from '../../src/config/suggestion.ts';

const known = ['address', 'port', 'maxBodyBytes', 'clientCA', 'Deny', 'Narrow'];

describe('the nearest known word', () => {
  test.each([
    ['adress', 'address'],
    ['addres', 'address'],
    ['prot', 'port'],
    ['max_body_bytes', 'maxBodyBytes'],
    ['maxbodybyte', 'maxBodyBytes'],
    ['clientCa', 'clientCA'],
    ['deny', 'Deny'],
    ['narow', 'Narrow'],
    ['xyz', undefined],
    ['', undefined],
    ['unrelated', undefined],
  ])('to %j is %j', (typed, meant) => {
    expect(nearest(typed, known)).toBe(meant);
  });
});
