// What is said of writes to our own kinds, to the names of namespaces and to pods before their floor: by the one decision that all share.
import { describe, expect, test } from '@jest/globals';
import { admit } from '../../src/admission/admit.ts';
import { required } from '../../src/admission/required.ts';
import type { World } from '../../src/admission/world.ts';
import type { Attributes } from '../../src/k8s/attributes.ts';
import type { JsonObject } from '../../src/k8s/json.ts';
import { administrator, developer, tenants, worldOf } from './scenario.ts';

const namespaces =
  '{apiVersion: v1, kind: Namespace, metadata: {name: payments, labels: {bulkhead.dev/tenant: payments}}}';
const world = worldOf(tenants, namespaces);
const at = (change: Partial<Attributes>): Attributes => ({
  uid: 'u',
  dryRun: false,
  operation: 'CREATE',
  group: 'bulkhead.dev',
  version: 'v1alpha1',
  kind: 'Boundary',
  resource: 'boundaries',
  subresource: '',
  namespace: '',
  name: 'one',
  user: administrator,
  object: null,
  oldObject: null,
  ...change,
});
const boundary = (spec: object, metadata: object = {}): JsonObject => ({
  apiVersion: 'bulkhead.dev/v1alpha1',
  kind: 'Boundary',
  metadata: { name: 'one', ...metadata },
  spec: { namespaceSelector: {}, floor: { mode: 'Audit' }, ...spec },
});
const codes = (attributes: Attributes, of: World = world): readonly string[] =>
  admit(attributes, of, 'validate').decision.violations.map(({ code }) => code);
const confirmed = { annotations: { 'bulkhead.dev/confirm': 'one' } };

describe('a Boundary', () => {
  test.each<[string, Partial<Attributes>, readonly string[]]>([
    ['is taken from an administrator', { object: boundary({ ingress: [] }) }, []],
    [
      'is refused from anybody else, and not looked at',
      { object: boundary({ floor: 7 }), user: developer },
      ['rules.writer'],
    ],
    ['that cannot be read is refused', { object: boundary({ floor: { mode: 'Never' } }) }, ['rules.invalid']],
    [
      'is not deleted without confirmation',
      { operation: 'DELETE', oldObject: boundary({}) },
      ['rules.confirm'],
    ],
    ['is deleted with it', { operation: 'DELETE', oldObject: boundary({}, confirmed) }, []],
    [
      'is deleted by deletecollection only with it too',
      { operation: 'DELETE', name: '', oldObject: boundary({}, confirmed) },
      [],
    ],
    [
      'is not loosened without it',
      { operation: 'UPDATE', oldObject: boundary({ ingress: [] }), object: boundary({}) },
      ['rules.confirm'],
    ],
    [
      'is loosened with it',
      { operation: 'UPDATE', oldObject: boundary({ ingress: [] }), object: boundary({}, confirmed) },
      [],
    ],
    [
      'is tightened without it',
      { operation: 'UPDATE', oldObject: boundary({}), object: boundary({ ingress: [] }) },
      [],
    ],
    [
      'whose spec stays may be annotated by anybody whom RBAC lets',
      { operation: 'UPDATE', oldObject: boundary({}), object: boundary({}, confirmed), user: developer },
      [],
    ],
    [
      'that is no longer readable may be mended',
      { operation: 'UPDATE', oldObject: boundary({ floor: 7 }), object: boundary({}) },
      [],
    ],
    [
      'has a status that is not judged here',
      { subresource: 'status', user: developer, object: boundary({}) },
      [],
    ],
  ])('%s', (_, change, expected) => {
    expect(codes(at(change))).toEqual(expected);
  });
});

