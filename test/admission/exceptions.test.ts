/** Exceptions in decisions: which count, what they let through, that they are named, and that nobody but Bulkhead writes what they rest on. */
import { describe, expect, test } from '@jest/globals';
import { admit } from '../../src/admission/admit.ts';
import { promptBudget } from '../../src/admission/allowance.ts';
import { markAnnotation } from '../../src/admission/exceptions/mark.ts';
import { takeBack } from '../../src/admission/exceptions/takeBack.ts';
import type { World } from '../../src/admission/world.ts';
import { readException, specHashOf } from '../../src/boundary/exceptions/exception.ts';
import type { Exception } from '../../src/boundary/exceptions/exception.ts';
import { standingOf } from '../../src/boundary/exceptions/standing.ts';
import { applyPatch } from '../../src/k8s/jsonPatch.ts';
import { isObject, listAt, stringAt } from '../../src/k8s/json.ts';
import type { JsonObject } from '../../src/k8s/json.ts';
import {
  administrator,
  developer,
  expectAdmits,
  expectDenies,
  request,
  send,
  tenants,
  worldOf,
} from './scenario.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const day = 86_400_000;
const at = (days: number): string => new Date(now + days * day).toISOString();

const spec = (more: JsonObject = {}): JsonObject => ({
  target: { boundaries: ['tenants'] },
  allow: {
    egress: [{ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: [{ protocol: 'TCP', port: 443 }] }],
  },
  category: 'Waiver',
  reason: 'the payment provider is reached directly',
  expiresAt: at(10),
  ...more,
});

interface Written {
  readonly spec?: JsonObject;
  readonly creator?: string | undefined;
  readonly approval?: JsonObject;
  readonly name?: string;
}

const manifest = ({
  spec: written = spec(),
  creator = 'dev',
  approval,
  name = 'provider',
}: Written = {}): JsonObject => ({
  apiVersion: 'bulkhead.dev/v1alpha1',
  kind: 'GuardrailException',
  metadata: {
    name,
    namespace: 'payments',
    ...(creator === '' ? {} : { annotations: { 'bulkhead.dev/created-by': creator } }),
  },
  spec: written,
  ...(approval === undefined ? {} : { status: { approval } }),
});

const approved = (more: Written = {}, by = 'root', over: JsonObject = {}): JsonObject =>
  manifest({
    ...more,
    approval: { state: 'Approved', by, at: at(-1), specHash: specHashOf(more.spec ?? spec()), ...over },
  });

function read(value: JsonObject): Exception {
  const found = readException(value);
  if (!found.ok) throw new Error(JSON.stringify(found.issues));
  return found.value;
}

const base = { ...worldOf(), now };
const withExceptions = (world: World, ...all: readonly JsonObject[]): World => ({
  ...world,
  exceptionsOf: (namespace) => all.map(read).filter((one) => one.namespace === namespace),
});

const policy = (cidr = '203.0.113.7/32', metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'out', namespace: 'payments', ...metadata },
  spec: {
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [{ to: [{ ipBlock: { cidr } }], ports: [{ protocol: 'TCP', port: 443 }] }],
  },
});

/** A policy as it is stored after it was let in. */
function letIn(manifested: JsonObject, world: World): JsonObject {
  const { decision } = send(manifested, world, {}, 'mutate');
  const patched = applyPatch(manifested, decision.patch);
  if (!patched.ok || !isObject(patched.value)) throw new Error('not patched');
  return patched.value;
}

