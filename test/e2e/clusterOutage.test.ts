// When the cluster is away: facts grow old and are then not used, readiness says so, and everything is right again by itself.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { connectCluster } from '../../src/cluster/cluster.ts';
import type { Cluster as Subject, ClusterEvent } from '../../src/cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import { startApiServerAlone } from './apiServerAlone.ts';
import type { ApiServerAlone } from './apiServerAlone.ts';
import { cuttable } from './cuttable.ts';
import type { Cuttable } from './cuttable.ts';
import { kubeconfigBy } from './kubeconfigBy.ts';

const staleMillis = 3_000;
let alone: ApiServerAlone;
let way: Cuttable;
let subject: Subject;
let events: ClusterEvent[];

beforeAll(async () => {
  alone = await startApiServerAlone();
});
afterAll(() => alone.stop());

beforeEach(async () => {
  way = await cuttable(alone.port);
  events = [];
  const read = await connectCluster({
    environment: {},
    kubeconfig: await kubeconfigBy(alone.cluster, way.port),
    observe: (event) => events.push(event),
    staleMillis,
    watchSeconds: 1,
  });
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  subject = read.value;
  expect(await subject.becameReady(10_000)).toBe(true);
});
afterEach(async () => {
  await subject.stop();
  await way.close();
});

const valueOf = (name: string): string | undefined => {
  const facts = subject.view().lookup(name);
  return typeof facts === 'string' ? undefined : facts.labels.get('value');
};

const write = (name: string, value: string): Promise<void> => alone.label(name, { value });

const becomes = (what: string, claim: () => boolean, milliseconds = 30_000): Promise<boolean> =>
  eventually(what, () => Promise.resolve(claim()), milliseconds);

const countLists = (): number =>
  events.filter((event) => event.about === 'namespaces' && event.event.type === 'listed').length;

describe('connections that break', () => {
  test('are made again, from where the watch was, and what happened meanwhile is told', async () => {
    await write('cut', 'before');
    await becomes('seen', () => valueOf('cut') === 'before');
    for (let round = 1; round <= 5; round += 1) {
      way.cut();
      await write('cut', String(round));
      await becomes('seen soon', () => valueOf('cut') === String(round), 2_000);
    }
    expect(countLists()).toBe(1);
    expect(subject.readiness().ready).toBe(true);
  });

  test('a live read survives that the idle connection was broken', async () => {
    await write('read', 'x');
    for (let round = 0; round < 5; round += 1) {
      expect(await subject.live.readNamespace('read')).toMatchObject({ name: 'read' });
      way.cut();
    }
  });
});

describe.each<[string, () => Promise<void> | void]>([
  ['refuses connections', () => way.close()],
  ['falls silent without a word', () => way.silence()],
])('an API server that %s', (_sentence, leave) => {
  test('makes the facts old: they are not used any more, readiness fails, and it all comes back', async () => {
    await write('away', 'before');
    await becomes('seen', () => valueOf('away') === 'before');
    const before = subject.view();
    await leave();
    await becomes('stale', () => !subject.readiness().ready);
    expect(subject.readiness().reasons[0]).toMatch(/^namespaces: last heard of \d+ s ago/);
    expect(subject.view().lookup('away')).toBe('unknown');
    expect(subject.view().lookup('kube-system')).toBe('unknown');
    expect([...subject.view().known()]).toEqual([]);
    expect(before.lookup('away')).toMatchObject({ name: 'away' });
    const { readNamespace, contentsOf } = subject.live;
    expect(await Promise.all([readNamespace('away'), contentsOf('away')])).toEqual([
      'unknown',
      'unavailable',
    ]);
    await write('away', 'after');
    await way.restore();
    await becomes('ready', () => subject.readiness().ready);
    await becomes('seen again', () => valueOf('away') === 'after', 2_000);
    expect(await subject.live.readNamespace('away')).toMatchObject({ name: 'away' });
  });

  test('does not keep the process: stopping ends everything at once', async () => {
    await leave();
    await Promise.race([
      subject.stop(),
      new Promise((_resolve, reject) => setTimeout(() => reject(new Error('still running')), 2_000)),
    ]);
    await subject.stop();
    expect(await subject.live.readNamespace('away')).toBe('unknown');
  });
});

describe('an API server that is restarted', () => {
  test('has forgotten the past: what was missed is listed', async () => {
    await write('restart', 'before');
    await write('restart-gone', 'before');
    await becomes('seen', () => valueOf('restart-gone') === 'before');
    await way.close();
    // What the watch would have told, and more of it than the restarted server remembers.
    for (let round = 0; round < 20; round += 1) await write('restart', String(round));
    await write('restart', 'after');
    await alone.restart();
    await way.restore();
    await becomes('seen', () => valueOf('restart') === 'after');
    expect(countLists()).toBeGreaterThan(1);
    expect(events).toContainEqual({
      about: 'namespaces',
      event: { type: 'failed', failure: expect.objectContaining({ code: 'cluster.gone' }) },
    });
    expect(subject.readiness().ready).toBe(true);
  });
});

describe('an etcd that stands still', () => {
  test('makes live reads unknown, not absent', async () => {
    await write('frozen', 'x');
    alone.signalEtcd('STOP');
    try {
      const { readNamespace, contentsOf } = subject.live;
      const asked = [readNamespace('frozen'), readNamespace('never-made'), contentsOf('frozen')];
      expect(await Promise.all(asked)).toEqual(['unknown', 'unknown', 'unavailable']);
    } finally {
      alone.signalEtcd('CONT');
    }
    const read = (): Promise<boolean> =>
      subject.live.readNamespace('never-made').then((answer) => answer === 'absent');
    await eventually('it answers again', read);
  });
});
