// The scan of what is stored: after every change of rules once all replicas have them, again and again, and never by rules that were replaced.
import { expect, test } from '@jest/globals';
import { toFinding } from '../../src/admission/scanning/finding.ts';
import type { Finding } from '../../src/admission/scanning/finding.ts';
import { podKind } from '../../src/admission/scanning/kinds.ts';
import type { Rules } from '../../src/admission/rules.ts';
import { queue } from '../../src/controllers/controller.ts';
import { stock } from '../../src/controllers/stock.ts';
import type { Scanned, Stock } from '../../src/controllers/stock.ts';
import type { Rollout } from '../../src/controllers/surroundings.ts';
import { clock } from './clock.ts';
import type { Clock } from './clock.ts';
import { rulesOf, stored } from './home.ts';

const walls = (cidr: string): Rules =>
  rulesOf(
    stored('Boundary', 'walls', {
      namespaceSelector: {},
      floor: { mode: 'Audit' },
      egress: [{ to: [{ ipBlock: { cidr } }] }],
    }),
  );

const finding = (name: string, violation: Partial<Finding['violation']> = {}): Finding =>
  toFinding(
    {
      ...{ code: 'boundary.egress', rule: 'walls', kind: 'Boundary', action: 'Deny', field: '', message: '' },
      ...violation,
    },
    { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy', namespace: 'a', name },
    undefined,
    undefined,
  );

interface Scanning {
  readonly time: Clock;
  readonly taken: Stock;
  readonly now: { rules: Rules; rollout: Rollout; fresh: boolean; answer: Scanned };
  /** When each scan began, and since when it was to have begun. */
  readonly at: readonly number[];
  readonly since: readonly number[];
  readonly add: () => void;
  readonly stop: () => Promise<void>;
}

const found = (...findings: readonly Finding[]): Scanned => ({ ok: true, findings, gaps: [] });

function scanning(answer: Scanned = found(), millis = 0): Scanning {
  const time = clock();
  const at: number[] = [];
  const since: number[] = [];
  const now = { rules: walls('10.0.0.0/8'), rollout: { inForce: true, waitingFor: [] }, fresh: true, answer };
  const taken = stock({
    around: { rules: () => now.rules, rollout: () => now.rollout, isFresh: () => now.fresh },
    timing: time,
    everyMillis: 600_000,
    scan: async (_, begunAt) => {
      at.push(time.now());
      since.push(begunAt);
      if (millis > 0) await time.pause(millis, new AbortController().signal);
      return now.answer;
    },
  });
  const looked = queue({ controller: taken, timing: time, observe: () => undefined });
  const stopping = new AbortController();
  const done = looked.run(stopping.signal);
  return {
    ...{ time, taken, now, at, since },
    add: () => looked.addAll(),
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
}

const notScanned = ['what is stored was not scanned yet since the rules changed'];

test('begins seven seconds after the rules came, when nothing is decided by others any more, and then every so often', async () => {
  const { time, taken, at, since, stop } = scanning();
  await time.pass(6_900);
  expect(taken.lacking('walls')).toEqual(notScanned);
  expect(taken.violations('Boundary', 'walls')).toBeUndefined();
  await time.pass(200_000);
  expect(at).toEqual([7_000]);
  expect(taken.lacking('walls')).toEqual([]);
  expect(taken.violations('Boundary', 'walls')).toBe(0);
  await time.pass(600_000);
  expect(at).toEqual([7_000, 607_000]);
  expect(since).toEqual([7_000, 7_000]);
  await stop();
});

test.each([
  ['after a scan', 20_000],
  ['while one is under way', 10_000],
])('begins anew once a replica that decided by other rules %s has these', async (_, when) => {
  const { time, taken, now, add, at, stop } = scanning(found(), 6_000);
  await time.pass(when);
  now.rollout = { inForce: true, waitingFor: ['back'] };
  taken.changed();
  add();
  await time.pass(1_500);
  now.rollout = { inForce: true, waitingFor: [] };
  taken.changed();
  await time.pass(7_000);
  expect(taken.lacking('walls')).toEqual(notScanned);
  await time.pass(14_000);
  expect(at).toHaveLength(2);
  expect(taken.lacking('walls')).toEqual([]);
  await stop();
});

test('waits for every replica, and for what is known', async () => {
  const { time, taken, now, at, stop } = scanning();
  now.rollout = { inForce: true, waitingFor: ['other'] };
  await time.pass(30_000);
  now.rollout = { inForce: true, waitingFor: undefined };
  await time.pass(30_000);
  now.rollout = { inForce: false, waitingFor: [] };
  await time.pass(30_000);
  now.rollout = { inForce: true, waitingFor: [] };
  now.fresh = false;
  await time.pass(30_000);
  expect(at).toEqual([]);
  expect(taken.lacking('walls')).toEqual(notScanned);
  now.fresh = true;
  await time.pass(10_000);
  expect(at).toHaveLength(1);
  now.rollout = { inForce: true, waitingFor: ['late'] };
  expect(taken.lacking('walls')).toEqual(notScanned);
  await stop();
});

test('by rules that were replaced counts for nothing', async () => {
  const { time, taken, now, add, at, stop } = scanning(found(), 5_000);
  await time.pass(8_000);
  now.rules = walls('10.0.0.0/9');
  add();
  await time.pass(5_000);
  expect(at).toEqual([7_000]);
  expect(taken.lacking('walls')).toEqual(notScanned);
  await time.pass(30_000);
  expect(at).toHaveLength(2);
  expect(taken.lacking('walls')).toEqual([]);
  await stop();
});

test('counts each object once, names it, and looks again soon', async () => {
  const { time, taken, now, at, stop } = scanning(
    found(finding('open'), finding('open', { code: 'boundary.never' }), finding('b', { rule: 'others' })),
  );
  await time.pass(8_000);
  expect(taken.violations('Boundary', 'walls')).toBe(1);
  expect(taken.violations('Boundary', 'others')).toBe(1);
  expect(taken.violations('GuardrailPolicy', 'walls')).toBe(0);
  expect(taken.lacking('walls')).toEqual(['stored and outside it: NetworkPolicy a/open']);
  now.answer = found();
  await time.pass(31_000);
  expect(at).toEqual([7_000, 37_000]);
  expect(taken.lacking('walls')).toEqual([]);
  await stop();
});

test.each<[string, Scanned, readonly string[]]>([
  [
    'a floor that is missing, which is told by itself',
    found(finding('bulkhead-floor', { code: 'floor.missing' })),
    [],
  ],
  [
    'a policy kind that is served, which is a clause of its own',
    found(finding('walls.example.com', { kind: 'Configuration', rule: '', code: 'otherPolicies.served' })),
    [],
  ],
  [
    'an object that could not be judged',
    found(finding('odd', { kind: 'Configuration', rule: '', code: 'object.unreadable' })),
    ['stored against the configuration, or not to be judged: NetworkPolicy a/odd'],
  ],
  [
    'pods that could not be listed',
    { ok: true, findings: [], gaps: [{ kind: podKind, message: 'pods are forbidden' }] },
    ['the scan of what is stored was not complete: pods are forbidden'],
  ],
  [
    'a kind of a guardrail that could not be listed, which is nothing to a Boundary',
    {
      ok: true,
      findings: [],
      gaps: [
        {
          kind: { group: '', version: 'v1', kind: 'Secret', resource: 'secrets', namespaced: true },
          message: 'no',
        },
      ],
    },
    [],
  ],
])('tells of %s', async (_sentence, answer, lacking) => {
  const { time, taken, stop } = scanning(answer);
  await time.pass(8_000);
  expect(taken.lacking('walls')).toEqual(lacking);
  await stop();
});

test('that fails is tried again, and leaves nothing proven', async () => {
  const { time, taken, now, at, stop } = scanning({ ok: false, message: 'away' });
  await time.pass(10_000);
  expect(taken.lacking('walls')).toEqual(notScanned);
  now.answer = found();
  await time.pass(20_000);
  expect(at).toHaveLength(2);
  expect(taken.lacking('walls')).toEqual([]);
  await stop();
});

test('of a leader that leads no more counts for nothing', async () => {
  const { time, taken, stop } = scanning();
  await time.pass(8_000);
  expect(taken.lacking('walls')).toEqual([]);
  await stop();
  expect(taken.lacking('walls')).toEqual(notScanned);
});
