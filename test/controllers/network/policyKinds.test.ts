/** What the API server serves is looked at by discovery, and kinds that nobody guards are told as what keeps a Boundary from being a proof. */
import { expect, test } from '@jest/globals';
import type { Api } from '../../../src/controllers/api.ts';
import { policyKinds } from '../../../src/controllers/network/policyKinds.ts';
import { tenants, worldOf } from '../../admission/scenario.ts';

const signal = new AbortController().signal;
const group = (
  name: string,
  resources: readonly (readonly [string, string, readonly string[]])[],
): object => ({
  metadata: { name },
  versions: ['v1', 'v1beta1'].map((version) => ({
    version,
    resources: resources.map(([kind, resource, verbs]) => ({
      resource,
      responseKind: { group: name, version, kind },
      verbs,
    })),
  })),
});
const answering = (answers: readonly unknown[]) => {
  let turn = 0;
  let changes = 0;
  const api: Api = {
    ask: ({ accept }) => {
      expect(accept).toContain('apidiscovery.k8s.io');
      const items = answers[Math.min(turn, answers.length - 1)];
      turn += 1;
      if (items === 'fails')
        return Promise.resolve({ ok: false, failure: { code: 'cluster.timeout', message: 'no answer' } });
      const body = Array.isArray(items) ? { kind: 'APIGroupDiscoveryList', items } : items;
      return Promise.resolve({ ok: true, body });
    },
  };
  const { rules } = worldOf(tenants, '');
  const kinds = policyKinds({ api, around: { rules: () => rules }, changed: () => (changes += 1) });
  return { kinds, changes: () => changes };
};

test('before the first look it is not known', () => {
  expect(answering([[]]).kinds.lacking()).toEqual(['not known yet which kinds of policy are served']);
});

test('a kind that can be written and is not guarded is named once, whatever its versions', async () => {
  const open = group('example.com', [
    ['OpenNetworkPolicy', 'opennetworkpolicies', ['create', 'get', 'list']],
    ['SeenNetworkPolicy', 'seennetworkpolicies', ['get', 'list', 'watch']],
    ['Unrelated', 'unrelateds', ['create']],
  ]);
  const known = group('cilium.io', [['CiliumNetworkPolicy', 'ciliumnetworkpolicies', ['create', 'update']]]);
  const { kinds, changes } = answering([[known, open], [known, open], [known]]);
  await kinds.reconcile('served', signal);
  expect(kinds.lacking()).toEqual([
    'OpenNetworkPolicy (example.com) is served and not guarded; write a GuardrailPolicy on it',
  ]);
  await kinds.reconcile('served', signal);
  expect(changes()).toBe(1);
  await kinds.reconcile('served', signal);
  expect({ lacking: kinds.lacking(), changes: changes() }).toEqual({ lacking: [], changes: 2 });
});

test.each<[string, unknown]>([
  ['no answer', 'fails'],
  ['an answer in the old form', { kind: 'APIGroupList', groups: [] }],
])('after %s what was known stays', async (_what, answer) => {
  const { kinds } = answering([[], answer]);
  await kinds.reconcile('served', signal);
  expect(await kinds.reconcile('served', signal)).toMatchObject({ outcome: 'failed' });
  expect(kinds.lacking()).toEqual([]);
});
