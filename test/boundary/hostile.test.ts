/** Policies that were made to cost much: refused within the counted budget, the same way each time, in little time. */
import { describe, expect, test } from '@jest/globals';
import { admit } from '../../src/admission/admit.ts';
import type { Decision } from '../../src/admission/decision.ts';
import { required } from '../../src/admission/required.ts';
import type { Door } from '../../src/admission/world.ts';
import type { JsonObject } from '../../src/k8s/json.ts';
import { object, request, worldOf } from '../admission/scenario.ts';
import { clauses, hostile, hundredBoxes } from './hostile.ts';

const namespaces =
  '{apiVersion: v1, kind: Namespace, metadata: {name: payments, labels: {bulkhead.dev/tenant: payments}}}';
const settings = { cluster: { podCIDRs: ['10.244.0.0/16'] } };
const worlds = {
  'a boundary of 100 boxes': worldOf(hundredBoxes, namespaces, settings),
  'a boundary that is a 3-SAT question': worldOf(clauses, namespaces, settings),
};
const narrowing = worldOf(clauses.replace('floor:', 'onExcess: Narrow\n  floor:'), namespaces, settings);

/** Generous beside the 50 ms that are promised for a machine of its own; without the bounds these take seconds to minutes. */
const mostMilliseconds = 150;

/** How often each is tried, and how often more, a moment apart, where that took too long: some machines are slow for some seconds. */
const tries = 3;
const moreTries = 15;

const pause = (millis: number): unknown =>
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);

/** Processor time of the fastest try in milliseconds: this machine has other work, and the first tries compile. */
function fastest(
  door: Door,
  world: (typeof worlds)['a boundary of 100 boxes'],
  manifest: JsonObject,
  most = mostMilliseconds,
): { milliseconds: number; decisions: Decision[] } {
  let milliseconds = Infinity;
  const decisions: Decision[] = [];
  for (let tried = 0; tried < tries || (tried < tries + moreTries && milliseconds >= most); tried += 1) {
    if (tried >= tries) pause(500);
    const before = process.cpuUsage();
    required(request(manifest), world);
    decisions.push(admit(request(manifest), world, door).decision);
    const { user, system } = process.cpuUsage(before);
    milliseconds = Math.min(milliseconds, (user + system) / 1000);
  }
  return { milliseconds, decisions };
}

describe.each(Object.entries(worlds))('in %s', (name, world) => {
  test.each(Object.entries(hostile))('%s', (what, make) => {
    const { milliseconds, decisions } = fastest('validate', world, make());
    expect(milliseconds).toBeLessThan(mostMilliseconds);
    const isHarmless = what.startsWith('literals') && name.includes('100');
    for (const decision of decisions) expect(decision.allowed).toBe(isHarmless);
    expect(decisions[1]).toEqual(decisions[0]);
    expect(decisions[0]?.violations.length).toBeLessThanOrEqual(64);
  });
});

describe('narrowing', () => {
  test.each(Object.entries(hostile))('%s', (_what, make) => {
    const most = 2 * mostMilliseconds;
    expect(fastest('mutate', narrowing, make(), most).milliseconds).toBeLessThan(most);
  });
});

test('what is denied for its size is said to be', () => {
  const { decisions } = fastest(
    'validate',
    worlds['a boundary of 100 boxes'],
    hostile['5,000 rules']?.() ?? {},
  );
  expect(decisions[0]?.violations.map(({ code, field }) => [code, field])).toEqual([
    ['boundary.unproven', '/spec'],
  ]);
});

test('labels and annotations named __proto__ and constructor are data', () => {
  const manifest = object(
    '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: payments, labels: {__proto__: x, constructor: c}, annotations: {__proto__: z}}, spec: {podSelector: {matchLabels: {constructor: x}}, egress: [{to: [{podSelector: {matchLabels: {toString: v, hasOwnProperty: w}}}]}]}}',
  );
  const { decisions } = fastest('validate', worlds['a boundary of 100 boxes'], manifest);
  expect(decisions[0]?.failure).toBeUndefined();
  expect(decisions[0]).toMatchObject({ allowed: true, violations: [] });
});
