// An administrator adds a protected label: what the namespace holds is judged under it, and told in words that never refuse.
import { describe, expect, test } from '@jest/globals';
import { admit } from '../../../src/admission/admit.ts';
import type { Decision } from '../../../src/admission/decision.ts';
import { promptBudget } from '../../../src/admission/allowance.ts';
import { required } from '../../../src/admission/required.ts';
import { warningsOf } from '../../../src/admission/respond.ts';
import { tellStored } from '../../../src/admission/scanning/onboarding.ts';
import type { StoredObjects, World } from '../../../src/admission/world.ts';
import type { Attributes, UserInfo } from '../../../src/k8s/attributes.ts';
import type { JsonObject } from '../../../src/k8s/json.ts';
import { administrator, developer, object, request, tenants, worldOf } from '../scenario.ts';

const labelled = (labels: string, name = 'free'): JsonObject =>
  object(`{apiVersion: v1, kind: Namespace, metadata: {name: ${name}, labels: ${labels}}}`);

interface Update {
  readonly before?: string;
  readonly after?: string;
  readonly user?: UserInfo;
  readonly subresource?: string;
  readonly name?: string;
}
const update = (given: Update = {}): Attributes => {
  const { before = '{}', after = '{bulkhead.dev/tenant: payments}', user = administrator, name } = given;
  return request(labelled(after, name), {
    user,
    old: labelled(before, name),
    subresource: given.subresource ?? '',
  });
};

/** Items of a list: they carry no kind. */
const policy = (name: string, spec: string): JsonObject =>
  object(`{metadata: {name: ${name}, namespace: free}, spec: ${spec}}`);
const container = '{name: app, image: app, securityContext: {capabilities: {drop: [NET_RAW]}}}';
const pod = (name: string, spec = ''): JsonObject =>
  object(`{metadata: {name: ${name}, namespace: free}, spec: {${spec}containers: [${container}]}}`);
const own = '{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}';
const tenantPeer = (tenant: string): string =>
  `{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {bulkhead.dev/tenant: ${tenant}}}}]}]}`;
const world = worldOf();
const open = '{podSelector: {}, ingress: [{}]}';
const onHost = 'hostNetwork: true, ';

type Held = Partial<Record<'policies' | 'pods', readonly JsonObject[]>> & { readonly more?: number };
const holding = ({ policies = [], pods = [], more = 0 }: Held): StoredObjects => ({
  policies: { objects: policies, more: 0 },
  pods: { objects: pods, more },
});

/** The decision where there is time for so many objects. */
function told(stored: StoredObjects, attributes = update(), seen: World = world, most = Infinity): Decision {
  const live = { ...seen, storedIn: (name: string) => (name === 'free' ? stored : undefined) };
  const telling = tellStored(admit(attributes, live, 'validate'), live);
  let step = telling.next(false);
  for (let done = 0; step.done !== true; done += 1) step = telling.next(done >= most);
  return step.value.decision;
}
const warnings = (held: Held, seen?: World): readonly string[] =>
  warningsOf(told(holding(held), update(), seen));

