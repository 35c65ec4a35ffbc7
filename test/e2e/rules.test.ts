// Rules that are stored in the cluster: in force within two seconds on every replica, refused where they cannot be, confirmed where they loosen.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { guardrail } from './home.ts';
import { installKinds, removeRules } from './ownKinds.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';
import { admitsPolicy } from './reviewOf.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';
import type { IdentityName } from '../cluster/identities.ts';
import type { Printed } from '../cluster/kubectl.ts';

const cluster = connect(readConnection(process.env));
const folder = join(import.meta.dirname, 'home');
const options = { rules: join(folder, 'base.yaml'), config: join(folder, 'configuration.yaml') };
const namespace = 'rules-home';
const replicas: Product[] = [];

beforeAll(async () => {
  await installKinds(cluster);
  await cluster.createNamespace(namespace, { 'home.example/tenant': 'a' });
  replicas.push(await startProduct(cluster, options), await startProduct(cluster, options));
  await replicas[0]?.register();
});
afterAll(async () => {
  await replicas[0]?.unregister();
  await Promise.all(replicas.map((replica) => replica.discard()));
  await removeRules(cluster);
});

const boundary = (name: string, spec: object, metadata: object = {}): object => ({
  apiVersion: 'bulkhead.dev/v1alpha1',
  kind: 'Boundary',
  metadata: { name, ...metadata },
  spec: {
    namespaceSelector: { matchExpressions: [{ key: 'home.example/tenant', operator: 'Exists' }] },
    floor: { mode: 'Audit' },
    ...spec,
  },
});
const confirmed = (name: string): object => ({ annotations: { 'bulkhead.dev/confirm': name } });
const to = (cidr: string): object => ({ to: [{ ipBlock: { cidr } }] });
const opens = (cidr: string): object => ({ podSelector: {}, policyTypes: ['Egress'], egress: [to(cidr)] });

const apply = (who: IdentityName, object: object): Promise<Printed> =>
  cluster.kubectl(who, ['apply', '-f', '-'], { stdin: object });
const remove = (who: IdentityName, name: string): Promise<Printed> =>
  cluster.kubectl(who, ['delete', 'boundary', name]);

/** Milliseconds until both replicas answer as `allowed`. */
async function until(spec: object, allowed: boolean): Promise<number> {
  const begun = performance.now();
  await Promise.all(
    replicas.map((replica) =>
      eventually(
        'the rule is in force',
        async () => (await admitsPolicy(replica.url, namespace, spec)) === allowed,
      ),
    ),
  );
  return performance.now() - begun;
}

/** Random selectors of three labels each, about as many as there must be before they cover everything: hard to tell. */
function hardPeers(from: number, end: number): readonly object[] {
  let state = 1;
  const next = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const peers = Array.from({ length: 440 }, () => {
    const chosen = new Set<number>();
    while (chosen.size < 3) chosen.add(next(100));
    const matchExpressions = [...chosen].map((key) => ({
      key: `k${key}`,
      operator: next(2) === 0 ? 'Exists' : 'DoesNotExist',
    }));
    return { namespaceSelector: {}, podSelector: { matchExpressions } };
  });
  return peers.slice(from, end);
}

describe('a Boundary in the cluster', () => {
  test('is in force within two seconds on both replicas, and so is every change, and its end', async () => {
    expect(await until(opens('192.0.2.0/24'), true)).toBeLessThan(2_000);
    expect(await apply('admin', boundary('live', { egress: [to('10.0.0.0/8')] }))).toMatchObject({ code: 0 });
    expect(await until(opens('192.0.2.0/24'), false)).toBeLessThan(2_000);
    expect(await until(opens('10.1.0.0/16'), true)).toBeLessThan(2_000);
    expect((await apply('admin', boundary('live', { egress: [to('10.9.0.0/16')] }))).code).toBe(0);
    expect(await until(opens('10.1.0.0/16'), false)).toBeLessThan(2_000);
    await cluster.kubectl('admin', ['annotate', 'boundary', 'live', 'bulkhead.dev/confirm=live']);
    expect((await remove('admin', 'live')).code).toBe(0);
    expect(await until(opens('192.0.2.0/24'), true)).toBeLessThan(2_000);
  });

  test('decides what kubectl applies', async () => {
    await apply('admin', boundary('decides', { egress: [to('10.0.0.0/8')] }));
    await until(opens('192.0.2.0/24'), false);
    const stdin = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'out', namespace },
      spec: opens('192.0.2.0/24'),
    };
    const { code, stderr } = await cluster.kubectl('dev-payments', ['apply', '-f', '-'], { stdin });
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('boundary "decides"'),
    });
    await cluster.kubectl('admin', ['annotate', 'boundary', 'decides', 'bulkhead.dev/confirm=decides']);
    expect((await remove('admin', 'decides')).code).toBe(0);
    await until(opens('192.0.2.0/24'), true);
  });
});