describe('an exception counts only', () => {
  const approvers = base.rules.tenancy.roles.exceptionApprovers;
  const named = { users: ['root'], groups: [], serviceAccounts: [] };
  test.each<[string, JsonObject, string]>([
    ['once it is approved', approved(), 'Active'],
    ['not before', manifest(), 'Pending'],
    ['not while it is undecided', manifest({ approval: { state: 'Pending' } }), 'Pending'],
    ['not when it is refused', approved({}, 'root', { state: 'Refused' }), 'Refused'],
    [
      'not with another spec',
      approved({ spec: spec({ ticket: 'x' }) }, 'root', { specHash: specHashOf(spec()) }),
      'Void',
    ],
    ['not where its creator approved it', approved({}, 'dev'), 'Void'],
    ['not where nobody knows who created it', approved({ creator: '' }), 'Void'],
    [
      'not where a ServiceAccount of its namespace approved it',
      approved({}, 'system:serviceaccount:payments:ci'),
      'Void',
    ],
    ['not where nobody wrote down who approved it', approved({}, ''), 'Void'],
    ['not where nobody wrote down when', approved({}, 'root', { at: 'soon' }), 'Void'],
    ['not before its time', approved({ spec: spec({ notBefore: at(1) }) }), 'Waiting'],
    ['from the moment it begins', approved({ spec: spec({ notBefore: at(0) }) }), 'Active'],
    ['not from the moment it ends', approved({ spec: spec({ expiresAt: at(0) }) }), 'Expired'],
    [
      'not for longer than 90 days',
      approved({ spec: spec({ notBefore: at(-1), expiresAt: at(90) }) }),
      'Void',
    ],
    ['for 90 days', approved({ spec: spec({ notBefore: at(-1), expiresAt: at(89) }) }), 'Active'],
  ])('%s', (_, value, state) => {
    expect(standingOf(read(value), now, approvers).state).toBe(state);
  });

  test('while its approver is one, as far as the name tells', () => {
    expect(standingOf(read(approved({}, 'other')), now, named).state).toBe('Void');
    expect(standingOf(read(approved({}, 'root')), now, named).state).toBe('Active');
  });
});

describe('a NetworkPolicy', () => {
  test('is denied without an exception, and let through and told with one', () => {
    expectDenies(policy(), base, ['boundary.egress']);
    const { decision } = send(policy(), withExceptions(base, approved()));
    expect(decision).toMatchObject({ allowed: true, violations: [], exceptions: ['payments/provider'] });
    expect(decision.warnings).toEqual([
      'exception payments/provider lets this through until 2026-12-01T12:00Z',
    ]);
  });

  test.each<[string, JsonObject]>([
    ['pending', manifest()],
    ['of another Boundary', approved({ spec: spec({ target: { boundaries: ['others'] } }) })],
    ['of another kind', approved({ spec: spec({ subjects: { kinds: ['Pod'] } }) })],
    ['of another name', approved({ spec: spec({ subjects: { names: ['other'] } }) })],
    [
      'for some pods only',
      approved({ spec: spec({ subjects: { podSelector: { matchLabels: { app: 'a' } } } }) }),
    ],
  ])('is denied with one that is %s', (_, exception) => {
    expectDenies(policy(), withExceptions(base, exception), ['boundary.egress']);
  });

  test('is denied without a clock', () => {
    const timeless = { ...worldOf(), exceptionsOf: () => [read(approved())] };
    expectDenies(policy(), timeless, ['boundary.egress']);
  });

  test('is let through by an approved one among the rules of files, and by no other', () => {
    const among = (exception: JsonObject): World => ({
      ...worldOf(`${tenants}---\n${JSON.stringify(exception)}`),
      now,
    });
    expect(send(policy(), among(approved())).decision.exceptions).toEqual(['payments/provider']);
    expectDenies(policy(), among(manifest()), ['boundary.egress']);
    expectDenies(policy(), { ...among(approved()), now: now + 11 * day }, ['boundary.egress']);
  });

  test('is judged alike in a worker: exceptions cross to it whole', () => {
    const [exception] = [read(approved())];
    const sent = structuredClone(exception);
    expect(sent).toEqual(exception);
    const there: World = { ...base, exceptionsOf: () => [sent] };
    expect(send(policy(), there).decision.exceptions).toEqual(['payments/provider']);
  });

  test('never wins over a never', () => {
    const wide = approved({ spec: spec({ allow: { egress: [{}] } }) });
    expectDenies(policy('169.254.169.254/32'), withExceptions(base, wide), ['boundary.never']);
  });

  test('names none that it does not need', () => {
    const { decision } = send(policy('10.20.0.0/24'), withExceptions(base, approved()));
    expect(decision).toMatchObject({ allowed: true, warnings: [], patch: [] });
    expect(decision.exceptions).toBeUndefined();
  });

  test('that an exception let through is never remembered as proven', () => {
    const world = withExceptions(base, approved());
    for (let time = 0; time < 4; time += 1) expect(send(policy(), world).decision.allowed).toBe(true);
    expectDenies(policy(), withExceptions(base), ['boundary.egress']);
  });

  test('is narrowed to its boundary and its exceptions', () => {
    const narrowing = worldOf(`
apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata: {name: tenants}
spec:
  namespaceSelector: {matchExpressions: [{key: bulkhead.dev/tenant, operator: Exists}]}
  floor: {mode: Create}
  onExcess: Narrow
  egress: []
`);
    const world = withExceptions({ ...narrowing, now }, approved());
    const stored = letIn(policy('203.0.113.0/25'), world);
    expect(stored).toMatchObject({ spec: policy('203.0.113.0/25')['spec'] });
    expect(stringAt(stored, 'metadata', 'annotations', markAnnotation)).toMatch(
      /^payments\/provider@[0-9a-f]{16}$/,
    );
    expect(letIn(policy('203.0.112.0/23'), world)).toMatchObject({
      spec: { egress: [{ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }] }] },
    });
  });

  test('is decided alike with the budget of the main thread', () => {
    const world = { ...withExceptions(base, approved()), budget: promptBudget };
    expect(send(policy(), world).decision.exceptions).toEqual(['payments/provider']);
  });
});

