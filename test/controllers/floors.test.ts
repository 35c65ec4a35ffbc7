// Floors whose copy is too old: nothing is claimed of them, nothing is written, and waiting costs next to nothing.
import { expect, test } from '@jest/globals';
import { floors } from '../../src/controllers/floors.ts';
import type { Floors } from '../../src/controllers/floors.ts';
import { queue } from '../../src/controllers/controller.ts';
import { listAt, ownAt, stringAt } from '../../src/k8s/json.ts';
import { clock } from './clock.ts';
import { home, namespace, rulesOf, shutFloor, statusOf, stored } from './home.ts';
import type { Home } from './home.ts';

const walls = stored('Boundary', 'walls', {
  namespaceSelector: { matchLabels: { tenant: 'a' } },
  floor: { mode: 'Create', allowDNS: false },
  ingress: [],
  egress: [],
});

const guarded = (): Home =>
  home({
    there: {
      rules: rulesOf(walls),
      boundaries: new Map([['walls', walls]]),
      namespaces: [namespace('a', { tenant: 'a' })],
      floors: new Map([['a', shutFloor]]),
    },
  });

const claim = (one: Home, type: string): unknown =>
  listAt(statusOf(one, 'boundaries', 'walls'), 'conditions').find(
    (condition) => stringAt(condition, 'type') === type,
  );
const present = (one: Home): unknown => ownAt(statusOf(one, 'boundaries', 'walls'), 'floors', 'present');

test('a floor that was seen to stand is not taken for standing while the copy is too old', async () => {
  const one = guarded();
  await one.time.pass(2_000);
  expect(present(one)).toBe(1);
  expect(claim(one, 'Proven')).not.toMatchObject({ message: expect.stringContaining('floor') });
  one.there.areFloorsKnown = false;
  // Nothing that is followed changes: every key is looked at once a minute.
  await one.time.pass(62_000);
  expect(present(one)).toBeUndefined();
  expect(claim(one, 'Proven')).toMatchObject({
    status: 'False',
    message: expect.stringContaining('not known whether floors stand in a: '),
  });
  expect(claim(one, 'Enforced')).toMatchObject({ status: 'Unknown', reason: 'FloorsUnknown' });
  one.there.areFloorsKnown = true;
  await one.time.pass(31_000);
  expect(present(one)).toBe(1);
  await one.stop();
});

interface Watched {
  readonly keeper: Floors;
  /** How often the copy was asked by looks. */
  readonly looks: () => number;
  readonly know: (known: boolean) => void;
}

const watched = (): Watched => {
  let known = true;
  let looks = 0;
  const facts = namespace('a', { tenant: 'a' });
  const nothing = {
    get: () => undefined,
    keys: () => [],
    listed: () => true,
    age: () => 0,
    served: () => false,
  };
  const keeper = floors({
    api: { ask: () => Promise.resolve({ ok: false, failure: { code: 'x', message: 'no' } }) },
    pace: { take: () => Promise.resolve() },
    changed: () => undefined,
    around: {
      rules: () => rules,
      issues: () => [],
      rollout: () => ({ inForce: true, waitingFor: [] }),
      namespaces: () => ({ lookup: () => facts, known: () => [facts] }),
      isFresh: () => true,
      floorOf: () => {
        looks += 1;
        return known ? shutFloor : 'unknown';
      },
      records: nothing,
      boundaries: nothing,
      guardrails: nothing,
      gatedPods: nothing,
    },
  });
  const rules = rulesOf(walls);
  return { keeper, looks: () => looks, know: (value) => (known = value) };
};

test('what is said of a floor falls with the copy, before anybody looks again', async () => {
  const { keeper, know } = watched();
  const signal = new AbortController().signal;
  await keeper.reconcile('a', signal);
  expect(keeper.stands('a')).toBe(true);
  know(false);
  expect(keeper.stands('a')).toBeUndefined();
  await keeper.reconcile('a', signal);
  know(true);
  // Whoever was looked at meanwhile is looked at again first.
  expect(keeper.stands('a')).toBeUndefined();
  await keeper.reconcile('a', signal);
  expect(keeper.stands('a')).toBe(true);
});

test('a copy that stays too old is asked ever more rarely, and soon again once it was known', async () => {
  const time = clock();
  const { keeper, looks, know } = watched();
  know(false);
  const pauses: unknown[] = [];
  const ending = new AbortController();
  const running = queue({
    controller: keeper,
    timing: time,
    observe: (_, __, looked) => pauses.push(looked.outcome === 'again' ? looked.afterMillis : looked.outcome),
  }).run(ending.signal);
  await time.pass(100_000);
  expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  expect(looks()).toBe(pauses.length);
  know(true);
  await keeper.reconcile('a', ending.signal);
  know(false);
  expect(await keeper.reconcile('a', ending.signal)).toEqual({ outcome: 'again', afterMillis: 500 });
  ending.abort();
  await time.pass(1);
  await running;
});
