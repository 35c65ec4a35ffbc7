/** The floor: who may create, change and delete it, and when a namespace that is being deleted lets go of it. */
import { describe, expect, test } from '@jest/globals';
import {
  floorNeedsContents,
  judgeFloor,
  touchesFloor,
} from '../../../../src/boundary/invariants/policies/floor.ts';
import type { FloorContext, LiveContents } from '../../../../src/boundary/invariants/context.ts';
import { admin, developer, guards, namespace, ofFloor, policyRequest, told } from '../scene.ts';

const denied = ['floor.protected /metadata/name'];
const bulkhead = { username: guards.identity ?? '', groups: [] };
const collector = { username: 'system:serviceaccount:kube-system:generic-garbage-collector', groups: [] };
const controllers = [
  { username: 'system:serviceaccount:kube-system:namespace-controller', groups: [] },
  { username: 'system:kube-controller-manager', groups: [] },
];

const floor = (
  metadata: object = {},
  spec: object = { podSelector: {} },
): { readonly [key: string]: unknown } => ({
  metadata: { name: 'bulkhead-floor', namespace: 'shop', ...metadata },
  spec,
});
const created = policyRequest({ object: floor() });
const changed = policyRequest({
  operation: 'UPDATE',
  oldObject: floor(),
  object: floor({}, { podSelector: { matchLabels: { a: 'b' } } }),
});
const deleted = policyRequest({ operation: 'DELETE', oldObject: floor() });

describe('in a living namespace', () => {
  for (const [verb, request] of Object.entries({ created, changed, deleted })) {
    test.each([
      ['Bulkhead', bulkhead, []],
      ['an administrator', admin, []],
      ['a developer', developer, denied],
      ['the garbage collector', collector, denied],
      ...controllers.map((user) => [user.username, user, denied] as const),
    ] as const)(`${verb} by %s`, (_says, user, expected) => {
      expect(told(judgeFloor({ ...request, user }, ofFloor()))).toEqual(expected);
    });
  }

  test('nobody is Bulkhead while its identity is not known', () => {
    const context = ofFloor({ guards: { ...guards, identity: null } });
    for (const username of ['', 'null', guards.identity ?? '']) {
      expect(told(judgeFloor({ ...created, user: { username, groups: [] } }, context))).toEqual(denied);
    }
  });
});

describe('in a namespace that is being deleted', () => {
  const terminating = namespace({ terminating: true });
  const last = (change: Partial<FloorContext>): FloorContext =>
    ofFloor({ namespace: terminating, ...change });

  test('neither an administrator nor Bulkhead may delete it', () => {
    for (const user of [admin, bulkhead, developer, collector]) {
      const context = last({ contents: { pods: 0, policies: 0 } });
      expect(told(judgeFloor({ ...deleted, user }, context))).toEqual(denied);
    }
  });

  const cases: readonly [string, boolean, LiveContents, readonly string[]][] = [
    ['where pods are deleted first', true, undefined, []],
    ['where pods are deleted first, whatever is left', true, { pods: 3, policies: 0 }, []],
    ['on an older server once no pod is left', false, { pods: 0, policies: 2 }, []],
    ['on an older server while a pod is left', false, { pods: 1, policies: 0 }, denied],
    ['on an older server that cannot be listed', false, 'unavailable', denied],
    ['on an older server that nobody listed', false, undefined, denied],
  ];
  test.each(cases)('the namespace controller deletes it %s', (_says, orderedDeletion, contents, expected) => {
    for (const user of controllers) {
      const request = { ...deleted, user };
      expect(told(judgeFloor(request, last({ orderedDeletion, contents })))).toEqual(expected);
      expect(floorNeedsContents(request, orderedDeletion)).toBe(!orderedDeletion);
    }
  });

  test('administrators may still put it right, nobody else', () => {
    expect(judgeFloor({ ...changed, user: admin }, last({}))).toEqual([]);
    expect(told(judgeFloor({ ...changed, user: developer }, last({})))).toEqual(denied);
  });
});

describe('an update by anyone', () => {
  const old = floor({ finalizers: ['a/b', 'c/d'], resourceVersion: '1', labels: { x: 'y' } });
  test.each([
    ['that changes nothing passes', old, []],
    [
      'that removes a finalizer passes',
      floor({
        labels: { x: 'y' },
        finalizers: ['c/d'],
        resourceVersion: '2',
        managedFields: [{}],
        generation: 2,
      }),
      [],
    ],
    ['that removes every finalizer passes', floor({ labels: { x: 'y' } }), []],
    ['that adds a finalizer is denied', floor({ labels: { x: 'y' }, finalizers: ['e/f'] }), denied],
    ['that changes a label is denied', floor({ labels: { x: 'z' } }), denied],
    ['that adds an owner is denied', floor({ labels: { x: 'y' }, ownerReferences: [{ uid: 'u' }] }), denied],
    [
      'that removes a finalizer and changes the spec is denied',
      floor({ labels: { x: 'y' } }, { podSelector: { matchLabels: {} } }),
      denied,
    ],
    ['without an object is denied', null, denied],
  ])('%s', (_says, object, expected) => {
    const request = policyRequest({ operation: 'UPDATE', oldObject: old, object });
    expect(told(judgeFloor(request, ofFloor()))).toEqual(expected);
  });
});

describe('what is a floor', () => {
  test.each([
    ['by the name of a new object', { name: '', object: floor() }, true],
    [
      'by the name of the old object, as deletecollection sends it',
      { name: '', operation: 'DELETE', oldObject: floor() },
      true,
    ],
    ['by the name in the request', { object: null }, true],
    [
      'not another name',
      { name: 'bulkhead-floor2', object: { metadata: { name: 'bulkhead-floor2' } } },
      false,
    ],
    ['not another group', { group: 'crd.projectcalico.org', object: floor() }, false],
    ['not another resource', { resource: 'ingresses', object: floor() }, false],
    ['not a generated name', { name: '', object: { metadata: { generateName: 'bulkhead-floor' } } }, false],
    ['not a name that is no text', { name: '', object: { metadata: { name: ['bulkhead-floor'] } } }, false],
  ] as const)('%s', (_says, change, is) => {
    const request = policyRequest(change);
    expect(touchesFloor(request)).toBe(is);
    expect(told(judgeFloor(request, ofFloor()))).toEqual(is ? denied : []);
  });

  test('a policy of that name in an exempt namespace is none', () => {
    const context = ofFloor({ namespace: namespace({ name: 'kube-system' }) });
    expect(judgeFloor(created, context)).toEqual([]);
  });
});
