// Floors as they are followed: what the copy says of one, and that it says nothing while it is not known to be the present.
import { expect, test } from '@jest/globals';
import { floorCopy } from '../../src/cluster/floorCopy.ts';
import type { ObjectCopy } from '../../src/cluster/objectCopy.ts';

const floor = { metadata: { namespace: 'shop', name: 'bulkhead-floor', resourceVersion: '1' } };

test.each([
  ['is what was stored while the copy is young', 60_000, floor, 'absent'],
  ['is not known while the copy is old, be it there or not', 60_001, 'unknown', 'unknown'],
  ['is not known before the copy was listed', undefined, 'unknown', 'unknown'],
])('a floor %s', (_, age, there, other) => {
  const told: string[] = [];
  let copy: ObjectCopy | undefined;
  const floors = floorCopy((made) => {
    copy = made;
    return { run: () => Promise.resolve(), age: () => age, trouble: () => undefined };
  }, 60_000);
  floors.onChange((namespace) => told.push(namespace));
  copy?.apply(floor);
  expect([floors.floorOf('shop'), floors.floorOf('bank')]).toEqual([there, other]);
  expect(told).toEqual(['shop']);
});
