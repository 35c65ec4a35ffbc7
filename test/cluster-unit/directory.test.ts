import { describe, expect, test } from '@jest/globals';
import { NamespaceDirectory, toFacts } from '../../src/cluster/directory.ts';
import type { JsonObject } from '../../src/k8s/json.ts';

const named = (name: string, more: JsonObject = {}): JsonObject => ({
  metadata: { name, resourceVersion: '1', ...more },
});

describe('facts of a namespace', () => {
  test('are its name, labels, version and whether it is being deleted', () => {
    const labels = { team: 'payments', constructor: 'x' };
    expect(toFacts(named('shop', { labels }))).toEqual({
      name: 'shop',
      labels: new Map(Object.entries(labels)),
      terminating: false,
      resourceVersion: '1',
    });
    expect(toFacts(named('shop', { deletionTimestamp: '2026-11-21T00:00:00Z' }))?.terminating).toBe(true);
  });

  test.each<[string, JsonObject]>([
    ['no metadata', {}],
    ['no name', { metadata: { labels: {} } }],
    ['labels that are no words', named('shop', { labels: { team: 1 } })],
    ['labels that are a list', named('shop', { labels: ['team'] })],
  ])('are not made of %s', (_sentence, object) => {
    expect(toFacts(object)).toBeUndefined();
  });
});

describe('the directory', () => {
  test('a snapshot never changes', () => {
    const directory = new NamespaceDirectory();
    directory.replace([named('a'), named('b')]);
    const before = directory.snapshot();
    directory.remove(named('a'));
    directory.apply(named('c'));
    expect([...before.all()].map(({ name }) => name)).toEqual(['a', 'b']);
    expect([...directory.snapshot().all()].map(({ name }) => name)).toEqual(['b', 'c']);
    expect(before.get('c')).toBeUndefined();
  });

  test('one snapshot serves until something changes', () => {
    const directory = new NamespaceDirectory();
    directory.replace([named('a')]);
    const before = directory.snapshot();
    expect(directory.snapshot()).toBe(before);
    directory.apply(named('a', { labels: { team: 'x' } }));
    expect(directory.snapshot()).not.toBe(before);
  });

  test('a list takes away what it does not hold', () => {
    const directory = new NamespaceDirectory();
    directory.replace([named('a'), named('b')]);
    directory.replace([named('b')]);
    expect(directory.snapshot().get('a')).toBeUndefined();
  });

  test('a namespace that becomes unreadable is forgotten, not kept as it was', () => {
    const directory = new NamespaceDirectory();
    directory.replace([named('a')]);
    directory.apply(named('a', { labels: { team: 1 } }));
    expect(directory.snapshot().get('a')).toBeUndefined();
  });

  test('names of the prototype are names', () => {
    const directory = new NamespaceDirectory();
    expect(directory.snapshot().get('constructor')).toBeUndefined();
    directory.apply(named('constructor'));
    expect(directory.snapshot().get('constructor')?.name).toBe('constructor');
  });
});
