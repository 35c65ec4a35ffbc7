// The record-hash, against the obvious way to make it; and what nobody can change without changing it.
import { hash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../src/decisions/canonicalJson.ts';
import { recordHashOf } from '../../src/decisions/recordHash.ts';
import { decisionEvent } from './sampleLog.ts';

const obvious = (event: object): string => {
  const covered = Object.entries(event).filter(([key]) => key !== 'masked' && key !== 'subset');
  return hash('sha256', canonicalJson(Object.fromEntries(covered)));
};

test('is the hash of the canonical JSON without masked and subset', () => {
  const key = fc.oneof(fc.string(), fc.constantFrom('masked', 'subset', 'patch', '\\', '"'));
  fc.assert(
    fc.property(fc.dictionary(key, fc.jsonValue()), (event) => {
      // As parsed: JSON knows no -0.
      const plain = JSON.parse(JSON.stringify(event)) as object;
      expect(recordHashOf(canonicalJson(plain))).toBe(obvious(plain));
    }),
  );
});

describe('of a decision', () => {
  const text = canonicalJson(decisionEvent(7));
  const own = recordHashOf(text);

  test.each([
    ['what was decided', '"decision":"allowed"', '"decision":"denied"'],
    ['who asked', '"username":"dev"', '"username":"eve"'],
    ['what it was about', '"name":"pod-7","namespace"', '"name":"pod-8","namespace"'],
    ['when', 'T00:00:00.007Z', 'T00:00:00.008Z'],
    ['under which rules', '0123456789abcdef', '0123456789abcdee'],
    ['a second member that a parser would prefer', '"subset":{', '"decision":"denied","subset":{'],
    ['a member inside the subset that is none', '"subset":{', '"subset":{},"decision":"denied","x":{'],
    ['the subset under another name', '"subset":{', '"subsets":{'],
    ['white space', '"patch":[]', '"patch": []'],
  ])('%s cannot be changed', (_what, from, to) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    expect(recordHashOf(changed)).not.toBe(own);
  });

  test.each([
    ['the excerpt', '"hostNetwork":false', '"hostNetwork":true'],
    ['what was left out of it', '"masked":[]', '"masked":["/subset"]'],
  ])('%s is left to the chain', (_what, from, to) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    expect(recordHashOf(changed)).toBe(own);
  });

  test('there is none of what is no object', () => {
    expect(recordHashOf('{"a":')).toBeUndefined();
  });
});
