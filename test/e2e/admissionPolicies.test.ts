// The cluster's own admission policies as rules of Bulkhead: off unless asked for, and then the same verdicts as the API server's and as from files.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stringAt } from '../../src/k8s/json.ts';
import { installKinds, removeRules } from './ownKinds.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';
import { review } from './reviewOf.ts';
import { applied, configMap, constraintsOf, deniedByFiles, reading } from './storedPolicies.ts';
import { capture } from '../cli/capturedTerminal.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';

const cluster = connect(readConnection(process.env));
const folder = join(import.meta.dirname, 'home');
const group = 'admissionregistration.k8s.io';
const kinds = ['validating', 'mutating'].flatMap((one) => [
  `${one}admissionpolicies`,
  `${one}admissionpolicybindings`,
]);
let asked: Product;
let unasked: Product;

const stored = (kind: string, name: string, spec: object): object => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name },
  spec,
});
const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' };
const paramRef = { name: 'vap-limit', namespace: 'vap-home', parameterNotFoundAction: 'Deny' };
const limit = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'vap-limit', namespace: 'vap-home' },
  data: { most: '2', team: 'walls' },
};
const judged = [
  stored('ValidatingAdmissionPolicy', 'vap-most', {
    paramKind,
    matchConstraints: constraintsOf('vap-most'),
    variables: [{ name: 'most', expression: 'int(params.data.most)' }],
    validations: [
      {
        expression: 'object.data.size() <= variables.most',
        messageExpression: `'at most ' + string(variables.most) + ' entries'`,
      },
    ],
  }),
  stored('ValidatingAdmissionPolicyBinding', 'vap-most', {
    policyName: 'vap-most',
    paramRef,
    validationActions: ['Deny'],
  }),
  stored('ValidatingAdmissionPolicy', 'vap-plain', {
    matchConstraints: constraintsOf('vap-plain'),
    validations: [{ expression: 'object.data.size() == 1', message: 'just one entry' }],
  }),
  stored('ValidatingAdmissionPolicyBinding', 'vap-plain', {
    policyName: 'vap-plain',
    validationActions: ['Deny'],
    matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'vap-a' } } },
  }),
];
const mutated = [
  stored('MutatingAdmissionPolicy', 'map-team', {
    paramKind,
    matchConstraints: constraintsOf('map-team'),
    reinvocationPolicy: 'Never',
    mutations: [
      {
        patchType: 'ApplyConfiguration',
        applyConfiguration: {
          expression: `Object{metadata: Object.metadata{labels: {'team': params.data.team}}}`,
        },
      },
    ],
  }),
  stored('MutatingAdmissionPolicyBinding', 'map-team', { policyName: 'map-team', paramRef }),
];
/** What only the API server can judge by. */
const authorizing = [
  stored('ValidatingAdmissionPolicy', 'vap-authorizer', {
    matchConstraints: constraintsOf('vap-authorizer'),
    validations: [{ expression: `authorizer.group('').resource('configmaps').check('create').allowed()` }],
  }),
  stored('ValidatingAdmissionPolicyBinding', 'vap-authorizer', {
    policyName: 'vap-authorizer',
    validationActions: ['Deny'],
  }),
];

/** What the API server makes of it, without storing anything. */
const send = (name: string, namespace: string, entries: number): ReturnType<typeof cluster.call> =>
  cluster.call('admin', `/api/v1/namespaces/${namespace}/configmaps?dryRun=All`, {
    method: 'POST',
    body: configMap(name, namespace, entries).object,
  });

beforeAll(async () => {
  await installKinds(cluster);
  for (const name of ['vap-home', 'vap-a', 'vap-b']) await cluster.createNamespace(name);
  await applied(
    cluster,
    ...reading('vap-configmaps', '', ['configmaps']),
    ...reading('vap-policies', group, kinds),
    ...[limit, ...judged, ...mutated],
  );
  const rules = join(folder, 'base.yaml');
  asked = await startProduct(cluster, { rules, config: join(folder, 'admissionPolicies.yaml') });
  unasked = await startProduct(cluster, { rules, config: join(folder, 'configuration.yaml') });
  await eventually('the API server has the validations in force', async () => {
    const answers = [await send('vap-most', 'vap-a', 3), await send('vap-plain', 'vap-a', 2)];
    return answers.every(
      ({ status, text }) => status === 422 && /at most 2 entries|just one entry/.test(text),
    );
  });
  await eventually('and the mutations', async () =>
    (await send('map-team', 'vap-a', 1)).text.includes('walls'),
  );
});
afterAll(async () => {
  await Promise.all([asked.discard(), unasked.discard()]);
  const all = [...judged, ...mutated, ...authorizing].toReversed();
  for (const one of all) {
    const [kind = '', name = ''] = [stringAt(one, 'kind'), stringAt(one, 'metadata', 'name')];
    await cluster.kubectl('admin', ['delete', kind.toLowerCase(), name, '--ignore-not-found']);
  }
  await cluster.kubectl('admin', [
    ...['delete', 'clusterrole,clusterrolebinding'],
    ...['vap-configmaps', 'vap-policies'],
  ]);
  await removeRules(cluster);
});