describe('a NamespaceRecord', () => {
  const record = (spec: object): JsonObject => ({ metadata: { name: 'old' }, spec });
  const of = { kind: 'NamespaceRecord', resource: 'namespacerecords', name: 'old' } as const;
  test.each<[string, Partial<Attributes>, readonly string[]]>([
    ['is written by an administrator', { object: record({ labels: {} }) }, []],
    ['is written by nobody else', { object: record({ labels: {} }), user: developer }, ['records.writer']],
    ['goes when its namespace is gone', { operation: 'DELETE', oldObject: record({}) }, []],
    [
      'stays while it is there',
      { operation: 'DELETE', name: 'payments', oldObject: record({}) },
      ['records.inUse'],
    ],
  ])('%s', (_, change, expected) => {
    expect(codes(at({ ...of, ...change }))).toEqual(expected);
  });

  test('is deleted only after its namespace was looked up live', () => {
    expect(required(at({ ...of, operation: 'DELETE' }), world).namespaces).toEqual(['old']);
  });
});

describe('a name', () => {
  const create = at({
    group: '',
    version: 'v1',
    kind: 'Namespace',
    resource: 'namespaces',
    name: 'shop',
    object: { metadata: { name: 'shop', labels: { 'bulkhead.dev/tenant': 'orders' } } },
  });
  const recorded = (recordOf: NonNullable<World['recordOf']>): readonly string[] =>
    codes(create, { ...world, recordOf });

  test('that is free, or recorded with the same labels, may be taken', () => {
    expect(recorded(() => 'none')).toEqual([]);
    expect(recorded(() => new Map([['bulkhead.dev/tenant', 'orders']]))).toEqual([]);
    expect(recorded(() => new Map([['not-protected', 'x']]))).toEqual([]);
  });

  test('that was another tenant’s, or of which nothing can be known, may not, even by an administrator', () => {
    expect(recorded(() => new Map([['bulkhead.dev/tenant', 'payments']]))).toEqual(['namespace.recorded']);
    expect(recorded(() => 'unavailable')).toEqual(['namespace.recorded']);
  });

  test('is looked up live whenever it is taken, and only where there is a cluster', () => {
    expect(required(create, { ...world, recordOf: () => 'unavailable' }).records).toEqual(['shop']);
    expect(required(create, world).records).toEqual([]);
  });
});

describe('a pod before its floor', () => {
  const pod = (spec: object = {}): JsonObject => ({
    metadata: { name: 'one', labels: { 'bulkhead.dev/tenant': 'payments' } },
    spec: {
      containers: [{ name: 'app', image: 'a:1', securityContext: { capabilities: { drop: ['NET_RAW'] } } }],
      ...spec,
    },
  });
  const create = (object: JsonObject): Attributes =>
    at({
      group: '',
      version: 'v1',
      kind: 'Pod',
      resource: 'pods',
      namespace: 'payments',
      user: developer,
      object,
    });
  const without: World = { ...world, floorOf: () => 'absent' };
  const patchOf = (of: World, object = pod()): readonly unknown[] =>
    admit(create(object), of, 'mutate').decision.patch;
  const gate = { name: 'bulkhead.dev/floor' };

  test('is gated, whether the floor is absent, unknown or none', () => {
    const wanted = [{ op: 'add', path: '/spec/schedulingGates', value: [gate] }];
    expect(patchOf(without)).toEqual(wanted);
    expect(patchOf({ ...world, floorOf: () => 'unknown' })).toEqual(wanted);
    expect(
      patchOf({
        ...world,
        floorOf: () => ({ spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] } }),
      }),
    ).toEqual(wanted);
  });

  test('keeps the gates of others', () => {
    expect(patchOf(without, pod({ schedulingGates: [{ name: 'other' }] }))).toEqual([
      { op: 'add', path: '/spec/schedulingGates/-', value: gate },
    ]);
  });

  test('is not gated where the floor stands, or nobody writes one', () => {
    const floor = { spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } };
    expect(patchOf({ ...world, floorOf: () => floor })).toEqual([]);
    expect(patchOf(world)).toEqual([]);
  });

  test('is admitted with the gate and denied without it', () => {
    expect(codes(create(pod({ schedulingGates: [gate] })), without)).toEqual([]);
    expect(codes(create(pod()), without)).toEqual(['pods.beforeFloor']);
  });

  test('has its floor looked up live where the copy does not have it', () => {
    expect(required(create(pod()), without).floors).toEqual(['payments']);
    expect(required(create(pod()), { ...world, floorOf: () => ({}) }).floors).toEqual([]);
    expect(required(create(pod()), world).floors).toEqual([]);
  });
});
