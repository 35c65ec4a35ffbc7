/** The copy of exceptions: by namespace, told of changes, and empty while it is too old to be believed. */
import { expect, test } from '@jest/globals';
import { exceptionCopy } from '../../src/cluster/exceptionCopy.ts';
import type { JsonObject } from '../../src/k8s/json.ts';

const exception = (namespace: string, reason: string): JsonObject => ({
  metadata: { name: 'one', namespace },
  spec: { target: { boundaries: ['b'] }, category: 'Waiver', reason, expiresAt: '2026-12-01T00:00:00Z' },
});

function following(): {
  readonly put: (key: string, object: JsonObject | undefined) => void;
  readonly age: (millis: number | undefined) => void;
  readonly copy: ReturnType<typeof exceptionCopy>;
} {
  const objects = new Map<string, JsonObject>();
  let age: number | undefined = 0;
  let tell: (key: string) => void = () => undefined;
  const copy = exceptionCopy((_, changed) => {
    tell = changed;
    return {
      get: (key) => objects.get(key),
      keys: () => objects.keys(),
      listed: () => age !== undefined,
      age: () => age,
      served: () => true,
    };
  }, 60_000);
  return {
    put: (key, object) => {
      if (object === undefined) objects.delete(key);
      else objects.set(key, object);
      tell(key);
    },
    age: (millis) => {
      age = millis;
    },
    copy,
  };
}

const reason = 'long enough to be a reason';
const names = (all: readonly { readonly name: string }[]): readonly string[] => all.map(({ name }) => name);

test('holds what can be read, by namespace, and tells every change', () => {
  const { put, copy } = following();
  const told: string[] = [];
  copy.onChange((key) => void told.push(key));
  put('a/one', exception('a', reason));
  put('b/one', exception('b', reason));
  const before = copy.all();
  expect(copy.all()).toBe(before);
  expect([names(copy.of('a')), names(copy.of('c')), names(before)]).toEqual([
    ['a/one'],
    [],
    ['a/one', 'b/one'],
  ]);
  put('a/one', exception('a', 'short'));
  put('b/one', undefined);
  expect([copy.all(), copy.of('a')]).toEqual([[], []]);
  expect(told).toEqual(['a/one', 'b/one', 'a/one', 'b/one']);
});

test.each([
  ['before it was listed', undefined, false],
  ['while it is fresh', 60_000, true],
  ['when it is too old', 60_001, false],
])('%s', (_, millis, counts) => {
  const { put, age, copy } = following();
  put('a/one', exception('a', reason));
  age(millis);
  expect([copy.certain(), copy.of('a').length === 1, copy.all().length === 1]).toEqual([
    counts,
    counts,
    counts,
  ]);
});
