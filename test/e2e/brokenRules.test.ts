// Rules in the cluster that do not compile when a process starts: it waits, refuses everything but their mending, and is ready once they are mended.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { boundary, condition, floorIn, guardrail, home } from './home.ts';
import { installKinds, removeRules } from './ownKinds.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';
import { admitsPolicy, review } from './reviewOf.ts';
import { ownAt, stringAt } from '../../src/k8s/json.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';

const cluster = connect(readConnection(process.env));
const folder = join(import.meta.dirname, 'home');
const namespace = 'broken-home';
let product: Product;

const apply = async (stdin: object): Promise<void> => {
  expect(await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin })).toMatchObject({ code: 0 });
};
const opens = (cidr: string): object => ({
  podSelector: {},
  policyTypes: ['Egress'],
  egress: [{ to: [{ ipBlock: { cidr } }] }],
});

/** Waits until the condition of a rule has that reason. */
const told = (plural: string, name: string, type: string, reason: string): Promise<unknown> =>
  eventually(`${type} of ${name} is ${reason}`, async () => {
    const { body } = await cluster.call('admin', `/apis/bulkhead.dev/v1alpha1/${plural}/${name}`);
    const found = condition(body, type);
    const isNewest = ownAt(found, 'observedGeneration') === ownAt(body, 'metadata', 'generation');
    return isNewest && stringAt(found, 'reason') === reason && found;
  });

beforeAll(async () => {
  await installKinds(cluster);
  await cluster.createNamespace(namespace, { [home]: 'a' });
  // Nobody is registered yet, so nobody refuses them.
  await apply(boundary('good', { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] }));
  await apply(guardrail('mended', 'object.metadata.name =='));
  product = await startProduct(cluster, {
    rules: join(folder, 'base.yaml'),
    config: join(folder, 'controllers.yaml'),
  });
});
afterAll(async () => {
  await product.discard();
  await removeRules(cluster);
});

test('it runs, is not ready, and says why', async () => {
  const { status, text } = await product.readyz();
  expect(status).toBe(503);
  expect(text).toContain('rules: none in force: cluster:GuardrailPolicy/mended');
  const printed = await product.printed();
  expect(printed).toContain('cluster:GuardrailPolicy/mended');
  expect(printed).toContain('none are in force: everything but a change of rules is refused');
});

test('it refuses what it is asked, at both doors, whatever it is', async () => {
  const policy = {
    ...{ group: 'networking.k8s.io', kind: 'NetworkPolicy', resource: 'networkpolicies', namespace },
    object: { metadata: { name: 'asked', namespace }, spec: opens('10.1.0.0/16') },
  };
  const map = {
    ...{ group: '', kind: 'ConfigMap', resource: 'configmaps', namespace },
    object: { metadata: { name: 'asked', namespace } },
  };
  for (const door of ['validate', 'mutate'] as const)
    for (const creation of [policy, map])
      expect(await review(product.url, door, creation)).toMatchObject({
        allowed: false,
        message: expect.stringContaining('no rules are in force'),
      });
});

test('the leader tells each rule what is wrong, and writes nothing else', async () => {
  expect(await told('guardrailpolicies', 'mended', 'Accepted', 'NotCompiled')).toMatchObject({
    status: 'False',
    message: expect.stringMatching(
      /^no rules are in force and nobody is ready: \/spec\/validations\/0\/expression: /,
    ),
  });
  expect(await told('boundaries', 'good', 'Accepted', 'OthersNotCompiled')).toMatchObject({
    message: expect.stringContaining('cluster:GuardrailPolicy/mended'),
  });
  expect(await told('boundaries', 'good', 'Enforced', 'NotInForce')).toMatchObject({ status: 'False' });
  expect((await cluster.call('admin', floorIn(namespace))).status).toBe(404);
});

test('once it is mended, all are in force and it is ready', async () => {
  await apply(guardrail('mended', 'true'));
  await eventually('it is ready', async () => (await product.readyz()).status === 200, 5_000);
  expect(await admitsPolicy(product.url, namespace, opens('10.1.0.0/16'))).toBe(true);
  expect(await admitsPolicy(product.url, namespace, opens('192.0.2.0/24'))).toBe(false);
  await told('guardrailpolicies', 'mended', 'Accepted', 'InForce');
  await told('boundaries', 'good', 'Accepted', 'InForce');
  await eventually(
    'the floor stands',
    async () => (await cluster.call('admin', floorIn(namespace))).status === 200,
  );
});

test('broken later, the last good set stays, which the rule says, and it stays ready', async () => {
  await apply(guardrail('mended', 'object.metadata.name =='));
  expect(await told('guardrailpolicies', 'mended', 'Accepted', 'NotCompiled')).toMatchObject({
    status: 'False',
    message: expect.stringMatching(
      /^the last good rules stay in force: \/spec\/validations\/0\/expression: /,
    ),
  });
  expect((await product.readyz()).status).toBe(200);
  expect(await admitsPolicy(product.url, namespace, opens('10.1.0.0/16'))).toBe(true);
  expect(await admitsPolicy(product.url, namespace, opens('192.0.2.0/24'))).toBe(false);
});