describe('the mark of a policy', () => {
  const world = withExceptions(base, approved());
  const stored = letIn(policy(), world);
  const marked = stringAt(stored, 'metadata', 'annotations', markAnnotation) ?? '';

  test('is written by the mutating webhook and asked for by the validating one', () => {
    expect(marked).toMatch(/^payments\/provider@/);
    expect(send(stored, world, {}, 'validate').decision.allowed).toBe(true);
    expect(send(policy(), world, {}, 'validate').decision.violations).toMatchObject([
      { code: 'exceptions.mark' },
    ]);
  });

  test('cannot be forged, and goes where it is not needed', () => {
    const forged = policy('10.20.0.0/24', { annotations: { [markAnnotation]: marked } });
    expect(send(forged, world, {}, 'validate').decision.violations).toMatchObject([
      { code: 'exceptions.mark' },
    ]);
    expect(letIn(forged, world)).not.toHaveProperty(['metadata', 'annotations', markAnnotation]);
  });

  test.each<[string, World]>([
    ['is refused', withExceptions(base, approved({}, 'root', { state: 'Refused' }))],
    ['expired', { ...world, now: now + 11 * day }],
    ['was deleted', withExceptions(base)],
    ['was changed', withExceptions(base, manifest({ spec: spec({ allow: {} }) }))],
  ])('keeps an update from inheriting what the exception allowed, once it %s', (_, later) => {
    expectAdmits(
      {
        ...stored,
        metadata: { ...(isObject(stored['metadata']) ? stored['metadata'] : {}), finalizers: [] },
      },
      later,
      {
        old: stored,
      },
    );
    const changed = {
      ...stored,
      spec: { ...(isObject(stored['spec']) ? stored['spec'] : {}), podSelector: { matchLabels: { a: 'b' } } },
    };
    expectDenies(changed, later, ['boundary.egress'], { old: stored });
    expect(letIn(changed, later)).not.toHaveProperty(['metadata', 'annotations', markAnnotation]);
  });

  test('stays through an update that says the same twice, so that what lapsed is still taken back', () => {
    const rules = listAt(stored, 'spec', 'egress');
    const twice = { podSelector: {}, policyTypes: ['Egress'], egress: [...rules, ...rules] };
    const expired = { ...world, now: now + 11 * day };
    const { attributes, decision } = send({ ...policy(), spec: twice }, expired, { old: stored });
    expect(decision).toMatchObject({ allowed: true, violations: [] });
    expect(stringAt(attributes.object, 'metadata', 'annotations', markAnnotation)).toBe(marked);
  });

  test('is taken away by Bulkhead itself where the limits allow by now what lapsed', () => {
    const wider = worldOf(tenants.replace('10.20.0.0/16, except: [10.20.9.0/24]', '203.0.113.0/24'));
    const identity = 'system:serviceaccount:bulkhead-system:bulkhead';
    const rules = { ...wider.rules, guards: { ...wider.rules.guards, identity } };
    const expired = withExceptions({ ...wider, rules, now: now + 11 * day }, approved());
    const taken = takeBack(
      stored,
      { name: 'payments', labels: new Map([['bulkhead.dev/tenant', 'payments']]), terminating: false },
      expired,
    );
    if (taken.due !== 'now') throw new Error(taken.due);
    const applied = applyPatch(stored, taken.patch);
    if (!applied.ok || !isObject(applied.value)) throw new Error('the patch does not fit');
    const user = { username: identity, groups: [] };
    const { attributes, decision } = send(applied.value, expired, { old: stored, user });
    expect(decision.allowed).toBe(true);
    expect(attributes.object).not.toHaveProperty(['metadata', 'annotations', markAnnotation]);
  });

  test('is no hindrance to an update of something else where a Boundary narrows what lapsed at once', () => {
    const narrows = tenants.replace('{mode: Create}', '{mode: Create}\n  onExcess: Narrow');
    const narrowing = withExceptions({ ...worldOf(narrows), now }, approved());
    const before = letIn(policy(), narrowing);
    const annotations = { [markAnnotation]: marked };
    const released = { ...before, metadata: { name: 'out', namespace: 'payments', annotations, labels: {} } };
    expectAdmits(released, { ...narrowing, now: now + 11 * day }, { old: before });
  });
});

