// Parameters that are stored in the cluster: read live, just those that policies ask for, and never taken for absent when they cannot be read.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { installKinds, removeRules } from './ownKinds.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';
import { review } from './reviewOf.ts';
import type { Reviewed } from './reviewOf.ts';
import {
  applied,
  configMap,
  constraintsOf,
  definition,
  deniedByFiles,
  paramGroup,
  reading,
} from './storedPolicies.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';

const cluster = connect(readConnection(process.env));
const folder = join(import.meta.dirname, 'home');
const roles = ['param-configmaps', 'param-kinds'];
let product: Product;

const most = 'object.data.size() <= int(has(params.data) ? params.data.most : params.most)';
const policy = (
  name: string,
  apiVersion: string,
  kind: string,
  paramRef: object,
  more: object = {},
): object => ({
  apiVersion: 'bulkhead.dev/v1alpha1',
  kind: 'GuardrailPolicy',
  metadata: { name },
  spec: {
    paramKind: { apiVersion, kind },
    paramRef: { parameterNotFoundAction: 'Deny', ...paramRef },
    matchConstraints: constraintsOf(name),
    validations: [{ expression: most, messageExpression: `'too many for ' + params.metadata.name` }],
    ...more,
  },
});
const data = (namespace: string, name: string, entries: number, labels: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels },
  data: { most: String(entries) },
});
const custom = (kind: string, metadata: object, entries: number): object => ({
  apiVersion: `${paramGroup}/v1`,
  kind,
  metadata,
  most: entries,
});

/** Policies with the parameters that they find, and who is asked: namespace, entries, whether that is allowed. */
const cases: readonly (readonly [
  string,
  object,
  readonly object[],
  readonly (readonly [string, number, boolean])[],
])[] = [
  [
    'by name, in the namespace that the policy names',
    policy('by-name', 'v1', 'ConfigMap', { name: 'by-name', namespace: 'params-home' }),
    [data('params-home', 'by-name', 2)],
    [
      ['params-a', 2, true],
      ['params-a', 3, false],
    ],
  ],
  [
    'by name, in the namespace of the request',
    policy('of-request', 'v1', 'ConfigMap', { name: 'of-request' }),
    [data('params-a', 'of-request', 1), data('params-b', 'of-request', 3)],
    [
      ['params-a', 1, true],
      ['params-a', 2, false],
      ['params-b', 3, true],
      ['params-home', 1, false],
    ],
  ],
  [
    'by labels: all that they select must hold',
    policy('by-labels', 'v1', 'ConfigMap', {
      namespace: 'params-home',
      selector: {
        matchLabels: { limit: 'entries' },
        matchExpressions: [
          { key: 'tier', operator: 'In', values: ['gold', 'silver'] },
          { key: 'old', operator: 'DoesNotExist' },
        ],
      },
    }),
    [
      data('params-home', 'gold', 4, { limit: 'entries', tier: 'gold' }),
      data('params-home', 'silver', 2, { limit: 'entries', tier: 'silver' }),
      data('params-home', 'bronze', 0, { limit: 'entries', tier: 'bronze' }),
      data('params-home', 'old', 0, { limit: 'entries', tier: 'gold', old: 'yes' }),
    ],
    [
      ['params-a', 2, true],
      ['params-a', 3, false],
    ],
  ],
  [
    'that are not there: refused where the policy says Deny',
    policy('absent-deny', 'v1', 'ConfigMap', { name: 'nowhere', namespace: 'params-home' }),
    [],
    [['params-a', 0, false]],
  ],
  [
    'that are not there: passed over where it says Allow',
    policy('absent-allow', 'v1', 'ConfigMap', {
      name: 'nowhere',
      namespace: 'params-home',
      parameterNotFoundAction: 'Allow',
    }),
    [],
    [['params-a', 9, true]],
  ],
  [
    'of a custom kind in namespaces',
    policy('custom', `${paramGroup}/v1`, 'Quotum', { name: 'entries' }),
    [custom('Quotum', { name: 'entries', namespace: 'params-a' }, 2)],
    [
      ['params-a', 2, true],
      ['params-a', 3, false],
      ['params-b', 1, false],
    ],
  ],
  [
    'of a custom kind without namespaces, by labels',
    policy('wide', `${paramGroup}/v1`, 'Ceiling', { selector: { matchLabels: { of: 'entries' } } }),
    [
      custom('Ceiling', { name: 'high', labels: { of: 'entries' } }, 3),
      custom('Ceiling', { name: 'low', labels: { of: 'nothing' } }, 0),
    ],
    [
      ['params-b', 3, true],
      ['params-b', 4, false],
    ],
  ],
  [
    'in a namespace, of a kind that has none: refused',
    policy('misplaced', `${paramGroup}/v1`, 'Ceiling', { name: 'high', namespace: 'params-home' }),
    [custom('Ceiling', { name: 'high', labels: { of: 'entries' } }, 3)],
    [['params-b', 1, false]],
  ],
];

const ask = (name: string, namespace: string, entries: number, value?: string): Promise<Reviewed> =>
  review(product.url, 'validate', configMap(name, namespace, entries, value));
/** The case that a policy is of, as its requests carry it. */
const caseOf = (one: object): string => JSON.stringify(one).match(/"case":"([a-z-]+)"/)?.[1] ?? '';
const becomes = (
  what: string,
  allowed: boolean,
  ...asked: readonly [string, string, number]
): Promise<boolean> => eventually(what, async () => (await ask(...asked)).allowed === allowed);

