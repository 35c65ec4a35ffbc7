// Who writes rules, on a real API server where nobody of Bulkhead answers: the chart's own policy lets ruleWriters and nobody else; and no ClusterRole of it gives developers exceptions.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { boundary, guardrail } from './home.ts';
import { installKinds, removeRules } from './ownKinds.ts';
import type { Manifest } from '../chart/helm.ts';
import { withHelm } from '../chart/withHelm.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';
import type { IdentityName } from '../cluster/identities.ts';
import type { Printed } from '../cluster/kubectl.ts';
import { listAt, ownAt, stringAt } from '../../src/k8s/json.ts';

const cluster = connect(readConnection(process.env));
const home = 'writers-home';
const refusal = 'only administrators (tenancy.roles.ruleWriters) may write rules of Bulkhead';

const apply = (who: IdentityName, stdin: object): Promise<Printed> =>
  cluster.kubectl(who, ['apply', '-f', '-'], { stdin });

withHelm('the chart, about who writes rules', (helm) => {
  let objects: readonly Manifest[] = [];

  beforeAll(async () => {
    await installKinds(cluster);
    await cluster.createNamespace(home);
    const values = {
      fullnameOverride: 'walls-written',
      configuration: {
        tenancy: { roles: { ruleWriters: { users: ['dev-orders'], groups: ['system:masters'] } } },
      },
    };
    const kinds = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'ClusterRole'];
    objects = (await helm.render(values, home)).filter(
      (one) => kinds.includes(one.kind) && ownAt(one, 'metadata', 'annotations') === undefined,
    );
    expect(objects.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    expect(await apply('admin', list)).toMatchObject({ code: 0 });
    await eventually('the policy is in force', async () => {
      const { code, stderr } = await apply('dev-payments', boundary('probe', { ingress: [] }));
      if (code === 0) await cluster.kubectl('admin', ['delete', 'boundary', 'probe']);
      return stderr.includes(refusal);
    });
  });
  afterAll(async () => {
    const stdin = { apiVersion: 'v1', kind: 'List', items: objects };
    await cluster.kubectl('admin', ['delete', '--ignore-not-found', '-f', '-'], { stdin });
    await eventually('nobody is refused any more', async () => {
      const { code } = await apply('dev-payments', boundary('probe', { ingress: [] }));
      return code === 0;
    });
    await removeRules(cluster);
  });

  describe.each<[string, string, object, object]>([
    ['a Boundary', 'boundary', boundary('written', { ingress: [] }), boundary('written', { egress: [] })],
    ['a GuardrailPolicy', 'guardrailpolicy', guardrail('written', 'true'), guardrail('written', 'false')],
  ])('%s', (_kind, resource, first, second) => {
    test('is created, changed and deleted by rule writers only', async () => {
      const refused = { code: 1, stderr: expect.stringContaining(refusal) };
      expect(await apply('dev-payments', first)).toMatchObject(refused);
      expect(await apply('dev-orders', first)).toMatchObject({ code: 0 });
      expect(await apply('dev-payments', second)).toMatchObject(refused);
      const remove = ['delete', resource, 'written'];
      expect(await cluster.kubectl('dev-payments', remove)).toMatchObject(refused);
      expect(await apply('admin', second)).toMatchObject({ code: 0 });
      // What leaves the spec alone is not about rules: labels, finalizers.
      const label = ['label', resource, 'written', 'a=b'];
      expect(await cluster.kubectl('dev-payments', label)).toMatchObject({ code: 0 });
      expect(await cluster.kubectl('dev-orders', remove)).toMatchObject({ code: 0 });
    });
  });

  test('its ClusterRoles are aggregated into no role of others, and who may edit a namespace may not write exceptions', async () => {
    const labels = objects.flatMap((one) => Object.keys(Object(ownAt(one, 'metadata', 'labels')) as object));
    expect(labels.filter((key) => key.startsWith('rbac.authorization.k8s.io/aggregate-to-'))).toEqual([]);
    for (const role of ['edit', 'admin', 'view']) {
      const { body } = await cluster.call('admin', `/apis/rbac.authorization.k8s.io/v1/clusterroles/${role}`);
      expect(stringAt(body, 'metadata', 'name')).toBe(role);
      const ours = listAt(body, 'rules').filter((rule) => listAt(rule, 'apiGroups').includes('bulkhead.dev'));
      expect(ours).toEqual([]);
    }
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'editors', namespace: home },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'editor' }],
    };
    expect(await apply('admin', binding)).toMatchObject({ code: 0 });
    const may = async (verb: string, what: string): Promise<string> => {
      const args = ['auth', 'can-i', verb, what, '--namespace', home, '--as', 'editor'];
      return (await cluster.kubectl('admin', args)).stdout.trim();
    };
    expect(await may('create', 'configmaps')).toBe('yes');
    for (const what of ['guardrailexceptions.bulkhead.dev', 'guardrailexceptions.bulkhead.dev/status'])
      for (const verb of ['create', 'update', 'patch', 'delete']) expect(await may(verb, what)).toBe('no');
  });
});
