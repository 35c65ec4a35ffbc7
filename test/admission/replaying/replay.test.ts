// Replay: what draft rules would have said, from records alone; and never a word about what a record does not hold.
import { describe, expect, test } from '@jest/globals';
import { hiddenOf, veiled } from '../../../src/admission/replaying/hidden.ts';
import { replayer } from '../../../src/admission/replaying/replay.ts';
import type { Replayed } from '../../../src/admission/replaying/replay.ts';
import { add, changesOf, gapsOf, newTally } from '../../../src/admission/replaying/tally.ts';
import { readPast } from '../../../src/admission/replaying/past.ts';
import { specHashOf } from '../../../src/boundary/exceptions/exception.ts';
import { isObject } from '../../../src/k8s/json.ts';
import type { JsonObject } from '../../../src/k8s/json.ts';
import { applyPatch } from '../../../src/k8s/jsonPatch.ts';
import { administrator, object, send, tenants, worldOf } from '../scenario.ts';
import { pastOf, recordText } from './recorded.ts';

const egress = (cidr: string, namespace = 'payments'): JsonObject =>
  object(`
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: ${namespace}}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: ${cidr}}}], ports: [{port: 443}]}]}
`);

const pod = (extra = '', labels = '{app: web}'): JsonObject =>
  object(`
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: payments, labels: ${labels}}
spec:
  ${extra}
  securityContext: {runAsUser: 1000}
  containers:
  - name: app
    image: registry.example/app:1
    env: [{name: PASSWORD, value: hunter2}]
    securityContext: {capabilities: {drop: [ALL]}}
`);

const guardrail = (name: string, expression: string, extra = ''): string => `
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: ${name}}
spec:
  matchConstraints:
    ${extra}
    resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: [pods, networkpolicies]}]
  validations: [{expression: "${expression}", message: refused}]
`;

const wider = tenants.replace('10.20.0.0/16, except: [10.20.9.0/24]', '10.0.0.0/8');
const withoutExternal = tenants.replace('10.20.0.0/16, except: [10.20.9.0/24]', '10.20.1.0/24');

/** Decides under `was`, and replays the record under `draft`. */
function replayed(manifest: JsonObject, was: string, draft: string, inventory = false): Replayed {
  const { rules, known } = worldOf(draft);
  return replayer(rules, inventory ? [...known()] : [])(pastOf(recordText(manifest, was)));
}

describe('what changes', () => {
  test.each([
    ['under the same rules nothing does', egress('10.20.1.0/24'), tenants, tenants, undefined],
    ['a denial under the same rules stays one', egress('0.0.0.0/0'), tenants, tenants, undefined],
    ['a narrower draft denies', egress('10.20.2.0/24'), tenants, withoutExternal, ['allowed', 'denied']],
    ['a wider draft allows', egress('10.30.0.0/16'), tenants, wider, ['denied', 'allowed']],
    [
      'a guardrail that reads what every record holds is judged',
      egress('10.20.1.0/24'),
      tenants,
      tenants + '---' + guardrail('named', "object.metadata.name != 'out'"),
      ['allowed', 'denied'],
    ],
    [
      'a guardrail may read what the object of a pod record holds',
      pod('hostNetwork: true'),
      guardrail('old', 'true'),
      guardrail('host', '!has(object.spec.hostNetwork) || !object.spec.hostNetwork'),
      ['allowed', 'denied'],
    ],
  ] as const)('%s', (_sentence, manifest, was, draft, change) => {
    const found = replayed(manifest, was, draft);
    expect(found.kind === 'unknown' ? found.missing : []).toEqual([]);
    expect(found.kind === 'changed' ? [found.before, found.after] : found.kind).toEqual(change ?? 'same');
  });

  test('a new denial of a Boundary comes with its witness', () => {
    const found = replayed(egress('10.20.2.0/24'), tenants, withoutExternal);
    expect(found.kind === 'changed' && found.violations[0]?.witness?.destination).toEqual({
      ip: '10.20.2.0',
    });
  });
});

