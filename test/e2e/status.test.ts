// What a status says of a rule on a real API server, and that it is true: what is stored is scanned, every clause of a proof can fall and stand again.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { condition } from './home.ts';
import { installKinds, removeRules } from './ownKinds.ts';
import { bulkhead, startProduct } from './product.ts';
import type { Product } from './product.ts';
import { pod } from './spine.ts';
import { daemonSet } from '../controllers/network/recorded.ts';
import { listAt, ownAt, stringAt } from '../../src/k8s/json.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';
import { freePorts } from '../cluster/ports.ts';

const cluster = connect(readConnection(process.env));
const name = 'bulkhead-told';
const namespace = 'told';
const tenant = 'told.example/tenant';
let folder: string;
let product: Product | undefined;

const apply = async (stdin: object): Promise<void> => {
  const done = await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin });
  expect(done).toMatchObject({ code: 0 });
};
const remove = async (...args: readonly string[]): Promise<void> => {
  expect(await cluster.kubectl('admin', ['delete', ...args])).toMatchObject({ code: 0 });
};
const boundary = (egress: readonly object[], more: object = {}): object => ({
  apiVersion: 'bulkhead.dev/v1alpha1',
  kind: 'Boundary',
  metadata: { name: 'told', annotations: { 'bulkhead.dev/confirm': 'told' } },
  spec: {
    namespaceSelector: { matchLabels: { [tenant]: 'a' } },
    floor: { mode: 'Create' },
    ingress: [],
    egress,
    ...more,
  },
});
const to = (cidr: string): object => ({ to: [{ ipBlock: { cidr } }] });
const policy = (policyName: string, egress: readonly object[]): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: policyName, namespace },
  spec: { podSelector: {}, policyTypes: ['Egress'], egress },
});
const guardrail = (expression: string): object => ({
  apiVersion: 'bulkhead.dev/v1alpha1',
  kind: 'GuardrailPolicy',
  metadata: { name: 'told' },
  spec: {
    matchConstraints: {
      namespaceSelector: { matchLabels: { [tenant]: 'a' } },
      resourceRules: [
        {
          ...{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'] },
          resources: ['pods'],
        },
      ],
    },
    validations: [{ expression }],
    validationActions: ['Audit'],
  },
});

const stored = async (plural: string): Promise<unknown> =>
  (await cluster.call('admin', `/apis/bulkhead.dev/v1alpha1/${plural}/told`)).body;
/** Waits until the status speaks of the newest spec and is as `claim` has it. */
const told = (what: string, claim: (object: unknown) => boolean, plural = 'boundaries'): Promise<unknown> =>
  eventually(what, async () => {
    const object = await stored(plural);
    const isNewest =
      ownAt(object, 'status', 'observedGeneration') === ownAt(object, 'metadata', 'generation');
    return isNewest && claim(object) && object;
  });
const proof = (object: unknown): string => stringAt(condition(object, 'Proven'), 'message') ?? '';
const violations = (object: unknown): unknown => ownAt(object, 'status', 'violations');

beforeAll(async () => {
  await installKinds(cluster);
  await apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'told-node' } });
  // What was there before Bulkhead: nobody looked at it.
  await cluster.createNamespace(namespace, { [tenant]: 'a' });
  await apply(policy('open', [{}]));
  await apply({
    ...pod('reaches', {}, { hostNetwork: true }),
    metadata: { name: 'reaches', namespace },
  });
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-told-'));
  const [port = 0] = await freePorts(1);
  const config = join(folder, 'configuration.yaml');
  await writeFile(
    config,
    `apiVersion: config.bulkhead.dev/v1alpha1
kind: Configuration
tenancy:
  unassigned: Allow
  assign: [{ groups: [team-payments], labels: { bulkhead.dev/tenant: payments } }]
cluster:
  podCIDRs: [10.244.0.0/16]
  serviceCIDRs: [10.96.0.0/12]
  nodeCIDRs: [192.168.10.0/24]
webhook: { url: "https://127.0.0.1:${port}", name: ${name} }
controllers: { scanEvery: 3s }
`,
  );
  product = await startProduct(cluster, {
    rules: join(import.meta.dirname, 'home', 'base.yaml'),
    config,
    port,
  });
});
afterAll(async () => {
  await product?.discard();
  for (const kind of ['validatingwebhookconfiguration', 'mutatingwebhookconfiguration'])
    await cluster.kubectl('admin', ['delete', kind, name, '--ignore-not-found']);
  await removeRules(cluster);
  await cluster.kubectl('admin', [
    ...['--namespace', 'kube-system', 'delete', 'daemonset', 'cilium', '--ignore-not-found'],
  ]);
  await cluster.kubectl('admin', ['delete', 'node', 'told-node', '--ignore-not-found']);
  await rm(folder, { recursive: true, force: true });
});

