/** Namespaces: protected labels, assignment, the tenant label and exempt names. */
import { describe, expect, test } from '@jest/globals';
import {
  judgeNamespace,
  namespaceNeedsContents,
} from '../../../../src/boundary/invariants/namespaces/judgeNamespace.ts';
import type { UserInfo } from '../../../../src/k8s/attributes.ts';
import type { LiveContents } from '../../../../src/boundary/invariants/context.ts';
import {
  admin,
  boundary,
  developer,
  environment,
  inGroups,
  namespaceCreated,
  namespaceObject,
  namespaceUpdated,
  nobody,
  ofNamespace,
  podCreated,
  stranger,
  tenancy,
  tenant,
  threeTeams,
  told,
} from '../scene.ts';

const field = (key: string): string => `/metadata/labels/${key.replace('/', '~1')}`;
const wrong = (key: string): string => `labels.protected ${field(key)}`;
const unassigned = `namespace.unassigned ${field(tenant)}`;

describe('created', () => {
  const cases: readonly [string, UserInfo, object | null, readonly string[]][] = [
    ['by a member, with the assigned label', developer, { [tenant]: 'payments', app: 'a' }, []],
    ['by a member, with another tenant', developer, { [tenant]: 'orders' }, [wrong(tenant)]],
    ['by a member, with an empty value', developer, { [tenant]: '' }, [wrong(tenant), unassigned]],
    [
      'by a member, without the assigned label: the mutating webhook was undone',
      developer,
      {},
      [wrong(tenant), unassigned],
    ],
    [
      'by a member, with a protected label that is not assigned',
      developer,
      { [tenant]: 'payments', [environment]: 'prod' },
      [wrong(environment)],
    ],
    ['by a stranger, without labels', stranger, null, [unassigned]],
    ['by a stranger, with a tenant', stranger, { [tenant]: 'payments' }, [wrong(tenant)]],
    [
      'with the name label, which nobody can forge',
      stranger,
      { 'kubernetes.io/metadata.name': 'x' },
      [unassigned],
    ],
    [
      'by a member of two groups that agree',
      inGroups('team-payments', 'team-prod'),
      { [tenant]: 'payments', [environment]: 'prod' },
      [],
    ],
    [
      'by a member of two groups that disagree',
      inGroups('team-payments', 'team-orders'),
      {},
      [`labels.assignment ${field(tenant)}`],
    ],
    [
      'by a member of two groups that disagree, who chose one',
      inGroups('team-payments', 'team-orders'),
      { [tenant]: 'orders' },
      [`labels.assignment ${field(tenant)}`],
    ],
    ['by an administrator, with anything', admin, { [tenant]: 'x', [environment]: 'y' }, []],
    ['by an administrator, with nothing', admin, null, []],
    [
      'by an administrator in groups that disagree',
      inGroups('system:masters', 'team-payments', 'team-orders'),
      {},
      [],
    ],
  ];
  test.each(cases)('%s', (_says, user, labels, expected) => {
    const request = namespaceCreated(namespaceObject(labels), { user });
    expect(told(judgeNamespace(request, ofNamespace({ tenancy: threeTeams })))).toEqual(expected);
  });

  test.each([
    ['Warn', ['Warn namespace.unassigned']],
    ['Allow', []],
  ] as const)('without a tenant where unassigned is %s', (unassignedIs, expected) => {
    const request = namespaceCreated(namespaceObject({}), { user: stranger });
    const context = ofNamespace({ tenancy: { ...tenancy, unassigned: unassignedIs } });
    expect(told(judgeNamespace(request, context)).map((one) => one.replace(/ \/.*/, ''))).toEqual(expected);
  });

  test('under an exempt name it would have no boundary at all, so only administrators may', () => {
    const object = namespaceObject({ [tenant]: 'payments' }, 'kube-system');
    expect(told(judgeNamespace(namespaceCreated(object), ofNamespace()))).toEqual([
      'namespace.exempt /metadata/name',
    ]);
    expect(judgeNamespace(namespaceCreated(object, { user: admin }), ofNamespace())).toEqual([]);
  });

  test('with a generated name, before and after the name is known', () => {
    const object = { metadata: { generateName: 'x-', labels: { [tenant]: 'payments' } } };
    expect(judgeNamespace(namespaceCreated(object, { name: '' }), ofNamespace())).toEqual([]);
    const named = { metadata: { ...object.metadata, name: 'x-abcde' } };
    expect(judgeNamespace(namespaceCreated(named, { name: 'x-abcde' }), ofNamespace())).toEqual([]);
  });
});

