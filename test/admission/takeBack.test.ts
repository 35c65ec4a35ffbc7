/** What is taken back from a stored policy once an exception that let it in lapses: that, and nothing else. */
import { expect, test } from '@jest/globals';
import { markAnnotation, toMarked } from '../../src/admission/exceptions/mark.ts';
import { takeBack } from '../../src/admission/exceptions/takeBack.ts';
import type { World } from '../../src/admission/world.ts';
import { readException, specHashOf } from '../../src/boundary/exceptions/exception.ts';
import type { Exception } from '../../src/boundary/exceptions/exception.ts';
import { applyPatch } from '../../src/k8s/jsonPatch.ts';
import { ownAt } from '../../src/k8s/json.ts';
import type { JsonObject } from '../../src/k8s/json.ts';
import type { NamespaceFacts } from '../../src/k8s/namespaceFacts.ts';
import { worldOf } from './scenario.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const base = worldOf();
const payments: NamespaceFacts = {
  name: 'payments',
  labels: new Map([['bulkhead.dev/tenant', 'payments']]),
  terminating: false,
};

function exception(name: string, cidr: string, expiresAt: string, state = 'Approved'): Exception {
  const spec = {
    target: { boundaries: ['tenants'] },
    allow: { egress: [{ to: [{ ipBlock: { cidr } }] }] },
    category: 'Waiver',
    reason: 'the payment provider is reached directly',
    expiresAt,
  };
  const read = readException({
    metadata: { name, namespace: 'payments', annotations: { 'bulkhead.dev/created-by': 'dev' } },
    spec,
    status: { approval: { state, by: 'root', at: '2026-11-20T12:00:00Z', specHash: specHashOf(spec) } },
  });
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.value;
}

const later = '2026-12-01T00:00:00Z';
const over = '2026-11-21T11:59:59Z';
const [one, two] = ['203.0.113.0/24', '198.51.100.0/24'];
/** Outside every limit, and let in by nothing: it was stored before there was a Boundary. */
const legacy = '192.0.2.0/24';

const markOf = (all: readonly Exception[]): string =>
  all
    .map(toMarked)
    .map(({ name, spec }) => `${name}@${spec}`)
    .join(',');

const stored = (mark: string, ...cidrs: readonly string[]): JsonObject => ({
  metadata: { name: 'out', namespace: 'payments', annotations: { [markAnnotation]: mark } },
  spec: {
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [{ to: cidrs.map((cidr) => ({ ipBlock: { cidr } })) }],
  },
});

const at = (...all: readonly Exception[]): World => ({ ...base, now, exceptionsOf: () => all });

function left(policy: JsonObject, world: World): { readonly cidrs: unknown; readonly mark: unknown } {
  const taken = takeBack(policy, payments, world);
  if (taken.due !== 'now') throw new Error(taken.due);
  const applied = applyPatch(policy, taken.patch);
  if (!applied.ok) throw new Error('the patch does not fit');
  return {
    cidrs: [JSON.stringify(ownAt(applied.value, 'spec', 'egress'))]
      .join('')
      .match(/\d+\.\d+\.\d+\.\d+\/\d+/g),
    mark: ownAt(applied.value, 'metadata', 'annotations', markAnnotation),
  };
}

const active = exception('one', one, later);
const expired = exception('two', two, over);

test('nothing while every exception is in force; it is told when to look again', () => {
  expect(takeBack(stored(markOf([active]), one), payments, at(active))).toEqual({
    due: 'later',
    millis: Date.parse(later),
  });
  expect(takeBack({ ...stored('', one), metadata: { name: 'out' } }, payments, at(active))).toEqual({
    due: 'never',
  });
});

test('what expired goes; what another exception allows stays and is marked; what was there before stays', () => {
  const policy = stored(markOf([active, expired]), one, two, legacy);
  expect(left(policy, at(active, expired))).toEqual({ cidrs: [one, legacy], mark: markOf([active]) });
});

test.each<[string, readonly Exception[], readonly string[]]>([
  ['is gone', [], [one]],
  ['was changed and not approved again', [exception('two', '198.51.0.0/16', later, 'Pending')], [one]],
])(
  'of an exception that %s nobody can tell what it allowed, so only limits and exceptions in force stay',
  (_, others, cidrs) => {
    const policy = stored(markOf([active, expired]), one, two, legacy);
    expect(left(policy, at(active, ...others))).toEqual({ cidrs, mark: markOf([active]) });
  },
);

test('the whole mark goes with the last exception', () => {
  const refused = exception('one', one, later, 'Refused');
  expect(left(stored(markOf([refused]), one), at(refused))).toEqual({ cidrs: null, mark: undefined });
});