test('what was stored before is counted and named', async () => {
  await apply(guardrail("object.metadata.name == 'expected'"));
  await apply(boundary([to('10.0.0.0/8')]));
  const now = await told('it is scanned', (object) => violations(object) === 2);
  expect(condition(now, 'Accepted')).toMatchObject({ status: 'True', reason: 'InForce' });
  expect(condition(now, 'Proven')).toMatchObject({
    status: 'False',
    reason: 'NotProven',
    message: expect.stringMatching(
      /stored and outside it: (NetworkPolicy told\/open, Pod told\/reaches|Pod told\/reaches, NetworkPolicy told\/open)/,
    ),
  });
  expect(ownAt(now, 'status')).toMatchObject({ namespaces: 1, exceptions: 0 });
  const shown = await cluster.kubectl('admin', ['get', 'bnd', 'told', '--no-headers']);
  expect(shown.stdout).toMatch(/^told +1 +1 +0 +/);
});

test('a guardrail is told of likewise: that it is in force, and how many objects break it', async () => {
  const now = await told('it is scanned', (object) => violations(object) === 1, 'guardrailpolicies');
  expect(condition(now, 'Accepted')).toMatchObject({ status: 'True', reason: 'InForce' });
});

test('with everything in place it is proven', async () => {
  await remove('networkpolicy', 'open', '--namespace', namespace);
  await remove('pod', 'reaches', '--namespace', namespace, '--force', '--grace-period=0');
  await told('nothing is outside', (object) => violations(object) === 0);
  const containers = [['cilium', 'quay.io/cilium/cilium:v1.16.5']] as const;
  const labels = { app: 'cilium' };
  const whole = daemonSet('kube-system', 'cilium', containers);
  const template = {
    metadata: { labels },
    spec: { containers: listAt(whole, 'spec', 'template', 'spec', 'containers') },
  };
  await apply({ ...whole, spec: { selector: { matchLabels: labels }, template } });
  expect(await bulkhead(cluster, 'admin', 'adopt', namespace)).toMatchObject({ code: 0 });
  await eventually('a node shall run the plugin', async () => {
    const { body } = await cluster.call('admin', '/apis/apps/v1/namespaces/kube-system/daemonsets/cilium');
    return ownAt(body, 'status', 'desiredNumberScheduled') === 1;
  });
  // A change of rules has the leader look for plugins again; else it does so once a minute.
  await apply(boundary([to('10.1.0.0/16'), to('10.2.0.0/16')]));
  const now = await told(
    'it is proven',
    (object) => stringAt(condition(object, 'Proven'), 'status') === 'True',
  );
  expect(condition(now, 'Proven')).toMatchObject({
    reason: 'Proven',
    message: expect.stringContaining('nothing can get outside it; enforced by Cilium'),
  });
  expect(condition(now, 'Enforced')).toMatchObject({ status: 'True', reason: 'Enforced' });
});

test('a tightened one finds what the former one let in', async () => {
  await apply(policy('second', [to('10.2.0.0/24')]));
  await apply(boundary([to('10.1.0.0/16')]));
  const now = await told('it is outside now', (object) => violations(object) === 1);
  expect(condition(now, 'Proven')).toMatchObject({ status: 'False' });
  expect(proof(now)).toMatch(/^stored and outside it: NetworkPolicy told\/second; enforced by Cilium/);
  await remove('networkpolicy', 'second', '--namespace', namespace);
  await told('it is proven again', (object) => stringAt(condition(object, 'Proven'), 'status') === 'True');
});

test.each<[string, object, string]>([
  ['a setting that only warns', { pods: { hostNetwork: 'Warn' } }, 'pods.hostNetwork is Warn'],
  ['excess that is only audited', { onExcess: 'Audit' }, 'onExcess is Audit'],
  ['floors that nobody writes', { floor: { mode: 'Audit' } }, 'floor.mode is Audit'],
])('%s is no proof', async (_sentence, more, clause) => {
  await apply(boundary([to('10.1.0.0/16')], more));
  const now = await told('the clause falls', (object) => proof(object).includes(clause));
  expect(stringAt(condition(now, 'Proven'), 'status')).toBe('False');
});

test('without the registration nothing is enforced, and with it again it is', async () => {
  await apply(boundary([to('10.1.0.0/16')]));
  const isEnforced = (object: unknown): boolean =>
    stringAt(condition(object, 'Enforced'), 'status') === 'True';
  await told('it is enforced', isEnforced);
  const since = stringAt(condition(await stored('boundaries'), 'Enforced'), 'lastTransitionTime') ?? '';
  // Nobody may restore it: the product is stopped dead, and its successor finds what is left.
  await product?.stop();
  await remove('validatingwebhookconfiguration', name);
  product = await startProduct(cluster, {
    rules: join(import.meta.dirname, 'home', 'base.yaml'),
    config: join(folder, 'configuration.yaml'),
  });
  const now = await told('it is not', (object) => !isEnforced(object));
  expect(condition(now, 'Enforced')).toMatchObject({ reason: 'NotRegistered' });
  expect(stringAt(condition(now, 'Enforced'), 'lastTransitionTime') ?? '').not.toBe(since);
  expect(proof(now)).toContain('is not registered');
});