describe('changed', () => {
  const old = { [tenant]: 'payments', app: 'a' };
  const through = ['', 'status', 'finalize'];
  const changes: readonly [string, object | null, object | null, readonly string[], readonly string[]][] = [
    ['an unrelated label', old, { ...old, app: 'b' }, [], []],
    ['nothing', old, old, [], []],
    [
      'a protected label that is changed',
      old,
      { ...old, [tenant]: 'orders' },
      [wrong(tenant)],
      [wrong(tenant)],
    ],
    [
      'a protected label that is emptied',
      old,
      { ...old, [tenant]: '' },
      [wrong(tenant), unassigned],
      [wrong(tenant)],
    ],
    ['a protected label that is removed', old, { app: 'a' }, [wrong(tenant), unassigned], [wrong(tenant)]],
    ['all labels that are removed', old, null, [wrong(tenant), unassigned], [wrong(tenant)]],
    ['a protected label that is added', old, { ...old, [environment]: 'prod' }, [wrong(environment)], []],
    ['a tenant that is added', {}, { [tenant]: 'payments' }, [wrong(tenant)], []],
    [
      'an empty tenant that is filled',
      { [tenant]: '' },
      { [tenant]: 'payments' },
      [wrong(tenant)],
      [wrong(tenant)],
    ],
    ['a name label that is changed', old, { ...old, 'kubernetes.io/metadata.name': 'x' }, [], []],
    ['a namespace without a tenant that stays so', {}, { app: 'a' }, [], []],
  ];
  for (const subresource of through) {
    for (const [says, before, after, byOthers, byAdmin] of changes) {
      test(`${says}, through namespaces/${subresource}`, () => {
        const request = namespaceUpdated(namespaceObject(before), namespaceObject(after), { subresource });
        for (const user of [developer, stranger]) {
          expect(told(judgeNamespace({ ...request, user }, ofNamespace()))).toEqual(byOthers);
        }
        expect(told(judgeNamespace({ ...request, user: admin }, ofNamespace()))).toEqual(byAdmin);
        expect(namespaceNeedsContents({ ...request, user: admin }, tenancy)).toBe(byAdmin.length > 0);
        expect(namespaceNeedsContents({ ...request, user: stranger }, tenancy)).toBe(false);
      });
    }
  }

  const contents: readonly [string, LiveContents, boolean][] = [
    ['it is empty', { pods: 0, policies: 0 }, true],
    ['it has a pod', { pods: 1, policies: 0 }, false],
    ['it has a policy besides the floor', { pods: 0, policies: 1 }, false],
    ['no live list was possible', 'unavailable', false],
    ['nobody listed it', undefined, false],
  ];
  test.each(contents)('an administrator changes or removes a label while %s', (_says, listed, passes) => {
    for (const after of [{ [tenant]: 'orders' }, {}]) {
      const request = namespaceUpdated(namespaceObject(old), namespaceObject(after), { user: admin });
      expect(told(judgeNamespace(request, ofNamespace({ contents: listed })))).toEqual(
        passes ? [] : [wrong(tenant)],
      );
      const byOther = { ...request, user: developer };
      expect(told(judgeNamespace(byOther, ofNamespace({ contents: listed })))).toContain(wrong(tenant));
    }
  });

  test('contents matter only for an update that has both objects', () => {
    const request = namespaceUpdated(namespaceObject(old), namespaceObject({}), { user: admin });
    expect(namespaceNeedsContents(request, tenancy)).toBe(true);
    for (const change of [
      { object: null },
      { oldObject: null },
      { operation: 'CREATE' },
      { kind: 'Pod' },
    ] as const) {
      expect(namespaceNeedsContents({ ...request, ...change }, tenancy)).toBe(false);
    }
  });

  test('labels of exempt namespaces are protected, their tenant is nobody to miss', () => {
    const request = namespaceUpdated(namespaceObject(old, 'kube-system'), namespaceObject({}, 'kube-system'));
    expect(told(judgeNamespace(request, ofNamespace()))).toEqual([wrong(tenant)]);
  });

  test.each(['status', 'finalize'])("the namespace controller's update of %s passes", (subresource) => {
    const before = {
      ...namespaceObject(old),
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Terminating' },
    };
    const after = { ...before, spec: { finalizers: [] }, status: { phase: 'Terminating', conditions: [] } };
    const user = { username: 'system:serviceaccount:kube-system:namespace-controller', groups: [] };
    const request = namespaceUpdated(before, after, { user, subresource });
    expect(judgeNamespace(request, ofNamespace({ boundaries: [boundary()] }))).toEqual([]);
  });

  test('without an old object every protected label counts as new', () => {
    const request = { ...namespaceUpdated(namespaceObject({}), namespaceObject(old)), oldObject: null };
    expect(told(judgeNamespace(request, ofNamespace()))).toEqual([wrong(tenant)]);
  });
});

describe('what cannot be read', () => {
  test.each([
    [
      'labels that are a list',
      { metadata: { name: 'shop', labels: [] } },
      ['object.unreadable /metadata/labels'],
    ],
    [
      'a label that is a number',
      { metadata: { labels: { [tenant]: 1 } } },
      [`object.unreadable ${field(tenant)}`],
    ],
    ['metadata that is a text', { metadata: 'x' }, ['object.unreadable /metadata']],
  ])('is denied, whoever sends it: %s', (_says, object, expected) => {
    expect(told(judgeNamespace(namespaceCreated(object, { user: admin }), ofNamespace()))).toEqual(expected);
    expect(told(judgeNamespace(namespaceCreated(object), ofNamespace()))).toEqual(
      expect.arrayContaining(expected),
    );
  });

  test('is no new fault where it is stored already', () => {
    const object = { metadata: { name: 'shop', labels: { a: 1 } } };
    const after = { metadata: { name: 'shop', labels: { a: 1 }, finalizers: [] } };
    expect(judgeNamespace(namespaceUpdated(object, after), ofNamespace())).toEqual([]);
  });

  test('an absent object is denied; deletions and other kinds are not judged', () => {
    const request = namespaceCreated(namespaceObject({}));
    expect(told(judgeNamespace({ ...request, object: null }, ofNamespace()))).toEqual(['object.unreadable ']);
    expect(judgeNamespace({ ...request, operation: 'DELETE', object: null }, ofNamespace())).toEqual([]);
    expect(judgeNamespace(podCreated({}), ofNamespace())).toEqual([]);
  });
});

test('a tenancy without administrators lets nobody write a protected label', () => {
  const closed = { ...tenancy, roles: { ...tenancy.roles, labelWriters: nobody } };
  const request = namespaceCreated(namespaceObject({ [tenant]: 'x' }), { user: admin });
  expect(told(judgeNamespace(request, ofNamespace({ tenancy: closed })))).toEqual([wrong(tenant)]);
});
