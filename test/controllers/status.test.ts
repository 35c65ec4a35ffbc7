// The status of a Boundary: it says what is known, and is looked at again whenever that becomes something else.
import { expect, test } from '@jest/globals';
import type { Issue } from '../../src/config/issue.ts';
import { listAt, ownAt, stringAt } from '../../src/k8s/json.ts';
import { home, namespace, rulesOf, shutFloor, statusOf, stored } from './home.ts';
import type { Home, There } from './home.ts';

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

const claims = (one: Home, plural: string, name: string): Record<string, unknown> =>
  Object.fromEntries(
    listAt(statusOf(one, plural, name), 'conditions').map((condition) => [
      stringAt(condition, 'type') ?? '',
      [stringAt(condition, 'status'), stringAt(condition, 'reason'), stringAt(condition, 'message')],
    ]),
  );
const issue = (file: string): Issue => ({
  ...{ code: 'x', message: 'is wrong', pointer: '/spec/floor', file },
  ...{ line: 1, column: 1 },
});

test('takes nothing for attested by records that were last heard of long ago', async () => {
  const proofAt = async (recordsAge: number): Promise<unknown> => {
    const one = home({
      there: { rules: rulesOf(walls), boundaries: new Map([['walls', walls]]), recordsAge },
    });
    await one.time.pass(1_000);
    const { Proven } = claims(one, 'boundaries', 'walls');
    await one.stop();
    return Proven;
  };
  const told = expect.stringContaining('not known whose labels are attested');
  expect(await proofAt(60_000)).not.toEqual(['False', 'NotProven', told]);
  expect(await proofAt(60_001)).toEqual(['False', 'NotProven', told]);
});

test.each<[string, Partial<There>, readonly [string, string, RegExp], readonly [string, string]]>([
  ['is in force', {}, ['True', 'InForce', /in force/], ['Unknown', 'RegistrationUnknown']],
  [
    'is in force here, and others lag',
    { rollout: { inForce: true, waitingFor: ['b', 'c'] } },
    ['True', 'RollingOut', /until these replicas have it: b, c/],
    ['False', 'RollingOut'],
  ],
  [
    'is in force here, and nobody knows of others',
    { rollout: { inForce: true, waitingFor: undefined } },
    ['True', 'RollingOut', /not known yet/],
    ['Unknown', 'RollingOut'],
  ],
  [
    'does not compile, and no rules are in force',
    { rollout: { inForce: false, waitingFor: undefined }, issues: [issue('cluster:Boundary/walls')] },
    ['False', 'NotCompiled', /^no rules are in force and nobody is ready: \/spec\/floor: is wrong \(x\)$/],
    ['False', 'NotInForce'],
  ],
  [
    'waits for another rule to be mended',
    { rollout: { inForce: false, waitingFor: undefined }, issues: [issue('cluster:Boundary/other')] },
    ['False', 'OthersNotCompiled', /cluster:Boundary\/other \/spec\/floor: is wrong/],
    ['False', 'NotInForce'],
  ],
])('a Boundary that %s says so', async (_sentence, there, accepted, enforced) => {
  const one = home({ there: { rules: rulesOf(walls), boundaries: new Map([['walls', walls]]), ...there } });
  await one.time.pass(3_000);
  const { Accepted, Enforced, Proven } = claims(one, 'boundaries', 'walls');
  expect(Accepted).toEqual([...accepted.slice(0, 2), expect.stringMatching(accepted[2])]);
  expect(Enforced).toEqual([...enforced, expect.any(String)]);
  expect(Proven).toEqual(['False', expect.any(String), expect.any(String)]);
  await one.stop();
});

test('a changed one that does not compile says that what was before stays, and counts nothing by it', async () => {
  const changed = { ...walls, metadata: { name: 'walls', generation: 2 }, spec: { floor: {} } };
  const one = home({
    there: {
      rules: rulesOf(walls),
      boundaries: new Map([['walls', changed]]),
      issues: [issue('cluster:Boundary/walls')],
    },
    further: { violations: () => 7 },
  });
  await one.time.pass(3_000);
  expect(claims(one, 'boundaries', 'walls')).toMatchObject({
    Accepted: ['False', 'NotCompiled', 'the last good rules stay in force: /spec/floor: is wrong (x)'],
    Proven: ['False', 'NotProven', expect.stringContaining('what is stored is not what is in force')],
  });
  expect(statusOf(one, 'boundaries', 'walls')).toMatchObject({ observedGeneration: 2 });
  expect(ownAt(statusOf(one, 'boundaries', 'walls'), 'violations')).toBeUndefined();
  await one.stop();
});

test('a GuardrailPolicy says whether it is in force, and how many objects break it', async () => {
  const names = {
    matchConstraints: {
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    },
    validations: [{ expression: 'true' }],
  };
  const guardrail = stored('GuardrailPolicy', 'names', names);
  const one = home({
    there: { rules: rulesOf(guardrail), guardrails: new Map([['names', guardrail]]) },
    further: { violations: (kind, name) => (kind === 'GuardrailPolicy' && name === 'names' ? 3 : undefined) },
  });
  await one.time.pass(2_000);
  expect(claims(one, 'guardrailpolicies', 'names')).toEqual({
    Accepted: ['True', 'InForce', expect.any(String)],
  });
  expect(statusOf(one, 'guardrailpolicies', 'names')).toMatchObject({ observedGeneration: 1, violations: 3 });
  one.there.guardrails.set('names', { ...guardrail, spec: { ...names, validations: [] } });
  one.there.issues = [issue('cluster:GuardrailPolicy/names')];
  one.controllers.changed({ of: 'guardrail', key: 'names' });
  await one.time.pass(2_000);
  expect(claims(one, 'guardrailpolicies', 'names')).toMatchObject({
    Accepted: ['False', 'NotCompiled', 'the last good rules stay in force: /spec/floor: is wrong (x)'],
  });
  await one.stop();
});