describe('what is refused', () => {
  test.each<[string, object, string]>([
    [
      'a Boundary that guards nothing',
      boundary('bad', {
        namespaceSelector: {
          matchExpressions: [
            { key: 'a', operator: 'Exists' },
            { key: 'a', operator: 'DoesNotExist' },
          ],
        },
      }),
      'no namespace can be selected',
    ],
    [
      'one whose floor lets out more than its limit',
      boundary('bad', { egress: [], floor: { mode: 'Create', allow: { egress: [to('192.0.2.0/24')] } } }),
      'limit does not allow',
    ],
    [
      'one with an operator that lacks values',
      boundary('bad', { namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }),
      'needs at least one value',
    ],
    ['one that has the name of a rule in a file', boundary('base', {}), 'defined in a file'],
    [
      'one that is too costly to be decided',
      boundary('bad', { ingress: [{ from: hardPeers(0, 220) }, { from: hardPeers(220, 440) }] }),
      'too complex',
    ],
    [
      'a GuardrailPolicy that does not compile',
      guardrail('bad', 'object.metadata.name =='),
      'it cannot be in force',
    ],
  ])('%s', async (_sentence, object, told) => {
    const { code, stderr } = await apply('admin', object);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(told) });
    expect(stderr).toContain('own-kinds.bulkhead.dev');
  });

  test('any rule by somebody who may not write rules, though RBAC lets them', async () => {
    const { code, stderr } = await apply('dev-payments', boundary('mine', { egress: [] }));
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('tenancy.roles.ruleWriters'),
    });
  });

  test('loosening and deleting without the annotation that says it is meant', async () => {
    const narrow = boundary('walls', { egress: [to('10.1.0.0/16')], onExcess: 'Deny' });
    expect((await apply('admin', narrow)).code).toBe(0);
    const wide = boundary('walls', { egress: [to('10.0.0.0/8')] });
    const loosened = await apply('admin', wide);
    expect(loosened.stderr).toContain('egress allows what it did not');
    expect(loosened.stderr).toContain('bulkhead.dev/confirm: walls');
    expect(
      (await apply('admin', boundary('walls', { egress: [to('10.1.0.0/17'), to('10.1.128.0/17')] }))).code,
    ).toBe(0);
    expect((await apply('admin', boundary('walls', { egress: [to('10.1.2.0/24')] }))).code).toBe(0);
    expect(
      (await apply('admin', boundary('walls', { egress: [to('10.1.2.0/24')], onExcess: 'Warn' }))).stderr,
    ).toContain('onExcess goes from Deny to Warn');
    expect((await remove('admin', 'walls')).stderr).toContain('opens every namespace');
    expect(
      (await apply('admin', boundary('walls', { egress: [to('10.0.0.0/8')] }, confirmed('other')))).code,
    ).toBe(1);
    expect(
      (await apply('admin', boundary('walls', { egress: [to('10.0.0.0/8')] }, confirmed('walls')))).code,
    ).toBe(0);
    expect((await remove('admin', 'walls')).code).toBe(0);
  });
});

test('a set that does not compile together leaves the last good one in force, and the replica ready', async () => {
  const [product] = replicas;
  await apply('admin', boundary('kept', { egress: [to('10.0.0.0/8')] }));
  await until(opens('192.0.2.0/24'), false);
  await product?.unregister();
  expect((await apply('admin', boundary('base', { egress: [] }))).code).toBe(0);
  await eventually('it is told', async () =>
    (await product?.printed())?.includes('Boundary "base" is defined twice'),
  );
  expect(await until(opens('10.1.0.0/16'), true)).toBeLessThan(2_000);
  expect(await until(opens('192.0.2.0/24'), false)).toBeLessThan(2_000);
  expect((await remove('admin', 'base')).code).toBe(0);
  expect((await apply('admin', boundary('kept', { egress: [to('10.9.0.0/16')] }))).code).toBe(0);
  expect(await until(opens('10.1.0.0/16'), false)).toBeLessThan(2_000);
});
