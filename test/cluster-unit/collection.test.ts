// What a watch may say, line by line; also what no API server should say.
import { describe, expect, test } from '@jest/globals';
import { toEvent } from '../../src/cluster/collection.ts';

const event = (line: unknown): unknown => toEvent(Buffer.from(JSON.stringify(line)), '/api/v1/namespaces');
const object = { metadata: { name: 'shop', resourceVersion: '7' } };

describe('a line of a watch', () => {
  test.each([
    ['ADDED', { type: 'applied', object, resourceVersion: '7' }],
    ['MODIFIED', { type: 'applied', object, resourceVersion: '7' }],
    ['DELETED', { type: 'removed', object, resourceVersion: '7' }],
    ['BOOKMARK', { type: 'bookmark', resourceVersion: '7' }],
  ])('%s', (type, expected) => {
    expect(event({ type, object })).toEqual(expected);
  });

  test.each([
    [410, 'cluster.gone'],
    [500, 'cluster.refused'],
    [undefined, 'cluster.refused'],
  ])('an error of status %s ends the watch as %s', (code, expected) => {
    const status = { kind: 'Status', code, message: 'too old resource version: 1 (2)' };
    expect(event({ type: 'ERROR', object: status })).toMatchObject({
      type: 'failed',
      failure: { code: expected, message: expect.stringContaining('too old resource version') },
    });
  });

  test.each<[string, unknown]>([
    ['another type', { type: 'RENAMED', object }],
    ['no type', { object }],
    ['no object', { type: 'ADDED' }],
    ['an object without version', { type: 'MODIFIED', object: { metadata: { name: 'shop' } } }],
    ['a list', []],
    ['null', null],
  ])('%s is not understood, which leaves only a list', (_sentence, line) => {
    expect(event(line)).toMatchObject({ type: 'failed', failure: { code: 'cluster.unreadable' } });
  });

  test('broken JSON is not passed over', () => {
    expect(toEvent(Buffer.from('{"type":"ADDED"'), '/x')).toMatchObject({
      type: 'failed',
      failure: { code: 'cluster.unreadable' },
    });
  });
});