describe('exceptions of the draft', () => {
  const spec = {
    target: { boundaries: ['tenants'] },
    allow: { egress: [{ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: [{ port: 443 }] }] },
    category: 'Waiver',
    reason: 'the payment provider is reached directly',
    notBefore: '2026-11-10T00:00:00Z',
    expiresAt: '2026-12-01T00:00:00Z',
  };
  const exception = (change: JsonObject = {}): string => {
    const changed = { ...spec, ...change };
    const approval = {
      ...{ state: 'Approved', by: 'root', at: '2026-11-09T00:00:00Z' },
      specHash: specHashOf(changed),
    };
    return JSON.stringify({
      apiVersion: 'bulkhead.dev/v1alpha1',
      kind: 'GuardrailException',
      metadata: {
        name: 'provider',
        namespace: 'payments',
        annotations: { 'bulkhead.dev/created-by': 'dev' },
      },
      spec: changed,
      status: { approval },
    });
  };
  const wide = egress('203.0.113.7/32');
  const under = (one: string): string => `${tenants}---\n${one}`;
  const day = Date.UTC(2026, 10, 21);

  // Records are of the 21st of November 2026.
  test.each([
    ['one that counted on the day of the record allows', exception(), ['denied', 'warned']],
    ['one that had ended does not', exception({ expiresAt: '2026-11-20T00:00:00Z' }), undefined],
    ['one that had not begun does not', exception({ notBefore: '2026-11-22T00:00:00Z' }), undefined],
  ] as const)('%s', (_sentence, drafted, change) => {
    const found = replayed(wide, tenants, under(drafted));
    expect(found.kind === 'changed' ? [found.before, found.after] : found.kind).toEqual(change ?? 'same');
  });

  test('what was let in by one is replayed where the draft holds it, and not where it does not', () => {
    const world = { ...worldOf(under(exception())), now: day };
    const { decision } = send(wide, world, {}, 'mutate');
    const marked = applyPatch(wide, decision.patch);
    if (!marked.ok || !isObject(marked.value)) throw new Error('not marked');
    const text = recordText(marked.value, under(exception()), {}, 1, day);
    expect(text).toContain('"exceptions":["payments/provider"]');
    expect(replayer(world.rules, [])(pastOf(text))).toEqual({ kind: 'same' });
    expect(replayer(worldOf().rules, [])(pastOf(text))).toEqual({
      kind: 'unknown',
      missing: [{ rule: '', what: 'the exceptions in force: payments/provider' }],
    });
  });
});

describe('what the rules in force read is recorded, and replayed', () => {
  const reading = (expression: string): string => guardrail('old', `${expression} || true`);
  test.each([
    [
      'an image',
      "object.spec.containers.all(c, c.image != '')",
      "object.spec.containers.all(c, !c.image.startsWith('registry'))",
    ],
    ['whether something is there', 'object.spec.containers.all(c, has(c.securityContext))', undefined],
    [
      'whether there is none',
      'object.spec.containers.all(c, has(c.livenessProbe))',
      'object.spec.containers.all(c, has(c.livenessProbe))',
    ],
    [
      'a number',
      'has(object.spec.securityContext.runAsUser)',
      'object.spec.securityContext.runAsUser > 1000',
    ],
    ['how many', 'size(object.spec.containers) < 5', 'size(object.spec.containers) > 1'],
    ['a label', "object.metadata.labels.app == 'x'", "object.metadata.labels.app == 'api'"],
  ])('%s', (_sentence, was, draft) => {
    const found = replayed(pod(), reading(was), guardrail('new', draft ?? was));
    expect(found.kind === 'unknown' ? found.missing : []).toEqual([]);
    expect(found.kind).toBe(draft === undefined ? 'same' : 'changed');
  });

  test.each([
    ['what is inside of what was only asked for', 'has(object.spec.securityContext)'],
    ['an item of a list that was only counted', 'size(object.spec.containers) < 5'],
  ])('%s is not', (_sentence, was) => {
    const draft = was.startsWith('has')
      ? 'object.spec.securityContext.runAsUser > 1000'
      : "object.spec.containers.all(c, c.image != '')";
    expect(replayed(pod(), reading(was), guardrail('new', draft))).toMatchObject({ kind: 'unknown' });
  });

  test('environment variables never are, whatever a rule reads', () => {
    const rule = reading("object.spec.containers.all(c, c.env.all(e, e.value != ''))");
    const text = recordText(pod(), rule);
    expect(text).not.toContain('hunter2');
    expect(replayer(worldOf(rule).rules, [])(pastOf(text))).toMatchObject({ kind: 'unknown' });
  });
});

