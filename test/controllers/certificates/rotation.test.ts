/** Rotations of the authority in a simulated cluster, with the real controller and real certificates: nobody ever meets a certificate that they do not trust. */
import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { isFor } from '../../../src/controllers/certificates/held.ts';
import { day, second, World } from './world.ts';
import type { Replica } from './world.ts';
import '../../seed.ts';

const runs = { full: 3_000, ci: 300 }[process.env['BULKHEAD_DEEP'] ?? ''] ?? 15;
const settleMillis = 100 * second;
const tickMillis = 3 * second;

const replica = fc.record({
  lag: fc.integer({ min: 0, max: 50 }),
  skew: fc.integer({ min: -3_600, max: 3_600 }),
});
const event = fc.record({
  after: fc.integer({ min: 1, max: 80 }),
  kind: fc.constantFrom(
    'leader dies',
    'leader is doubted',
    'dies',
    'starts',
    'is cut off',
    'is back',
    'asks again',
  ),
  pick: fc.nat({ max: 9 }),
  replica,
});
const scenario = fc.record({
  replicas: fc.array(replica, { minLength: 1, maxLength: 4 }),
  slowness: fc.integer({ min: 0, max: 15 }),
  events: fc.array(event, { minLength: 2, maxLength: 14 }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** A world whose leaders come and go as Leases have them: another one 12 s after the last. */
class Ruled {
  readonly world: World;
  private readonly slowness: number;
  private leaderless = 0;

  constructor(settle: number, { replicas, slowness }: Pick<Scenario, 'replicas' | 'slowness'>) {
    this.world = new World(settle);
    this.slowness = slowness * second;
    for (const { lag, skew } of replicas) this.world.start(lag * second, skew * second);
  }

  async pass(millis: number): Promise<void> {
    const until = this.world.now + millis;
    while (this.world.now < until) {
      const { world } = this;
      const cutAt = world.leader?.replica.cutAt;
      if (cutAt !== undefined && world.now - cutAt > 7 * second) world.leader = undefined;
      this.leaderless = world.leader === undefined ? this.leaderless + tickMillis : 0;
      const heir = world.living.find((one) => one.cutAt === undefined);
      if (this.leaderless > 12 * second && heir !== undefined) world.lead(heir);
      await world.tick(tickMillis, this.slowness);
    }
  }

  async until(claim: () => boolean, atMost: number): Promise<void> {
    const end = this.world.now + atMost;
    while (!claim() && this.world.now < end) await this.pass(tickMillis);
  }

  readonly isStable = (): boolean => this.world.held()?.phase === 'Stable';
  readonly authority = (): string | undefined => this.world.held()?.authority.fingerprint;
}

function befall({ world }: Ruled, { kind, pick, replica: { lag, skew } }: Scenario['events'][number]): void {
  const one: Replica | undefined = world.living[pick % world.living.length];
  switch (kind) {
    case 'leader dies':
      // Its place is taken by a new pod.
      if (world.leader === undefined) return;
      world.kill(world.leader.replica);
      world.start(lag * second, skew * second);
      return;
    case 'leader is doubted': {
      const heir = world.living.find((each) => each !== world.leader?.replica && each.cutAt === undefined);
      world.doubt(20 * second);
      if (heir !== undefined) world.lead(heir);
      return;
    }
    case 'dies':
      if (one !== undefined && world.living.length > 1) world.kill(one);
      return;
    case 'starts':
      if (world.living.length < 6) world.start(lag * second, skew * second);
      return;
    case 'is cut off':
      if (one !== undefined) one.cutAt ??= world.now;
      return;
    case 'is back':
      for (const each of world.living) each.cutAt = undefined;
      return;
    case 'asks again':
      world.request(`again at ${world.now}`);
      return;
  }
}

async function rotate(ruled: Ruled, events: Scenario['events']): Promise<void> {
  const { world } = ruled;
  const before = ruled.authority();
  world.request(`asked at ${world.now}`);
  for (const one of events) {
    await ruled.pass(one.after * second);
    befall(ruled, one);
  }
  for (const each of world.living) each.cutAt = undefined;
  await ruled.until(() => ruled.isStable() && ruled.authority() !== before, 1_800 * second);
}

async function begun(
  scenario: Pick<Scenario, 'replicas' | 'slowness'>,
  settle = settleMillis,
): Promise<Ruled> {
  const ruled = new Ruled(settle, scenario);
  await ruled.until(() => ruled.world.bundles.every(({ all }) => all.length > 0), 300 * second);
  await ruled.pass(120 * second);
  return ruled;
}

describe('whatever happens while the authority is replaced', () => {
  test('every replica that is ready is trusted by whoever holds a caBundle of the last 90 s, and the rotation completes', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, scenario, async (one, two) => {
        const ruled = await begun(one);
        for (const { events } of [one, two]) {
          const before = ruled.authority();
          await rotate(ruled, events);
          await ruled.until(ruled.isStable, 1_800 * second);
          expect(ruled.world.broken).toEqual([]);
          expect(ruled.isStable()).toBe(true);
          expect(ruled.authority()).not.toBe(before);
        }
      }),
      { numRuns: runs },
    );
  }, 600_000);

  test('the check can fail: with a wait of 20 s somebody is turned away', async () => {
    const ruled = await begun({ replicas: [{ lag: 0, skew: 0 }], slowness: 1 }, 20 * second);
    await rotate(ruled, []);
    expect(ruled.world.broken).not.toEqual([]);
  });
});