describe('other objects', () => {
  const pod: JsonObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'mesh', namespace: 'payments', labels: { app: 'mesh' } },
    spec: {
      containers: [{ name: 'init', image: 'i', securityContext: { capabilities: { add: ['NET_ADMIN'] } } }],
    },
  };
  const settings = (...podSettings: string[]): JsonObject =>
    approved({
      spec: spec({
        target: { boundaries: ['tenants'], podSettings },
        subjects: { kinds: ['Pod'], podSelector: { matchLabels: { app: 'mesh' } } },
      }),
    });

  test('a pod setting is let through for the pods that it chooses', () => {
    expectDenies(pod, base, ['pods.hostAccess']);
    const world = withExceptions(base, settings('hostAccess'));
    expect(send(pod, world).decision).toMatchObject({ allowed: true, exceptions: ['payments/provider'] });
    const other = { ...pod, metadata: { name: 'mesh', namespace: 'payments', labels: { app: 'other' } } };
    expectDenies(other, world, ['pods.hostAccess']);
    expectDenies(pod, withExceptions(base, settings('hostNetwork')), ['pods.hostAccess']);
  });

  test('NET_RAW is not dropped where raw sockets are let through', () => {
    const drops = (world: World): boolean =>
      send(pod, world, {}, 'mutate').decision.patch.some(({ path }) => path.includes('capabilities'));
    expect(drops(base)).toBe(true);
    expect(drops(withExceptions(base, settings('rawSockets')))).toBe(false);
  });

  const guardrail = `
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: inside}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [networking.k8s.io], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [networkpolicies]}]
  validations: [{expression: "CLAIM", message: nothing may leave}]
  validationActions: [Deny]
`;
  test('a guardrail is let through by its name', () => {
    const world = { ...worldOf(guardrail.replace('CLAIM', 'false')), now };
    expectDenies(policy(), world, ['policy']);
    const excused = withExceptions(world, approved({ spec: spec({ target: { policies: ['inside'] } }) }));
    expect(send(policy(), excused).decision).toMatchObject({
      allowed: true,
      exceptions: ['payments/provider'],
    });
    const another = withExceptions(world, approved({ spec: spec({ target: { policies: ['other'] } }) }));
    expectDenies(policy(), another, ['policy']);
  });

  test('boundary.excess in a guardrail knows them', () => {
    const rule = guardrail.replace('CLAIM', 'boundary.excess(object).size() == 0');
    const boundary = `
---
apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata: {name: tenants}
spec:
  namespaceSelector: {matchExpressions: [{key: bulkhead.dev/tenant, operator: Exists}]}
  floor: {mode: Create}
  onExcess: Audit
  egress: []
`;
    const world = { ...worldOf(rule + boundary), now };
    expect(send(policy(), world).decision.allowed).toBe(false);
    expect(send(policy(), withExceptions(world, approved())).decision.allowed).toBe(true);
  });
});

