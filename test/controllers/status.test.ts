// The status of a Boundary: it says what is known, and is looked at again whenever that becomes something else.
import { expect, test } from '@jest/globals';
import { ownAt } from '../../src/k8s/json.ts';
import { home, namespace, rulesOf, shutFloor, statusOf, stored } from './home.ts';

const walls = stored('Boundary', 'walls', {
  namespaceSelector: { matchLabels: { tenant: 'a' } },
  floor: { mode: 'Create', allowDNS: false },
  ingress: [],
  egress: [],
});

test('follows what the floors controller finds out later, though nothing that is stored changed', async () => {
  const names = ['a', 'b', 'c', 'd', 'last'];
  const slow = home({
    there: {
      rules: rulesOf(walls),
      boundaries: new Map([['walls', walls]]),
      namespaces: names.map((name) => namespace(name, { tenant: 'a' })),
      floors: new Map([['last', shutFloor]]),
    },
    // Four floors cannot be written, and whoever tries waits ten seconds for that answer: four keys are worked on at once.
    answer: (path, time) =>
      path.endsWith('/networkpolicies/bulkhead-floor')
        ? time
            .pause(10_000, new AbortController().signal)
            .then(() => ({ ok: false, failure: { code: 'x', message: 'no' } }))
        : undefined,
  });
  await slow.time.pass(5_000);
  expect(ownAt(statusOf(slow, 'boundaries', 'walls'), 'floors')).toEqual({ present: 0, missing: 5 });
  await slow.time.pass(10_000);
  expect(ownAt(statusOf(slow, 'boundaries', 'walls'), 'floors')).toEqual({ present: 1, missing: 4 });
  await slow.stop();
});

test('counts nothing while namespaces are not known, and everything once they are', async () => {
  const namespaces = [namespace('a', { tenant: 'a' })];
  const there = {
    rules: rulesOf(walls),
    boundaries: new Map([['walls', walls]]),
    floors: new Map([['a', shutFloor]]),
    namespaces,
  };
  const cut = home({ there });
  await cut.time.pass(2_000);
  const counted = { namespaces: 1, floors: { present: 1, missing: 0 } };
  expect(statusOf(cut, 'boundaries', 'walls')).toMatchObject(counted);
  Object.assign(cut.there, { isFresh: false, namespaces: [] });
  cut.controllers.changed({ of: 'rules' });
  await cut.time.pass(5_000);
  expect(statusOf(cut, 'boundaries', 'walls')).toMatchObject(counted);
  // The copy is fresh again, and nobody says so: what was known is known again.
  Object.assign(cut.there, { isFresh: true, namespaces });
  await cut.time.pass(3_000);
  expect(statusOf(cut, 'boundaries', 'walls')).toMatchObject(counted);
  await cut.stop();
});
