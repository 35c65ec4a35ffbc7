// Who may write rules by the API server's own policy: the same whom the webhook lets write them, for the same configuration.
import { expect, test } from '@jest/globals';
import { includes } from '../../src/boundary/invariants/subjects.ts';
import { at, only } from './helm.ts';
import type { Values } from './helm.ts';
import { readRules } from './readBack.ts';
import { withHelm } from './withHelm.ts';

withHelm('the policy about who writes rules', (helm) => {
  const accounts = { serviceAccounts: ['argocd/controller'] };
  const people = [
    { username: 'root', groups: ['system:masters'] },
    { username: 'kubeadm', groups: ['kubeadm:cluster-admins', 'system:authenticated'] },
    { username: 'alice', groups: ['platform'] },
    { username: 'system:serviceaccount:argocd:controller', groups: ['system:serviceaccounts'] },
    { username: 'system:serviceaccount:argocd:other', groups: ['system:serviceaccounts'] },
    { username: 'dev', groups: [] },
  ];

  test.each<[string, Values]>([
    ['nothing said', {}],
    ['administrators by name', { administrators: { users: ['alice'] } }],
    ['administrators of no group', { administrators: { users: ['alice'], groups: [] } }],
    ['other groups of administrators', { administrators: { groups: ['platform'] } }],
    ['a ServiceAccount among them', { administrators: accounts }],
    ['a role of its own', { administrators: { users: ['dev'] }, roles: { ruleWriters: accounts } }],
    ['a role for nobody', { roles: { ruleWriters: {} } }],
    ['another role', { roles: { labelWriters: { users: ['dev'] } } }],
  ])('with %s', async (_sentence, tenancy) => {
    const rendered = await helm.render({ configuration: { tenancy } });
    const policy = only(rendered, 'ValidatingAdmissionPolicy');
    const { ruleWriters } = readRules(rendered).tenancy.roles;
    const expression = String(at(policy, 'spec', 'validations', 0, 'expression'));
    const [users, groups] = [.../* both lists */ expression.matchAll(/in (\[[^\]]*\])/g)].map(
      ([, list = '']) => JSON.parse(list) as readonly string[],
    );
    const byPolicy = people.filter(
      (user) =>
        users?.includes(user.username) === true || user.groups.some((one) => groups?.includes(one) === true),
    );
    expect(byPolicy).toEqual(people.filter((user) => includes(ruleWriters, user)));
    const binding = only(rendered, 'ValidatingAdmissionPolicyBinding');
    expect(at(binding, 'spec', 'policyName')).toBe(policy.metadata.name);
  });

  test('can be left out', async () => {
    const kinds = (await helm.render({ admissionPolicy: { enabled: false } })).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind.startsWith('ValidatingAdmissionPolicy'))).toEqual([]);
  });
});
