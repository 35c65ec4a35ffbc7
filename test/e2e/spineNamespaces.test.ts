// Namespaces and their floor through kubectl and every door of a real API server: labels are written once, the floor goes last.
import { beforeAll, describe, expect, test } from '@jest/globals';
import { listAt, ownAt, stringAt } from '../../src/k8s/json.ts';
import { eventually } from '../cluster/eventually.ts';
import { expectDenied, labelsOf, pod, podsIn, policiesIn, policy, tenant, withSpine } from './spine.ts';

const { cluster, apply, stored } = withSpine();
const path = (name: string): string => `/api/v1/namespaces/${name}`;

describe('a developer', () => {
  test('who creates a namespace gets the label of the tenant', async () => {
    const created = await cluster.kubectl('dev-payments', ['create', 'namespace', 'namespaces-assigned']);
    expect(created).toEqual({ code: 0, stdout: 'namespace/namespaces-assigned created\n', stderr: '' });
    expect(labelsOf(await stored(path('namespaces-assigned')))).toEqual({
      'kubernetes.io/metadata.name': 'namespaces-assigned',
      [tenant]: 'payments',
    });
  });

  test.each<[string, 'dev-payments' | 'outsider', Record<string, string>, readonly string[]]>([
    ['of another tenant', 'dev-payments', { [tenant]: 'orders' }, ['it is assigned to you as "payments"']],
    [
      'with a protected label',
      'dev-payments',
      { 'spine.example/mode': 'x' },
      ['only an administrator may set it'],
    ],
    ['without a tenant', 'outsider', {}, [`has no label "${tenant}"`]],
  ])('may not create one %s', async (_sentence, who, labels, texts) => {
    const metadata = { name: 'namespaces-refused', labels };
    expectDenied(await apply(who, 'default', { apiVersion: 'v1', kind: 'Namespace', metadata }), ...texts);
    expect(await stored(path('namespaces-refused'))).toBeUndefined();
  });

  describe('may not relabel one', () => {
    const name = 'namespaces-relabelled';
    beforeAll(() => cluster.createNamespace(name, { [tenant]: 'payments' }));

    test('with kubectl label', async () => {
      const args = ['label', '--overwrite', 'namespace', name, `${tenant}=orders`];
      expectDenied(await cluster.kubectl('dev-payments', args), `label "${tenant}" is protected`);
    });

    test.each([
      ['PATCH', ''],
      ['PATCH', '/status'],
      ['PUT', '/status'],
      ['PUT', '/finalize'],
    ] as const)('by %s of the namespace%s', async (method, subresource) => {
      for (const value of ['orders', null]) {
        const { body: current } = await cluster.call('dev-payments', path(name));
        const metadata = Object(ownAt(current, 'metadata')) as object;
        const labels = { ...(Object(ownAt(metadata, 'labels')) as object), [tenant]: value };
        const whole = { ...(Object(current) as object), metadata: { ...metadata, labels } };
        const body = method === 'PUT' ? whole : { metadata: { labels } };
        const answer = await cluster.call('dev-payments', path(name) + subresource, { method, body });
        expect({ status: answer.status, reason: stringAt(answer.body, 'reason') }).toEqual({
          status: 403,
          reason: 'Forbidden',
        });
        expect(stringAt(answer.body, 'message')).toContain(`label "${tenant}" is protected`);
      }
    });

    test('and it keeps its label, while other labels are free', async () => {
      const free = await cluster.kubectl('dev-payments', ['label', 'namespace', name, 'colour=blue']);
      expect(free).toMatchObject({ code: 0, stderr: '' });
      expect(labelsOf(await stored(path(name)))).toMatchObject({ [tenant]: 'payments', colour: 'blue' });
    });
  });
});

