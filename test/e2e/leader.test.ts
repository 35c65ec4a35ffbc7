// One leader among replicas, on a real API server: killed, another writes within fifteen seconds; stopped, at once.
import { expect, test } from '@jest/globals';
import { boundary, floorIn, home, withHome } from './home.ts';
import { ownAt, stringAt } from '../../src/k8s/json.ts';
import { eventually } from '../cluster/eventually.ts';
import type { Product } from './product.ts';

const { cluster, replicas, apply, stored, until, start } = withHome(2);
const lease = '/apis/coordination.k8s.io/v1/namespaces/bulkhead-system/leases/bulkhead';
const holder = async (): Promise<string> => stringAt(await stored(lease), 'spec', 'holderIdentity') ?? '';

/** A time of the Lease, in milliseconds. */
const timeOf = async (field: 'renewTime' | 'acquireTime'): Promise<number> =>
  Date.parse(stringAt(await stored(lease), 'spec', field) ?? '');

/** The replica that says it leads. */
const leader = (): Promise<Product> =>
  eventually('somebody leads', async () => {
    const name = await holder();
    for (const replica of replicas) {
      if (name !== '' && (await replica.printed()).includes(`leading: ${name}`)) return replica;
    }
    return undefined;
  });

test('two replicas have one leader', async () => {
  const first = await leader();
  const other = replicas.find((replica) => replica !== first);
  await eventually('the other follows', async () => (await other?.printed())?.includes('following: '));
  expect(await other?.printed()).not.toContain('leading: ');
});

test('a leader that is killed is followed by another within 15 s, which writes', async () => {
  const killed = await leader();
  const before = await holder();
  await killed.kill();
  const renewed = await timeOf('renewTime');
  await eventually(
    'another leads',
    async () => {
      const now = await holder();
      return now !== '' && now !== before;
    },
    60_000,
  );
  // By the Lease itself: from the last sign of life to the next leader, however slow this test is to look.
  expect((await timeOf('acquireTime')) - renewed).toBeLessThan(15_000);
  const [registered] = replicas;
  if (killed === registered) await registered.unregister();
  await cluster.createNamespace('leader-home', { [home]: 'a' });
  expect((await apply('admin', boundary('led', { ingress: [] }))).code).toBe(0);
  await until('the new leader wrote the floor', floorIn('leader-home'), (object) => object !== undefined);
});

test('a leader that is stopped gives the lease back, and the next one leads at once', async () => {
  const next = await start();
  const leading = await leader();
  await leading.stop();
  const begun = performance.now();
  await eventually('the next leads', async () => (await next.printed()).includes('leading: '));
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(ownAt(await stored(lease), 'spec', 'leaseTransitions')).toBeGreaterThan(1);
});