describe('what is stored', () => {
  test('inside the new boundary is no word worth', () => {
    const policies = [policy('own', own), policy('same', tenantPeer('payments'))];
    expect(warnings({ policies, pods: [pod('web')] })).toEqual([]);
  });

  test('outside it is told, each object in one line of at most 120 characters, and the update is allowed', () => {
    const policies = [policy('own', own), policy('open', open), policy('other', tenantPeer('orders'))];
    const decision = told(holding({ policies, pods: [pod('web'), pod('on-host', onHost)] }));
    expect(decision).toMatchObject({ allowed: true, violations: [] });
    const lines = warningsOf(decision);
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'stored NetworkPolicy open would be denied',
      'stored NetworkPolicy other would be denied',
      'stored Pod on-host would be denied',
    ]);
    for (const line of lines) expect(line).toMatch(/^[\x20-\x7e]{1,120}$/);
  });

  test('is judged by the labels that the namespace gets, not by those that it had', () => {
    expect(warnings({ policies: [policy('same', tenantPeer('payments'))] })).toEqual([]);
    const orders = update({ after: '{bulkhead.dev/tenant: orders}' });
    const held = holding({ policies: [policy('same', tenantPeer('payments'))] });
    expect(told(held, orders).warnings).toHaveLength(1);
  });

  test('is told ten times at most, then counted', () => {
    const policies = Array.from({ length: 23 }, (_, at) => policy(`open-${at}`, open));
    const lines = warnings({ policies });
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('and 13 more: bulkhead scan');
  });

  test('and was not read is counted', () => {
    expect(warnings({ policies: [policy('own', own)], more: 1_900 })).toEqual([
      'objects that were not judged: 1900 (bulkhead scan)',
    ]);
  });

  const rules = Array.from({ length: promptBudget + 50 }, (_, at) => ({
    to: [{ podSelector: { matchLabels: { app: `a${at}` } } }],
  }));
  const hard = JSON.stringify({ podSelector: {}, policyTypes: ['Egress'], egress: rules });

  test('and takes more than is spent on one object is not judged, and said not to be', () => {
    const policies = [policy('hard', hard), policy('open', open)];
    const lines = warnings({ policies, pods: [pod('on-host', onHost)] });
    expect(lines.map((line) => line.slice(0, 34))).toEqual([
      'stored NetworkPolicy open would be',
      'stored Pod on-host would be denied',
      'objects that were not judged: 1 (b',
    ]);
  });

  test('and is left because the time is over is counted', () => {
    const policies = Array.from({ length: 5 }, (_, at) => policy(`open-${at}`, open));
    const lines = told(holding({ policies, pods: [pod('on-host', onHost)] }), update(), world, 2).warnings;
    expect(lines).toHaveLength(3);
    expect(lines[2]).toBe('objects that were not judged: 4 (bulkhead scan)');
  });

  test('and cannot be read is no denial, and told in one line', () => {
    const decision = told('unavailable');
    expect(decision.allowed).toBe(true);
    expect(warningsOf(decision)).toEqual([
      'what the namespace holds could not be read, so it was not judged; bulkhead scan tells it',
    ]);
  });

  test('pods need not wait for the floor that is written once the label is there', () => {
    const waiting = { ...world, floorOf: () => 'absent' as const };
    expect(warnings({ pods: [pod('web')] }, waiting)).toEqual([]);
  });

  test('what a boundary warns of is told as that, and what it audits is not', () => {
    const warning = worldOf(
      tenants.replace('floor: {mode: Create}', 'floor: {mode: Create}\n  onExcess: Warn'),
    );
    expect(warnings({ policies: [policy('open', open)] }, warning)[0]).toMatch(
      /^stored NetworkPolicy open: /,
    );
    const audit = worldOf(
      tenants.replace('floor: {mode: Create}', 'floor: {mode: Create}\n  onExcess: Audit'),
    );
    expect(warnings({ policies: [policy('open', open)] }, audit)).toEqual([]);
  });
});

describe('it is read', () => {
  test.each<[string, Update]>([
    ['a protected label is added', {}],
    [
      'a second one is',
      { before: '{bulkhead.dev/tenant: a}', after: '{bulkhead.dev/tenant: a, bulkhead.dev/environment: b}' },
    ],
    ['it is added through status', { subresource: 'status' }],
    ['it is added through finalize', { subresource: 'finalize' }],
  ])('where %s', (_sentence, given) => {
    expect(required(update(given), world).stored).toEqual(['free']);
  });

  test.each<[string, Update]>([
    ['somebody else asks', { user: developer }],
    ['another label is added', { after: '{colour: blue}' }],
    ['a protected one is changed', { before: '{bulkhead.dev/tenant: orders}' }],
    ['a protected one is removed', { before: '{bulkhead.dev/tenant: orders}', after: '{}' }],
    ['the namespace is exempt', { name: 'kube-system' }],
  ])('not where %s', (_sentence, given) => {
    expect(required(update(given), world).stored).toEqual([]);
  });

  test('not where the namespace is new', () => {
    expect(
      required(request(labelled('{bulkhead.dev/tenant: a}'), { user: administrator }), world).stored,
    ).toEqual([]);
  });
});