describe('admission policies of the cluster', () => {
  test.each<[string, string, string, number, boolean]>([
    ['as many as the parameter allows', 'vap-most', 'vap-a', 2, true],
    ['one more', 'vap-most', 'vap-a', 3, false],
    ['where the binding matches', 'vap-plain', 'vap-a', 2, false],
    ['what it asks for', 'vap-plain', 'vap-a', 1, true],
    ['where the binding does not match', 'vap-plain', 'vap-b', 2, true],
  ])(
    '%s: judged alike by the API server, from the cluster and from files',
    async (_, name, namespace, entries, allowed) => {
      const creation = configMap(name, namespace, entries);
      const [theirs, ours] = [
        await send(name, namespace, entries),
        await review(asked.url, 'validate', creation),
      ];
      expect({ ours: ours.allowed, theirs: theirs.status === 201 }).toEqual({
        ours: allowed,
        theirs: allowed,
      });
      const own = judged.filter((one) => stringAt(one, 'metadata', 'name') === name);
      const byFiles = namespace === 'vap-b' ? [] : deniedByFiles([...own, limit], creation);
      expect(byFiles.length === 0).toBe(allowed);
      for (const message of byFiles) {
        expect(stringAt(theirs.body, 'message')).toContain(message);
        expect(ours.message).toContain(message);
      }
    },
  );

  test('mutations of the cluster, with their parameter: the same label as the API server adds', async () => {
    const theirs = await send('map-team', 'vap-a', 1);
    expect(stringAt(theirs.body, 'metadata', 'labels', 'team')).toBe('walls');
    const { patch } = await review(asked.url, 'mutate', configMap('map-team', 'vap-a', 1));
    expect(JSON.parse(patch)).toEqual([{ op: 'add', path: '/metadata/labels/team', value: 'walls' }]);
  });

  test('without being asked for, are no rules of Bulkhead', async () => {
    expect((await review(unasked.url, 'validate', configMap('vap-plain', 'vap-a', 2))).allowed).toBe(true);
    expect((await review(unasked.url, 'mutate', configMap('map-team', 'vap-a', 1))).patch).toBe('');
  });

  test('that are changed and deleted are followed', async () => {
    const [, , policy] = judged;
    const text = JSON.stringify(policy).replace('== 1', '== 2');
    await applied(cluster, JSON.parse(text) as object);
    const allowed = async (entries: number): Promise<boolean> =>
      (await review(asked.url, 'validate', configMap('vap-plain', 'vap-a', entries))).allowed;
    await eventually('two are asked for', async () => (await allowed(2)) && !(await allowed(1)));
    await cluster.kubectl('admin', ['delete', 'validatingadmissionpolicybinding', 'vap-plain']);
    await eventually('nothing binds it', () => allowed(1));
  });

  test('one that Bulkhead cannot judge by is left to the API server, is told, and keeps no other rule from coming', async () => {
    await applied(cluster, ...authorizing);
    await eventually('it is told', async () =>
      /vap-authorizer[^]*are no rules of Bulkhead; the API server enforces them itself/.test(
        await asked.printed(),
      ),
    );
    const later = {
      apiVersion: 'bulkhead.dev/v1alpha1',
      kind: 'GuardrailPolicy',
      metadata: { name: 'later' },
      spec: { matchConstraints: constraintsOf('later'), validations: [{ expression: 'false' }] },
    };
    await applied(cluster, later);
    await eventually(
      'the rule is in force',
      async () => !(await review(asked.url, 'validate', configMap('later', 'vap-a', 1))).allowed,
    );
    expect((await review(asked.url, 'validate', configMap('vap-most', 'vap-a', 3))).allowed).toBe(false);
    expect((await review(asked.url, 'validate', configMap('vap-authorizer', 'vap-a', 1))).allowed).toBe(true);
    const files = [
      '--kubeconfig',
      cluster.kubeconfig('admin'),
      '--config',
      join(folder, 'admissionPolicies.yaml'),
    ];
    const scanned = await capture(['scan', ...files]);
    expect(scanned.stderr).toMatch(
      /vap-authorizer[^]*are no rules of Bulkhead; the API server enforces them itself/,
    );
    expect([0, 1]).toContain(scanned.code);
  });
});