const two = {
  replicas: [
    { lag: 1, skew: 0 },
    { lag: 2, skew: 30 },
  ],
  slowness: 2,
};

test('one rotation goes through all four phases and takes little longer than its two waits', async () => {
  const ruled = await begun(two);
  const { world } = ruled;
  const [start, before] = [world.now, ruled.authority()];
  await rotate(ruled, []);
  expect(world.phases).toEqual(['Stable', 'Adding', 'Switching', 'Dropping', 'Stable']);
  expect(ruled.authority()).not.toBe(before);
  expect(world.now - start).toBeGreaterThan(2 * settleMillis);
  expect(world.now - start).toBeLessThan(2 * settleMillis + 60 * second);
});

test.each(['Adding', 'Switching', 'Dropping'] as const)(
  'a leader that dies in the phase %s is continued by the next one, with the same authorities',
  async (phase) => {
    const ruled = await begun(two);
    const { world } = ruled;
    world.request('now');
    await ruled.until(() => world.held()?.phase === phase, 600 * second);
    const there = world.held();
    const next = there?.phase === 'Adding' ? there.next.fingerprint : there?.authority.fingerprint;
    if (world.leader !== undefined) world.kill(world.leader.replica);
    await ruled.until(ruled.isStable, 900 * second);
    expect(ruled.authority()).toBe(next);
    expect(world.phases).toEqual(['Stable', 'Adding', 'Switching', 'Dropping', 'Stable']);
    expect(world.broken).toEqual([]);
  },
);

test('in two years the certificate is renewed every twenty days and the authority every eight months, unasked', async () => {
  const ruled = await begun(two);
  const { world } = ruled;
  const [authorities, leaves] = [new Set<string>(), new Set<string>()];
  for (let days = 0; days < 700; days += 4) {
    world.now += 4 * day;
    await ruled.pass(30 * second);
    await ruled.until(ruled.isStable, 900 * second);
    const held = world.held();
    authorities.add(held?.authority.fingerprint ?? '');
    leaves.add(held?.serving.fingerprint ?? '');
  }
  expect(world.broken).toEqual([]);
  expect(authorities.size).toBe(3);
  expect(leaves.size).toBeGreaterThanOrEqual(700 / 30);
  expect(leaves.size).toBeLessThanOrEqual(700 / 20 + 3);
}, 60_000);

test.each(['Stable', 'Adding', 'Switching', 'Dropping'] as const)(
  'a Secret that is lost in the phase %s is written back as it was, and nobody notices',
  async (phase) => {
    const ruled = await begun(two);
    const { world } = ruled;
    const before = ruled.authority();
    if (phase !== 'Stable') world.request('now');
    await ruled.until(() => world.held()?.phase === phase, 600 * second);
    await ruled.pass(9 * second);
    world.lose();
    await ruled.pass(9 * second);
    expect(world.held()).toBeDefined();
    await ruled.until(ruled.isStable, 900 * second);
    expect(ruled.authority() === before).toBe(phase === 'Stable');
    expect(world.broken).toEqual([]);
  },
);

test('a name that is new in the configuration is in the next certificate, of the same authority, once', async () => {
  const ruled = await begun(two);
  const { world } = ruled;
  const before = world.held();
  world.names = ['bulkhead.walls.svc', 'walls.example', '192.0.2.7'];
  if (world.leader !== undefined) world.kill(world.leader.replica);
  await ruled.pass(30 * second);
  const renewed = world.held();
  expect(renewed?.authority).toEqual(before?.authority);
  expect(renewed !== undefined && isFor(renewed.serving, world.names)).toBe(true);
  await ruled.pass(30 * second);
  expect(world.held()).toEqual(renewed);
  expect(world.broken).toEqual([]);
});

test('an authority that expired while nobody ran is replaced at the next start', async () => {
  const ruled = await begun(two);
  const { world } = ruled;
  const before = ruled.authority();
  for (const each of [...world.living]) world.kill(each);
  world.now += 400 * day;
  world.start(0, 0);
  await ruled.pass(60 * second);
  expect(ruled.authority()).not.toBe(before);
  expect(ruled.isStable()).toBe(true);
  world.broken.length = 0;
  await ruled.pass(120 * second);
  world.broken.length = 0;
  await ruled.pass(30 * second);
  expect(world.broken).toEqual([]);
});

test('what leaders made whose clocks ran far ahead is replaced by the next one with a right clock', async () => {
  const ruled = await begun({ replicas: [{ lag: 0, skew: (20 * day) / second }], slowness: 1 });
  const { world } = ruled;
  expect(world.broken).not.toEqual([]);
  if (world.leader !== undefined) world.kill(world.leader.replica);
  world.start(0, 0);
  await ruled.pass(240 * second);
  world.broken.length = 0;
  await ruled.pass(30 * second);
  expect(world.broken).toEqual([]);
});

test('a next authority of a clock that ran far ahead is replaced before anybody relies on it', async () => {
  const ruled = await begun(two);
  const { world } = ruled;
  world.request('now');
  for (const each of [...world.living]) world.kill(each);
  world.start(0, 5 * day);
  await ruled.until(() => world.held()?.phase === 'Adding', 600 * second);
  for (const each of [...world.living]) world.kill(each);
  world.start(0, 0);
  await ruled.until(ruled.isStable, 900 * second);
  expect(ruled.isStable()).toBe(true);
  expect(world.held()?.authority.notBefore).toBeLessThan(world.date().getTime());
  expect(world.broken).toEqual([]);
});
