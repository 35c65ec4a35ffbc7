// The registration that a leader keeps, on a real API server: made once it answers, repaired, following the rules, left behind, deleted by a command.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { boundary, condition, home } from './home.ts';
import { installKinds, removeRules } from './ownKinds.ts';
import { bulkhead, isObeyed, startProduct } from './product.ts';
import type { Product } from './product.ts';
import { listAt, ownAt, stringAt } from '../../src/k8s/json.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';
import { freePorts } from '../cluster/ports.ts';

const cluster = connect(readConnection(process.env));
const kinds = ['validatingwebhookconfiguration', 'mutatingwebhookconfiguration'] as const;
const group = '/apis/admissionregistration.k8s.io/v1';
const name = 'bulkhead-kept';
let folder: string;
let product: Product;

const stored = async (kind: (typeof kinds)[number]): Promise<unknown> => {
  const { status, body } = await cluster.call('admin', `${group}/${kind}s/${name}`);
  return status === 200 ? body : undefined;
};
const entryNames = (object: unknown): readonly unknown[] =>
  listAt(object, 'webhooks').map((entry) => stringAt(entry, 'name'));
const patch = async (kind: (typeof kinds)[number], operations: readonly object[]): Promise<void> => {
  const args = ['patch', kind, name, '--type=json', '-p', JSON.stringify(operations)];
  expect(await cluster.kubectl('admin', args)).toMatchObject({ code: 0 });
};
/** Waits until it is again as it was, but for the version and what tells who wrote it. */
const restored = async (kind: (typeof kinds)[number], before: unknown): Promise<void> => {
  const text = JSON.stringify(listAt(before, 'webhooks'));
  await eventually(
    'it is as before',
    async () => JSON.stringify(listAt(await stored(kind), 'webhooks')) === text,
    10_000,
  );
};

beforeAll(async () => {
  await installKinds(cluster);
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-registration-'));
  const [port = 0] = await freePorts(1);
  const config = join(folder, 'configuration.yaml');
  await writeFile(
    config,
    `apiVersion: config.bulkhead.dev/v1alpha1
kind: Configuration
tenancy:
  assign: [{ groups: [team-payments], labels: { bulkhead.dev/tenant: payments } }]
webhook: { url: "https://127.0.0.1:${port}", name: ${name} }
`,
  );
  product = await startProduct(cluster, {
    rules: join(import.meta.dirname, 'home', 'base.yaml'),
    config,
    port,
  });
});
afterAll(async () => {
  await product.discard();
  for (const kind of kinds) await cluster.kubectl('admin', ['delete', kind, name, '--ignore-not-found']);
  await removeRules(cluster);
  await rm(folder, { recursive: true, force: true });
});

test('both are registered once it answers, under the own field manager', async () => {
  for (const kind of kinds) {
    const object = await eventually('it is registered', () => stored(kind));
    const managers = listAt(object, 'metadata', 'managedFields').map((one) => stringAt(one, 'manager'));
    expect(managers).toEqual(['bulkhead']);
  }
  await eventually('the API server calls', () => isObeyed(cluster));
});

test.each(kinds)('a %s that is deleted is restored', async (kind) => {
  const before = await stored(kind);
  expect(await cluster.kubectl('admin', ['delete', kind, name])).toMatchObject({ code: 0 });
  await restored(kind, before);
});

const foreign = Buffer.from('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n').toString(
  'base64',
);
test.each<[string, readonly object[]]>([
  ['an overwritten caBundle', [{ op: 'replace', path: '/webhooks/0/clientConfig/caBundle', value: foreign }]],
  ['failurePolicy Ignore', [{ op: 'replace', path: '/webhooks/0/failurePolicy', value: 'Ignore' }]],
  ['a removed entry', [{ op: 'remove', path: '/webhooks/0' }]],
  [
    'a selector that leaves objects out',
    [{ op: 'add', path: '/webhooks/0/objectSelector', value: { matchLabels: { a: 'b' } } }],
  ],
  [
    'a condition that lets all through',
    [{ op: 'add', path: '/webhooks/0/matchConditions/-', value: { name: 'never', expression: 'false' } }],
  ],
  [
    'an entry of others',
    [
      {
        op: 'add',
        path: '/webhooks/-',
        value: {
          name: 'others.example.com',
          clientConfig: { url: 'https://127.0.0.1:1' },
          rules: [],
          failurePolicy: 'Ignore',
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      },
    ],
  ],
])('%s is repaired', async (_what, operations) => {
  const before = await stored(kinds[0]);
  await patch(kinds[0], operations);
  await restored(kinds[0], before);
});

test('what is right is not written again', async () => {
  const version = async (): Promise<unknown> => ownAt(await stored(kinds[0]), 'metadata', 'resourceVersion');
  const before = await version();
  await cluster.createNamespace('registration-unrelated', { [home]: 'a' });
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(await version()).toBe(before);
});

test('a new Boundary has its entry within two seconds', async () => {
  const stdin = boundary('late', { ingress: [] });
  expect(await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin })).toMatchObject({ code: 0 });
  const begun = performance.now();
  await eventually('its entry is there', async () =>
    entryNames(await stored(kinds[0])).includes('late.boundaries.bulkhead.dev'),
  );
  expect(performance.now() - begun).toBeLessThan(2_000);
});

test('the status of a Boundary says that it is enforced', async () => {
  const enforced = await eventually('Enforced is known', async () => {
    const { body } = await cluster.call('admin', '/apis/bulkhead.dev/v1alpha1/boundaries/late');
    const found = condition(body, 'Enforced');
    return stringAt(found, 'status') === 'True' && found;
  });
  expect(enforced).toMatchObject({ reason: 'Enforced' });
});

test('stopped, it leaves them where they are; the command of the uninstall hook deletes them', async () => {
  await product.stop();
  for (const kind of kinds) expect(await stored(kind)).toBeDefined();
  const remove = () => bulkhead(cluster, 'admin', 'webhooks', '--delete', '--name', name);
  expect(await remove()).toMatchObject({
    code: 0,
    stdout: `ValidatingWebhookConfiguration ${name}: deleted\nMutatingWebhookConfiguration ${name}: deleted\n`,
  });
  for (const kind of kinds) expect(await stored(kind)).toBeUndefined();
  expect(await remove()).toMatchObject({ code: 0, stdout: expect.stringContaining(`${name}: not there`) });
});
