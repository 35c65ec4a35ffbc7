/** Reports of replicas: what one writes is what the others read, silence is counted by the own clock, and a Lease goes with its replica. */
import { expect, test } from '@jest/globals';
import type { Api, Asked } from '../../src/controllers/api.ts';
import { leaseName, replicaReport } from '../../src/controllers/replicaReport.ts';
import type { Report } from '../../src/controllers/replicaReport.ts';
import { leftLeases, replicas } from '../../src/controllers/replicas.ts';
import { isObject, own } from '../../src/k8s/json.ts';
import type { JsonObject } from '../../src/k8s/json.ts';
import { clock } from './clock.ts';
import type { Clock } from './clock.ts';

/** An API server that stores Leases, each write with a version of its own; `down` takes nothing. */
function leases() {
  const stored = new Map<string, JsonObject>();
  let version = 0;
  let up = true;
  let writes = 0;
  const gone: Asked = {
    ok: false,
    status: 500,
    failure: { code: 'cluster.refused', message: 'the API server is down' },
  };
  const api: Api = {
    ask: ({ method, path, body }) => {
      if (!up) return Promise.resolve(gone);
      const [, namespace = '', name = ''] = /namespaces\/([^/]+)\/leases\/([^/?]+)/.exec(path) ?? [];
      if (method === 'DELETE') {
        stored.delete(`${namespace}/${name}`);
        return Promise.resolve({ ok: true, body: {} });
      }
      if (!isObject(body)) throw new Error('an object is written');
      const metadata = own(body, 'metadata');
      if (!isObject(metadata)) throw new Error('it has metadata');
      version += 1;
      writes += 1;
      const object = { ...body, metadata: { ...metadata, resourceVersion: String(version) } };
      stored.set(`${namespace}/${name}`, object);
      return Promise.resolve({ ok: true, body: object });
    },
  };
  return {
    api,
    stored: {
      get: (key: string) => stored.get(key),
      keys: () => [...stored.keys()],
      listed: () => true,
    },
    writes: () => writes,
    falls: () => (up = false),
  };
}

function reporting(api: Api, time: Clock, name: string, report: () => Report) {
  const stopping = new AbortController();
  const failures: string[] = [];
  const made = replicaReport({
    api,
    timing: time,
    date: () => new Date('2026-11-21T12:00:00Z'),
    namespace: 'home',
    name,
    report,
    failed: (message) => failures.push(message),
  });
  const done = made.run(stopping.signal);
  return { made, failures, done, stop: () => stopping.abort() };
}

test('what a replica reports is what others read of it, at once when it changes', async () => {
  const time = clock();
  const { api, stored } = leases();
  let report: Report = { rulesHash: 'one' };
  const one = reporting(api, time, 'pod-a', () => report);
  await time.pass(1);
  const { living } = replicas(stored, time);
  expect(living()).toEqual([{ name: 'pod-a', rulesHash: 'one', silentMillis: 0 }]);
  report = { rulesHash: 'two', certificate: 'AB:CD' };
  one.made.changed();
  await time.pass(1);
  expect(living()).toMatchObject([{ rulesHash: 'two', certificate: 'AB:CD' }]);
  report = { rulesHash: 'two' };
  one.made.changed();
  await time.pass(1);
  expect(living()?.[0]).not.toHaveProperty('certificate');
});

test('what changes while a report is written is reported too, even where it is back at what was said before', async () => {
  const time = clock();
  const { api, stored } = leases();
  let report: Report = { rulesHash: 'one' };
  const slow: Api = {
    ask: async (question) => {
      await time.pause(100, new AbortController().signal);
      return api.ask(question);
    },
  };
  const one = reporting(slow, time, 'pod-a', () => report);
  await time.pass(1_000);
  const tell = (rulesHash: string): void => {
    report = { rulesHash };
    one.made.changed();
  };
  tell('two');
  await time.pass(50);
  tell('one');
  await time.pass(500);
  expect(replicas(stored, time).living()).toMatchObject([{ rulesHash: 'one' }]);
});

test('a report that says the same is renewed every ten seconds and no sooner', async () => {
  const time = clock();
  const { api, writes } = leases();
  const one = reporting(api, time, 'pod-a', () => ({ rulesHash: 'one' }));
  await time.pass(1);
  one.made.changed();
  await time.pass(9_000);
  expect(writes()).toBe(1);
  await time.pass(21_000);
  expect(writes()).toBe(4);
});

test('a replica that leaves is not counted any more, one that was killed for a minute and a half', async () => {
  const time = clock();
  const { api, stored } = leases();
  const leaving = reporting(api, time, 'pod-a', () => ({}));
  const killed = reporting(api, time, 'pod-b', () => ({}));
  await time.pass(1);
  const known = replicas(stored, time);
  const names = (): unknown => known.living()?.map(({ name }) => name);
  expect(names()).toEqual(['pod-a', 'pod-b']);
  leaving.stop();
  await leaving.done;
  expect(names()).toEqual(['pod-b']);
  const before = stored.get('home/bulkhead-replica-pod-b');
  killed.stop();
  await killed.done;
  const silent = { ...stored, get: () => before, keys: () => ['home/bulkhead-replica-pod-b'] };
  const late = replicas(silent, time);
  expect(late.living()).toHaveLength(1);
  await time.pass(90_000);
  expect(late.living()).toHaveLength(1);
  await time.pass(1_000);
  expect(late.living()).toEqual([]);
});

test('before the Leases were listed nobody knows who lives', () => {
  const { stored } = leases();
  expect(replicas({ ...stored, listed: () => false }, clock()).living()).toBeUndefined();
});

test('a Lease that nobody renewed for ten minutes is deleted, as it was seen', async () => {
  const time = clock();
  const { api, stored, falls } = leases();
  const one = reporting(api, time, 'pod-a', () => ({}));
  await time.pass(1);
  const known = replicas(stored, time);
  const controller = leftLeases(api, stored, known);
  const [key = ''] = controller.keys();
  const signal = new AbortController().signal;
  expect(await controller.reconcile(key, signal)).toEqual({ outcome: 'right' });
  falls();
  await time.pass(600_000);
  expect(await controller.reconcile(key, signal)).toMatchObject({ outcome: 'failed' });
  expect(one.failures).toContain('the API server is down');
  const there = leases();
  expect(await leftLeases(there.api, stored, known).reconcile(key, signal)).toMatchObject({
    outcome: 'written',
  });
});

test.each([
  ['bulkhead-7d9f-x2k', 'bulkhead-replica-bulkhead-7d9f-x2k'],
  ['Host_Name.local-', 'bulkhead-replica-host-name-local'],
])('the Lease of %s is %s', (name, lease) => {
  expect(leaseName(name)).toBe(lease);
});
