/** Subjects: exact names only. */
import { describe, expect, test } from '@jest/globals';
import { includes } from '../../../src/boundary/invariants/subjects.ts';

const subjects = {
  users: ['root'],
  groups: ['system:masters'],
  serviceAccounts: ['kube-system/multus', 'cni:antrea'],
};

describe('includes', () => {
  test.each([
    ['a user by name', 'root', [], true],
    ['a member of a group', 'eve', ['system:authenticated', 'system:masters'], true],
    ['a ServiceAccount written with a slash', 'system:serviceaccount:kube-system:multus', [], true],
    ['a ServiceAccount written with a colon', 'system:serviceaccount:cni:antrea', [], true],
    ['nobody else', 'eve', ['system:authenticated'], false],
    ['nobody without a name', '', [], false],
    ['no user named like a group', 'system:masters', [], false],
    ['no group named like a user', 'eve', ['root'], false],
    ['no user named like a ServiceAccount', 'kube-system:multus', [], false],
    ['no ServiceAccount of another namespace', 'system:serviceaccount:cni:multus', [], false],
    ['no ServiceAccount with a longer name', 'system:serviceaccount:kube-system:multus2', [], false],
    ['no name in another casing', 'Root', ['SYSTEM:MASTERS'], false],
  ])('%s', (_says, username, groups, is) => {
    expect(includes(subjects, { username, groups })).toBe(is);
  });
});
