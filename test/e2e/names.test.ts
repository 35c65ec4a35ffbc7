// Names are written once too, on a real API server: recorded before the floor, kept after deletion, attested and forgotten by administrators.
import { expect, test } from '@jest/globals';
import { boundary, floorIn, home, withHome } from './home.ts';
import { bulkhead } from './product.ts';
import { ownAt, stringAt } from '../../src/k8s/json.ts';
import type { IdentityName } from '../cluster/identities.ts';
import type { Printed } from '../cluster/kubectl.ts';

const { cluster, apply, stored, until } = withHome(1);
const name = 'names-home';
const record = `/apis/bulkhead.dev/v1alpha1/namespacerecords/${name}`;

const adopt = (who: IdentityName, ...args: readonly string[]): Promise<Printed> =>
  bulkhead(cluster, who, 'adopt', ...args);

const create = (tenant: string): Promise<{ readonly status: number; readonly text: string }> =>
  cluster.call('admin', '/api/v1/namespaces', {
    method: 'POST',
    body: { metadata: { name, labels: { [home]: tenant } } },
  });

test('a name is recorded with its protected labels before its floor is written', async () => {
  // Only the namespaces of this file, so that what is told of others does not come between.
  const namespaceSelector = {
    matchExpressions: [{ key: home, operator: 'In', values: ['names-a', 'names-b'] }],
  };
  expect((await apply('admin', boundary('named', { namespaceSelector, ingress: [] }))).code).toBe(0);
  await cluster.createNamespace(name, { [home]: 'names-a', free: 'x' });
  const floor = await until('the floor stands', floorIn(name), (object) => object !== undefined);
  const recorded = await stored(record);
  expect(ownAt(recorded, 'spec')).toEqual({ labels: { [home]: 'names-a' } });
  const created = (object: unknown): string => stringAt(object, 'metadata', 'creationTimestamp') ?? '';
  expect(created(recorded) <= created(floor)).toBe(true);
});

test('only Bulkhead and administrators write records, and none of a living namespace is forgotten', async () => {
  const change = ['patch', 'nsr', name, '--type=merge', '-p', '{"spec":{"attested":true}}'];
  expect((await cluster.kubectl('dev-payments', change)).stderr).toContain(
    'only Bulkhead and administrators',
  );
  expect((await cluster.kubectl('dev-payments', ['delete', 'nsr', name])).code).toBe(1);
  expect(await adopt('admin', '--forget', name)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('exists; delete it first'),
  });
});

test('an administrator adopts it, others may not, and its Boundary says so', async () => {
  const status = '/apis/bulkhead.dev/v1alpha1/boundaries/named';
  const proof = (object: unknown): string => JSON.stringify(ownAt(object, 'status', 'conditions') ?? '');
  await until('it is told as not attested', status, (object) =>
    proof(object).includes(`(bulkhead adopt): ${name}`),
  );
  expect(await adopt('dev-payments', name)).toMatchObject({ code: 1, stdout: '' });
  expect(await adopt('admin', name, 'default')).toMatchObject({
    code: 1,
    stdout: `${name}: attested ${home}=names-a\n`,
    stderr: expect.stringContaining('default: has no record yet'),
  });
  expect((await adopt('admin', '--all')).stdout).toContain(`${name}: attested already ${home}=names-a\n`);
  await until('it is told no more', status, (object) => !proof(object).includes('bulkhead adopt'));
});

test('the record outlives the namespace: nobody, not even an administrator, takes the name with other labels', async () => {
  await cluster.kubectl('admin', ['delete', 'namespace', name, '--wait=true']);
  expect(ownAt(await stored(record), 'spec', 'labels')).toEqual({ [home]: 'names-a' });
  const other = await create('names-b');
  expect(other.status).toBe(403);
  expect(other.text).toContain('the name belonged to a namespace with');
  expect((await create('names-a')).status).toBe(201);
  await cluster.kubectl('admin', ['delete', 'namespace', name, '--wait=true']);
});

test('once it is forgotten, the name is free', async () => {
  expect((await adopt('dev-payments', '--forget', name)).code).toBe(1);
  expect(await adopt('admin', '--forget', name)).toMatchObject({ code: 0, stdout: `${name}: forgotten\n` });
  expect((await create('names-b')).status).toBe(201);
  await until(
    'it is recorded anew',
    record,
    (object) => stringAt(object, 'spec', 'labels', home) === 'names-b',
  );
});