describe('an administrator', () => {
  test('relabels an empty namespace', async () => {
    await cluster.createNamespace('namespaces-empty', { [tenant]: 'payments' });
    const floor = policy('bulkhead-floor', { podSelector: {} });
    expect(await apply('admin', 'namespaces-empty', floor)).toMatchObject({ code: 0 });
    const args = ['label', '--overwrite', 'namespace', 'namespaces-empty', `${tenant}=orders`];
    expect(await cluster.kubectl('admin', args)).toMatchObject({ code: 0, stderr: '' });
    expect(labelsOf(await stored(path('namespaces-empty')))).toMatchObject({ [tenant]: 'orders' });
  });

  test.each([
    ['a pod', 'namespaces-with-pod', pod('held')],
    ['a policy', 'namespaces-with-policy', policy('held', { podSelector: {} })],
  ])('does not relabel one that holds %s', async (_sentence, name, object) => {
    await cluster.createNamespace(name, { [tenant]: 'payments' });
    expect(await apply('admin', name, object)).toMatchObject({ code: 0 });
    for (const change of [`${tenant}=orders`, `${tenant}-`]) {
      const answer = await cluster.kubectl('admin', ['label', '--overwrite', 'namespace', name, change]);
      expectDenied(answer, 'only while the namespace is empty');
    }
    expect(labelsOf(await stored(path(name)))).toMatchObject({ [tenant]: 'payments' });
  });

  test.each([
    ['label', 'namespaces-onboarded', (name: string) => ['label', 'namespace', name, `${tenant}=orders`]],
    [
      'a patch of its status',
      'namespaces-onboarded-by-status',
      (name: string) => [
        ...['patch', 'namespace', name, '--subresource=status', '--type=merge'],
        ...['--patch', JSON.stringify({ metadata: { labels: { [tenant]: 'orders' } } })],
      ],
    ],
  ])('brings a namespace under a boundary by %s and reads what is outside', async (_way, name, args) => {
    await cluster.createNamespace(name);
    const open = policy('open', { podSelector: {}, ingress: [{}] });
    const inside = policy('inside', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] });
    const held = [open, inside, pod('on-host', {}, { hostNetwork: true })];
    for (const object of held) expect(await apply('admin', name, object)).toMatchObject({ code: 0 });
    const labelled = await cluster.kubectl('admin', args(name));
    expect(labelled).toMatchObject({ code: 0 });
    const warnings = labelled.stderr.trimEnd().split('\n');
    expect(warnings).toEqual([
      expect.stringMatching(/^Warning: stored NetworkPolicy open would be denied: /),
      expect.stringMatching(/^Warning: stored Pod on-host would be denied: /),
    ]);
    expect(labelsOf(await stored(path(name)))).toMatchObject({ [tenant]: 'orders' });
    const wide = policy('new', { podSelector: {}, ingress: [{}] });
    // The API server chooses its webhooks by its own copy of the labels, and Bulkhead its Boundaries by another.
    await eventually('both know the label', async () => {
      const dryRun = `${policiesIn(name)}?dryRun=All`;
      const { body } = await cluster.call('dev-orders', dryRun, { method: 'POST', body: wide });
      return stringAt(body, 'message')?.includes('boundary "tenants"');
    });
    expectDenied(await apply('dev-orders', name, wide), 'boundary "tenants"');
  });
});

/** A namespace with its floor, another policy and a pod that a finalizer keeps. */
async function furnished(name: string): Promise<void> {
  await cluster.createNamespace(name, { [tenant]: 'payments' });
  const floor = policy('bulkhead-floor', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  expect(await apply('admin', name, floor)).toMatchObject({ code: 0 });
  expect(await apply('dev-payments', name, policy('own', { podSelector: {} }))).toMatchObject({ code: 0 });
  const kept = pod('kept', { finalizers: ['spine.example/kept'] });
  expect(await apply('dev-payments', name, kept)).toMatchObject({ code: 0 });
}

const names = async (namespace: string): Promise<unknown> =>
  listAt(await stored(policiesIn(namespace)), 'items').map((item) => stringAt(item, 'metadata', 'name'));

describe('the floor', () => {
  const name = 'namespaces-floor';
  beforeAll(() => furnished(name));
  const remove = (who: 'admin' | 'dev-payments'): ReturnType<typeof cluster.kubectl> =>
    cluster.kubectl(who, ['--namespace', name, 'delete', 'networkpolicy', 'bulkhead-floor', '--wait=false']);

  test('is not a developer’s to delete', async () => {
    expectDenied(await remove('dev-payments'), 'only Bulkhead and administrators may delete bulkhead-floor');
    expect(await names(name)).toEqual(['bulkhead-floor', 'own']);
  });

  test('is not a developer’s to change or create', async () => {
    const open = policy('bulkhead-floor', { podSelector: {}, policyTypes: ['Ingress'] });
    expectDenied(await apply('dev-payments', name, open), 'may change bulkhead-floor');
    await cluster.createNamespace('namespaces-no-floor', { [tenant]: 'payments' });
    expectDenied(await apply('dev-payments', 'namespaces-no-floor', open), 'may create bulkhead-floor');
  });

  test('survives deletecollection', async () => {
    const answer = await cluster.call('dev-payments', policiesIn(name), { method: 'DELETE' });
    expect(answer.status).toBe(403);
    expect(stringAt(answer.body, 'message')).toContain('may delete bulkhead-floor');
    expect(await names(name)).toContain('bulkhead-floor');
  });

  test('stays in a terminating namespace for everyone but the namespace controller, and then goes with it', async () => {
    const deleting = cluster.kubectl('dev-payments', ['delete', 'namespace', name]);
    await eventually('the namespace is terminating', async () => {
      const phase = stringAt(await stored(path(name)), 'status', 'phase');
      return (
        phase === 'Terminating' && JSON.stringify(await stored(podsIn(name))).includes('deletionTimestamp')
      );
    });
    for (const who of ['dev-payments', 'admin'] as const)
      expectDenied(await remove(who), 'the namespace is being deleted and its pods still need the floor');
    expect(await names(name)).toContain('bulkhead-floor');

    const released = await cluster.call('dev-payments', `${podsIn(name)}/kept`, {
      method: 'PATCH',
      body: { metadata: { finalizers: null } },
    });
    expect(released.status).toBe(200);
    expect(await deleting).toMatchObject({ code: 0, stdout: `namespace "${name}" deleted\n` });
    expect(await stored(path(name))).toBeUndefined();
  });
});