beforeAll(async () => {
  await installKinds(cluster);
  for (const name of ['params-a', 'params-b', 'params-home']) await cluster.createNamespace(name);
  await applied(
    cluster,
    definition('Quotum', 'Namespaced'),
    definition('Ceiling', 'Cluster'),
    ...reading('param-configmaps', '', ['configmaps']),
    ...reading('param-kinds', paramGroup, ['*']),
  );
  await applied(cluster, ...cases.flatMap(([, , objects]) => objects));
  await applied(cluster, ...cases.map(([, one]) => one));
  const options = { rules: join(folder, 'base.yaml'), config: join(folder, 'configuration.yaml') };
  product = await startProduct(cluster, options);
  // A set waits a second for its parameters, then it comes without them: what asks for them refuses until they are read.
  for (const [sentence, one, , asked] of cases)
    await eventually(`its parameters are read: ${sentence}`, async () => {
      const name = caseOf(one);
      const answers = await Promise.all(asked.map(([namespace, entries]) => ask(name, namespace, entries)));
      return answers.every(({ message }) => !message.includes('cannot be read'));
    });
});
afterAll(async () => {
  await product.discard();
  await removeRules(cluster);
  await cluster.kubectl('admin', ['delete', 'clusterrole,clusterrolebinding', ...roles]);
  const definitions = ['quotums', 'ceilings', 'lates'].map((plural) => `${plural}.${paramGroup}`);
  await cluster.kubectl('admin', ['delete', 'crd', '--ignore-not-found', ...definitions]);
});

describe('parameters of the cluster', () => {
  test.each(cases)('%s', async (_sentence, one, objects, asked) => {
    const name = caseOf(one);
    for (const [namespace, entries, allowed] of asked) {
      const answer = await ask(name, namespace, entries);
      expect({ namespace, entries, ...answer }).toMatchObject({ namespace, entries, allowed });
      // The same documents in files say the same, in nearly the same words.
      const byFiles = deniedByFiles([one, ...objects], configMap(name, namespace, entries));
      expect(byFiles.length === 0).toBe(allowed);
      for (const message of byFiles)
        expect(answer.message).toContain(message.replace(' among the rules', ''));
    }
  });

  test('a review that is too large for the main thread finds them too', async () => {
    const large = 'x'.repeat(700_000);
    expect((await ask('by-name', 'params-a', 2, large)).allowed).toBe(true);
    expect(await ask('by-name', 'params-a', 3, large)).toMatchObject({
      allowed: false,
      message: expect.stringContaining('too many for by-name'),
    });
  });

  test('are seen by mutations', async () => {
    const mutation = {
      patchType: 'JSONPatch',
      jsonPatch: {
        expression: `[JSONPatch{op: 'add', path: '/metadata/labels/most', value: params.data.most}]`,
      },
    };
    const paramRef = { name: 'by-name', namespace: 'params-home' };
    await applied(cluster, policy('mutates', 'v1', 'ConfigMap', paramRef, { mutations: [mutation] }));
    await eventually('it mutates', async () =>
      (await review(product.url, 'mutate', configMap('mutates', 'params-a', 1))).patch.includes(
        '"value":"2"',
      ),
    );
  });

  test('that change, go and come are in force within two seconds', async () => {
    const took = async (...change: Parameters<typeof becomes>): Promise<void> => {
      const begun = performance.now();
      await becomes(...change);
      expect(performance.now() - begun).toBeLessThan(2_000);
    };
    await applied(cluster, data('params-home', 'by-name', 5));
    await took('the new value holds', true, 'by-name', 'params-a', 5);
    expect((await ask('by-name', 'params-a', 6)).allowed).toBe(false);
    await cluster.kubectl('admin', ['--namespace', 'params-home', 'delete', 'configmap', 'by-name']);
    await took('without it nothing passes', false, 'by-name', 'params-a', 1);
    await applied(cluster, data('params-home', 'by-name', 2));
    await took('it holds again', true, 'by-name', 'params-a', 2);
  });
});

describe('parameters that cannot be read', () => {
  const permissive = { parameterNotFoundAction: 'Allow' };

  test('refuse what the policy matches, whatever it says of absent ones, until they can be', async () => {
    await applied(
      cluster,
      policy('unread', 'v1', 'LimitRange', { name: 'any', namespace: 'params-home', ...permissive }),
      policy('late', `${paramGroup}/v1`, 'Late', { name: 'any', namespace: 'params-a', ...permissive }),
    );
    await becomes('LimitRanges may not be read', false, 'unread', 'params-a', 1);
    await becomes('nobody serves the kind', false, 'late', 'params-a', 1);
    // The set may come before the API server has answered; until then nobody knows why not.
    for (const [name, why] of [
      ['unread', 'cannot be read: they were not listed yet (cluster.forbidden)'],
      ['late', '(cluster.notFound)'],
    ] as const)
      await eventually(`it says why: ${why}`, async () =>
        (await ask(name, 'params-a', 1)).message.includes(why),
      );
    expect((await ask('by-name', 'params-a', 2)).allowed).toBe(true);
    for (const told of [
      /parameters of kind LimitRange cannot be read.*403.*ClusterRole/,
      /serves no kind Late/,
    ])
      await eventually(`it is printed: ${String(told)}`, async () => told.test(await product.printed()));
    await applied(cluster, definition('Late', 'Namespaced'));
    await becomes('the kind is served', true, 'late', 'params-a', 1);
    await applied(cluster, custom('Late', { name: 'any', namespace: 'params-a' }, 0));
    await becomes('and has a parameter', false, 'late', 'params-a', 1);
  });

  test('are asked for no more once no policy asks', async () => {
    await cluster.kubectl('admin', ['delete', 'guardrailpolicy', 'unread', 'late']);
    await becomes('the policies are gone', true, 'unread', 'params-a', 1);
    await becomes('both', true, 'late', 'params-a', 1);
    expect((await ask('by-name', 'params-a', 2)).allowed).toBe(true);
  });
});