describe('who writes what', () => {
  const write = (
    value: JsonObject,
    sent: Parameters<typeof request>[1] = {},
    door: 'mutate' | 'validate' | 'review' = 'review',
  ) => admit(request(value, sent), base, door).decision;

  test('the creator is written at CREATE and restored at UPDATE', () => {
    expect(letIn(manifest({ creator: 'somebody else' }), base)).toMatchObject(manifest());
    expect(write(manifest({ creator: 'x' }), {}, 'validate').violations).toMatchObject([
      { code: 'exceptions.creator' },
    ]);
    const { decision } = send(manifest({ creator: 'x' }), base, { old: manifest(), user: administrator });
    expect(decision).toMatchObject({ allowed: true, patch: [{ value: 'dev' }] });
  });

  test.each<[string, JsonObject, string]>([
    ['more than 90 days', spec({ expiresAt: at(91) }), 'exceptions.time'],
    ['more than 90 days after its begin', spec({ notBefore: at(2), expiresAt: at(93) }), 'exceptions.time'],
    ['an end in the past', spec({ expiresAt: at(-1) }), 'exceptions.time'],
    ['an end before its begin', spec({ notBefore: at(5), expiresAt: at(4) }), 'exceptions.time'],
    ['a short reason', spec({ reason: 'because' }), 'exceptions.invalid'],
    ['no end', { ...spec(), expiresAt: undefined }, 'exceptions.invalid'],
    ['no target', spec({ target: {} }), 'exceptions.invalid'],
    ['flows of no Boundary', spec({ target: { policies: ['p'] } }), 'exceptions.invalid'],
  ])('a spec with %s is refused', (_, written, code) => {
    expect(write(manifest({ spec: written }))).toMatchObject({ allowed: false, violations: [{ code }] });
  });

  test('a good one is allowed', () => {
    expectAdmits(manifest(), base);
    expectAdmits(manifest({ spec: spec({ notBefore: at(2), expiresAt: at(92) }) }), base);
  });

  const status = (user: typeof developer, approval: JsonObject, old = manifest()) =>
    send({ ...old, status: { approval } }, base, { old, user, subresource: 'status' }).decision;

  test('an approver approves: name, time and hash are those of the request', () => {
    const lie = { state: 'Approved', by: 'boss', at: at(-50), specHash: 'x' };
    const decision = status(administrator, lie);
    expect(decision).toMatchObject({
      allowed: true,
      patch: [{ value: { state: 'Approved', by: 'root', at: at(0), specHash: specHashOf(spec()) } }],
    });
  });

  test.each<[string, typeof developer, JsonObject, JsonObject]>([
    ['nobody else approves', developer, { state: 'Approved' }, manifest()],
    ['nobody else refuses', developer, { state: 'Refused' }, manifest()],
    ['nobody else takes an approval back', developer, { state: 'Pending' }, approved()],
    ['its creator does not approve', administrator, { state: 'Approved' }, manifest({ creator: 'root' })],
    [
      'a ServiceAccount of its namespace does not approve',
      { username: 'system:serviceaccount:payments:ci', groups: ['system:masters'] },
      { state: 'Approved' },
      manifest(),
    ],
    [
      'nobody approves where the creator is not known',
      administrator,
      { state: 'Approved' },
      manifest({ creator: '' }),
    ],
  ])('%s', (_, user, approval, old) => {
    expect(status(user, approval, old)).toMatchObject({
      allowed: false,
      violations: [{ code: 'exceptions.approver' }],
    });
  });

  test('what the mutating webhook did not write is refused', () => {
    const sent = { old: manifest(), user: administrator, subresource: 'status' };
    const forged = { state: 'Approved', by: 'boss', at: at(0), specHash: specHashOf(spec()) };
    const { decision } = send({ ...manifest(), status: { approval: forged } }, base, sent, 'validate');
    expect(decision.violations).toMatchObject([{ code: 'exceptions.approver' }]);
  });

  test("conditions are anybody's whom RBAC lets", () => {
    const old = approved();
    const conditions = {
      ...old,
      status: { ...(isObject(old['status']) ? old['status'] : {}), conditions: [] },
    };
    expectAdmits(conditions, base, { old, subresource: 'status' });
  });

  test('whoever changes the spec of an approved one is told that it counts no more', () => {
    const { warnings } = send(manifest({ spec: spec({ ticket: 'T-1' }) }), base, {
      old: approved(),
    }).decision;
    expect(warnings).toEqual([
      'another spec needs another approval: until then the exception counts no more',
    ]);
  });
});