describe('what cannot be replayed', () => {
  const everyNamespace = guardrail('old', 'true');
  test.each([
    ['an image', "object.spec.containers.all(c, c.image != '')", pod(), 'object.spec.containers.0.image'],
    [
      'whether there is an env',
      'object.spec.containers.all(c, !has(c.env))',
      pod(),
      'object.spec.containers.0.env',
    ],
    [
      'all keys of something',
      "object.spec.containers[0].all(k, k != 'x')",
      pod(),
      'object.spec.containers.0.*',
    ],
    ['a label that was left out', "object.metadata.labels.app == 'web'", pod(), 'object.metadata.labels.app'],
    ['all labels', "object.metadata.labels.all(k, k != 'x')", pod(), 'object.metadata.labels.*'],
    ['the owner', 'has(object.metadata.ownerReferences)', pod(), 'object.metadata.ownerReferences'],
    ['groups of the user', "'x' in request.userInfo.groups", pod(), 'request.userInfo.groups'],
    ['the options of the request', 'has(request.options)', pod(), 'request.options'],
    [
      'the namespace',
      "namespaceObject.metadata.labels['x'] == 'y'",
      pod(),
      'namespaceObject.metadata.labels',
    ],
  ])('%s', (_sentence, expression, manifest, what) => {
    const found = replayed(manifest, everyNamespace, guardrail('reads', expression));
    expect(found.kind === 'unknown' ? found.missing : found).toContainEqual({ rule: 'reads', what });
  });

  test('a selector of a label that was left out', () => {
    const selecting = guardrail('selects', 'false', 'objectSelector: {matchLabels: {app: web}}');
    const found = replayed(pod(), everyNamespace, selecting);
    expect(found).toMatchObject({ kind: 'unknown', missing: [{ rule: 'selects' }] });
    const other = guardrail('selects', 'false', 'objectSelector: {matchLabels: {other: web}}');
    expect(replayed(pod(), everyNamespace, other)).toEqual({ kind: 'same' });
  });

  test('a namespace whose labels count, unless the inventory has it', () => {
    const byEnvironment = tenants.replace(
      'key: bulkhead.dev/tenant, operator',
      'key: bulkhead.dev/environment, operator',
    );
    const found = replayed(egress('10.30.0.0/16'), tenants, byEnvironment);
    expect(found).toMatchObject({ kind: 'unknown', missing: [{ rule: '' }] });
    expect(replayed(egress('10.30.0.0/16'), tenants, byEnvironment, true)).toMatchObject({ kind: 'changed' });
  });

  test('what an administrator was told of a namespace that came under a label', () => {
    const labelled = (labels: string): JsonObject =>
      object(`{apiVersion: v1, kind: Namespace, metadata: {name: free, labels: ${labels}}}`);
    const sent = { user: administrator, old: labelled('{}') };
    const past = pastOf(recordText(labelled('{bulkhead.dev/tenant: payments}'), tenants, sent));
    const found = replayer(worldOf(tenants).rules, [])(past);
    expect(found).toEqual({ kind: 'unknown', missing: [{ rule: '', what: 'what the namespace held' }] });
  });

  test('what one rule denies for certain is denied, whatever another reads', () => {
    const draft = `${guardrail('certain', 'false')}---${guardrail('reads', "object.spec.containers.all(c, c.image != '')")}`;
    const found = replayed(pod(), everyNamespace, draft);
    expect(found).toMatchObject({ kind: 'changed', after: 'denied' });
  });

  test('a record that was cut', () => {
    const text = recordText(egress('10.20.1.0/24'), tenants).replace(
      '"masked":[',
      '"masked":["/subset/object",',
    );
    const { rules } = worldOf();
    expect(replayer(rules, [])(pastOf(text))).toMatchObject({ kind: 'unknown' });
  });
});

describe('hidden parts', () => {
  const look = (read: (value: JsonObject) => unknown): readonly string[] => {
    const touched: string[] = [];
    const value = veiled(
      { a: { b: [{}, {}] }, __proto__x: 1 },
      hiddenOf(['/a/b/0/c', '/d~1e']),
      'o',
      (path) => touched.push(path),
    );
    read(value as JsonObject);
    return touched;
  };
  test.each([
    ['what is there tells nothing', (v: JsonObject) => JSON.stringify(v['a'] === undefined), []],
    ['a hidden member tells', (v: JsonObject) => v['d/e'], ['o.d/e']],
    ['asking for it tells', (v: JsonObject) => Object.hasOwn(v, 'd/e'), ['o.d/e']],
    ['enumerating around it tells', (v: JsonObject) => Object.keys(v), ['o.*']],
  ] as const)('%s', (_sentence, read, told) => {
    expect(look(read)).toEqual(told);
  });
  test('what the first item of a list lacks, every item may lack', () => {
    const touched: string[] = [];
    const value = veiled([{}, {}], hiddenOf(['/0/c']), 'l', (path) => touched.push(path));
    expect((value as JsonObject[]).map((item) => item['c'])).toEqual([undefined, undefined]);
    expect(touched).toEqual(['l.0.c', 'l.1.c']);
  });
});

describe('the sum', () => {
  test('counts by rule and tenant, keeps so many examples, and tells the reasons', () => {
    const tally = newTally();
    const narrow = replayer(worldOf(withoutExternal).rules, []);
    for (let number = 1; number <= 5; number += 1) {
      const past = pastOf(recordText(egress('10.20.2.0/24'), tenants, {}, number));
      add(tally, past, narrow(past), 2);
    }
    const reading = replayer(worldOf(guardrail('reads', 'has(request.options)')).rules, []);
    const past = pastOf(recordText(pod(), guardrail('old', 'true')));
    add(tally, past, reading(past), 2);
    expect(tally).toMatchObject({
      replayed: 5,
      same: 0,
      changed: 5,
      newlyDenied: 5,
      newlyAllowed: 0,
      unknown: 1,
    });
    const [change] = changesOf(tally);
    expect(change).toMatchObject({ rule: 'tenants', tenant: 'payments', count: 5 });
    expect(change?.examples).toHaveLength(2);
    expect(gapsOf(tally)).toMatchObject([{ rule: 'reads', what: 'request.options', count: 1 }]);
  });

  test.each([
    [
      'no verdict',
      { operation: 'CREATE', time: '2026-11-21T00:00:00Z', decisionId: 'x', resource: { kind: 'Pod' } },
    ],
    ['no time', { decision: 'allowed', operation: 'CREATE', decisionId: 'x', resource: { kind: 'Pod' } }],
  ])('a record with %s is none', (_what, event) => {
    expect(readPast(event)).toBeUndefined();
  });
});
