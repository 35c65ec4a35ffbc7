// A changed Boundary on a real API server, with two replicas: the old and the new one hold together until every replica has the new one; then what is stored is scanned.
import { beforeAll, afterAll, expect, test } from '@jest/globals';
import { boundary, condition, home, withHome } from './home.ts';
import { admitsPolicy } from './reviewOf.ts';
import { eventually } from '../cluster/eventually.ts';
import { listAt, ownAt, stringAt } from '../../src/k8s/json.ts';

const { cluster, replicas, apply, stored, until } = withHome(2);
const namespace = 'rollout-home';
const leases = '/apis/coordination.k8s.io/v1/namespaces/bulkhead-system/leases';
const silent = 'bulkhead-replica-silent';
const path = '/apis/bulkhead.dev/v1alpha1/boundaries/rolls';

const to = (...cidrs: readonly string[]): object[] => cidrs.map((cidr) => ({ to: [{ ipBlock: { cidr } }] }));
const opens = (cidr: string): object => ({ podSelector: {}, policyTypes: ['Egress'], egress: to(cidr) });
const rolls = (...cidrs: readonly string[]): object =>
  boundary('rolls', { floor: { mode: 'Audit' }, egress: to(...cidrs) });

const admits = (cidr: string): Promise<readonly boolean[]> =>
  Promise.all(replicas.map(({ url }) => admitsPolicy(url, namespace, opens(cidr))));
/** Milliseconds until both replicas answer as `allowed`. */
async function untilBoth(cidr: string, allowed: boolean): Promise<number> {
  const begun = performance.now();
  await eventually(`${cidr} is ${allowed ? 'allowed' : 'denied'}`, async () =>
    (await admits(cidr)).every((one) => one === allowed),
  );
  return performance.now() - begun;
}

/** What the replicas that live report, the silent one left out. */
async function reports(): Promise<readonly string[]> {
  const query = '?labelSelector=bulkhead.dev%2Flease%3Dreplica';
  const { body } = await cluster.call('admin', `${leases}${query}`);
  return listAt(body, 'items')
    .filter((lease) => stringAt(lease, 'metadata', 'name') !== silent)
    .map((lease) => stringAt(lease, 'metadata', 'annotations', 'bulkhead.dev/rules') ?? '');
}
const reported = (): Promise<string> =>
  eventually('both report the same', async () => {
    const all = new Set(await reports());
    return all.size === 1 && [...all][0];
  });

/** A replica that lives, and says what it decides by. */
const reportAs = async (rules: string): Promise<void> => {
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      ...{ name: silent, namespace: 'bulkhead-system', labels: { 'bulkhead.dev/lease': 'replica' } },
      annotations: { 'bulkhead.dev/rules': rules },
    },
    spec: { holderIdentity: 'silent' },
  };
  expect((await apply('admin', lease, 'bulkhead-system')).code).toBe(0);
};
const leave = async (): Promise<void> => {
  await cluster.kubectl('admin', [
    '--namespace',
    'bulkhead-system',
    'delete',
    'lease',
    silent,
    '--ignore-not-found',
  ]);
};

beforeAll(async () => {
  await cluster.createNamespace(namespace, { [home]: 'a' });
});
afterAll(leave);

test('with all replicas there every change is in force on both within two seconds, and so is its end', async () => {
  expect((await apply('admin', rolls('10.0.0.0/8'))).code).toBe(0);
  expect(await untilBoth('192.0.2.0/24', false)).toBeLessThan(2_000);
  expect((await apply('admin', rolls('10.0.0.0/8', '192.0.2.0/24'))).code).toBe(0);
  expect(await untilBoth('192.0.2.0/24', true)).toBeLessThan(2_000);
  expect((await apply('admin', rolls('10.9.0.0/16'))).code).toBe(0);
  expect(await untilBoth('10.1.0.0/16', false)).toBeLessThan(2_000);
  expect((await cluster.kubectl('admin', ['delete', 'boundary', 'rolls'])).code).toBe(0);
  expect(await untilBoth('198.51.100.0/24', true)).toBeLessThan(2_000);
});

test('while one of them does not have it, nothing is let in that either does not allow', async () => {
  expect((await apply('admin', rolls('10.0.0.0/8'))).code).toBe(0);
  await untilBoth('192.0.2.0/24', false);
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'let-in', namespace },
    spec: opens('10.1.0.0/16'),
  };
  expect((await apply('dev-payments', policy, namespace)).code).toBe(0);
  await reportAs(await reported());

  expect((await apply('admin', rolls('10.9.0.0/16', '192.0.2.0/24'))).code).toBe(0);
  // What the new one does not allow is denied at once, on both.
  expect(await untilBoth('10.1.0.0/16', false)).toBeLessThan(2_000);
  expect(await admits('10.9.1.0/24')).toEqual([true, true]);
  const told = await until(
    'who is waited for is told',
    path,
    (object) => stringAt(condition(object, 'Accepted'), 'reason') === 'RollingOut',
  );
  expect(condition(told, 'Accepted')).toMatchObject({
    status: 'True',
    message: expect.stringContaining('until these replicas have it: silent'),
  });
  expect(condition(told, 'Enforced')).toMatchObject({ status: 'False', reason: 'RollingOut' });
  // Nobody lets go of the old one, however long it takes.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect(await admits('192.0.2.0/24')).toEqual([false, false]);
  expect(await admits('10.1.0.0/16')).toEqual([false, false]);
  expect(ownAt(await stored(path), 'status', 'violations')).toBeUndefined();
});

test('once it has it the old one goes, and what that had let in is counted', async () => {
  await reportAs(await reported());
  expect(await untilBoth('192.0.2.0/24', true)).toBeLessThan(2_000);
  expect(await admits('10.1.0.0/16')).toEqual([false, false]);
  const told = await until('it is scanned', path, (object) => ownAt(object, 'status', 'violations') === 1);
  expect(condition(told, 'Accepted')).toMatchObject({ status: 'True', reason: 'InForce' });
  expect(condition(told, 'Proven')).toMatchObject({
    message: expect.stringContaining(`stored and outside it: NetworkPolicy ${namespace}/let-in`),
  });
});

test('one that is deleted goes on to hold until all know, and one that leaves is waited for no more', async () => {
  expect((await cluster.kubectl('admin', ['delete', 'boundary', 'rolls'])).code).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(await admits('198.51.100.0/24')).toEqual([false, false]);
  await leave();
  expect(await untilBoth('198.51.100.0/24', true)).toBeLessThan(2_000);
});
