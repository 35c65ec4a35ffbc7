// The cluster as a source of facts, against a real API server: what it knows, how soon, and what it says when it does not know.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectCluster } from '../../src/cluster/cluster.ts';
import type { Cluster as Subject, ClusterEvent, ClusterOptions } from '../../src/cluster/cluster.ts';
import type { StoredPage } from '../../src/admission/world.ts';
import { decodeNetworkPolicy } from '../../src/k8s/networkPolicyDecode.ts';
import { isObject, listAt, stringAt } from '../../src/k8s/json.ts';
import type { NamespaceFacts } from '../../src/k8s/namespaceFacts.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';
import { identities } from '../cluster/identities.ts';
import { kubeconfigBy } from './kubeconfigBy.ts';

const cluster = connect(readConnection(process.env));
const opened: Subject[] = [];

async function follow(options: Partial<ClusterOptions> = {}): Promise<Subject> {
  const kubeconfig = options.kubeconfig ?? cluster.kubeconfig('bulkhead');
  const read = await connectCluster({ environment: {}, ...options, kubeconfig });
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  opened.push(read.value);
  return read.value;
}

let subject: Subject;
beforeAll(async () => {
  subject = await follow();
  expect(await subject.becameReady(10_000)).toBe(true);
});
afterAll(() => Promise.all(opened.map((one) => one.stop())));

const labelsOf = (facts: NamespaceFacts | string): unknown =>
  typeof facts === 'string' ? facts : Object.fromEntries(facts.labels);
const cached = (name: string): unknown => labelsOf(subject.view().lookup(name));

/** How long until `claim` holds, in milliseconds. */
async function until(claim: () => boolean): Promise<number> {
  const begun = performance.now();
  await eventually('the claim holds', () => Promise.resolve(claim()));
  return performance.now() - begun;
}

async function relabelled(name: string, labels: object): Promise<void> {
  const answer = await cluster.call('admin', `/api/v1/namespaces/${name}`, {
    method: 'PATCH',
    body: { metadata: { labels } },
  });
  expect(answer.status).toBe(200);
}

describe('namespaces', () => {
  test('are all known once it is ready', async () => {
    expect(subject.readiness()).toEqual({ ready: true, reasons: [] });
    // Those of an earlier file may be going meanwhile.
    await eventually('as many are known as there are', async () => {
      const { body } = await cluster.call('admin', '/api/v1/namespaces');
      return subject.namespaces().count === listAt(body, 'items').length;
    });
    expect(subject.view().lookup('kube-system')).toMatchObject({ name: 'kube-system', terminating: false });
  });

  test('that are new, relabelled, deleted and made again are known within a second', async () => {
    const name = 'cluster-life';
    expect(cached(name)).toBe('unknown');
    await cluster.createNamespace(name, { team: 'one' });
    expect(await until(() => cached(name) !== 'unknown')).toBeLessThan(1_000);
    await relabelled(name, { team: 'two', added: 'x' });
    const seen = await until(() => JSON.stringify(cached(name)).includes('"two"'));
    expect(seen).toBeLessThan(1_000);
    const before = subject.view();
    await cluster.kubectl('admin', ['delete', 'namespace', name]);
    expect(await until(() => cached(name) === 'unknown')).toBeLessThan(1_000);
    expect(labelsOf(before.lookup(name))).toMatchObject({ team: 'two' });
    await cluster.createNamespace(name, { team: 'three' });
    await until(() => cached(name) !== 'unknown');
    expect(cached(name)).toMatchObject({ team: 'three' });
    expect(cached(name)).not.toHaveProperty('added');
  });

  test('that are being deleted are known to be', async () => {
    const name = 'cluster-ending';
    await cluster.createNamespace(name);
    const configMap = { metadata: { name: 'held', finalizers: ['example.com/hold'] } };
    const path = `/api/v1/namespaces/${name}/configmaps`;
    expect((await cluster.call('admin', path, { method: 'POST', body: configMap })).status).toBe(201);
    await cluster.kubectl('admin', ['delete', 'namespace', name, '--wait=false']);
    await until(() => {
      const facts = subject.view().lookup(name);
      return typeof facts !== 'string' && facts.terminating;
    });
    expect(await subject.live.readNamespace(name)).toMatchObject({ terminating: true });
    await cluster.call('admin', `${path}/held`, {
      method: 'PATCH',
      body: { metadata: { finalizers: null } },
    });
    await until(() => cached(name) === 'unknown');
  });

  test('are followed from one watch to the next, and never older than a watch lasts', async () => {
    const brief = await follow({ watchSeconds: 2 });
    await brief.becameReady(10_000);
    const seen = (): unknown => labelsOf(brief.view().lookup('cluster-over'));
    await cluster.createNamespace('cluster-over');
    let oldest = 0;
    for (let value = 1; value <= 8; value += 1) {
      await relabelled('cluster-over', { value: String(value) });
      const took = await until(() => JSON.stringify(seen()).includes(`"value":"${value}"`));
      expect(took).toBeLessThan(1_000);
      await new Promise((resolve) => setTimeout(resolve, 800));
      oldest = Math.max(oldest, brief.namespaces().ageMillis ?? Infinity);
    }
    expect(oldest).toBeLessThan(3_000);
  });
});

describe('live reads', () => {
  test('a namespace that is there, and one that is certainly not', async () => {
    await cluster.createNamespace('cluster-live', { team: 'x' });
    expect(labelsOf(await subject.live.readNamespace('cluster-live'))).toMatchObject({
      team: 'x',
      'kubernetes.io/metadata.name': 'cluster-live',
    });
    expect(await subject.live.readNamespace('cluster-nowhere')).toBe('absent');
  });

  test('count what a namespace holds, without the floor', async () => {
    const name = 'cluster-contents';
    await cluster.createNamespace(name);
    expect(await subject.live.contentsOf(name)).toEqual({ pods: 0, policies: 0 });
    const policy = (called: string): object => ({ metadata: { name: called }, spec: { podSelector: {} } });
    const policies = `/apis/networking.k8s.io/v1/namespaces/${name}/networkpolicies`;
    for (const called of ['bulkhead-floor', 'own'])
      expect((await cluster.call('admin', policies, { method: 'POST', body: policy(called) })).status).toBe(
        201,
      );
    const pods = ['one', 'two', 'three', 'four'];
    for (const called of pods) {
      const body = {
        metadata: { name: called },
        spec: { containers: [{ name: 'app', image: 'example/app:1' }] },
      };
      const answer = await cluster.call('admin', `/api/v1/namespaces/${name}/pods`, { method: 'POST', body });
      expect(answer.status).toBe(201);
    }
    expect(await subject.live.contentsOf(name)).toEqual({ pods: 4, policies: 1 });
    const stored = await subject.live.storedIn(name);
    if (stored === 'unavailable') throw new Error(stored);
    const namesOf = ({ objects }: StoredPage): unknown =>
      objects.map((one) => stringAt(one, 'metadata', 'name')).sort();
    expect([namesOf(stored.pods), namesOf(stored.policies)]).toEqual([
      pods.toSorted(),
      ['bulkhead-floor', 'own'],
    ]);
  });

  test('stored policies keep the spelling of the API: `from`, so that a peer is not lost', async () => {
    const name = 'cluster-policies';
    await cluster.createNamespace(name);
    const body = {
      metadata: { name: 'scraped' },
      spec: {
        podSelector: {},
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'observers' } } }] }],
      },
    };
    const path = `/apis/networking.k8s.io/v1/namespaces/${name}/networkpolicies`;
    expect((await cluster.call('admin', path, { method: 'POST', body })).status).toBe(201);
    const held = await subject.live.storedIn(name);
    if (held === 'unavailable') throw new Error(held);
    const stored = held.policies.objects;
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).toContain('"from":[{"namespaceSelector"');
    expect(JSON.stringify(stored)).not.toContain('_from');
    // Items of a list carry no kind; the decoder must read them all the same.
    const policy = decodeNetworkPolicy(stored[0], { strict: true });
    expect(policy).toMatchObject({ ok: true, value: { ingress: [{ peers: [{}] }] } });
  });

  test.each([
    ['a namespace', 'unknown', (one: Subject) => one.live.readNamespace('default')],
    ['its contents', 'unavailable', (one: Subject) => one.live.contentsOf('default')],
    ['what is stored in it', 'unavailable', (one: Subject) => one.live.storedIn('default')],
  ])('%s that may not be read is %s', async (_sentence, expected, read) => {
    const { connection } = cluster;
    const port = Number(new URL(connection.server).port);
    const file = await kubeconfigBy({ connection: { ...connection, tokens: { admin: 'nobody' } } }, port);
    const stranger = await follow({ kubeconfig: file });
    expect(await read(stranger)).toBe(expected);
    const why = /^namespaces: not listed yet: GET \/api\/v1\/namespaces was answered with 401/;
    await eventually('it says why', () => Promise.resolve(why.test(stranger.readiness().reasons[0] ?? '')));
    expect(await stranger.becameReady(500)).toBe(false);
    expect(stranger.view().lookup('default')).toBe('unknown');
    expect(stranger.identity()).toBeNull();
    expect(stranger.view().orderedDeletion).toBe(false);
    await stranger.stop();
  });
});

describe('the server', () => {
  test('tells its version and who we are', async () => {
    await eventually('both are known', () => Promise.resolve(subject.identity() !== null));
    expect(subject.identity()).toBe(identities.bulkhead.user);
    expect(subject.version()).toEqual({ major: 1, minor: 36 });
    expect(subject.view().orderedDeletion).toBe(true);
  });

  test('whoever may not list namespaces is told what is missing', async () => {
    const events: ClusterEvent[] = [];
    const call = cluster.call.bind(cluster);
    const binding = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/bulkhead';
    const { body } = await call('admin', binding);
    expect((await call('admin', binding, { method: 'DELETE' })).status).toBe(200);
    try {
      await eventually(
        'RBAC forgot',
        async () => (await call('bulkhead', '/api/v1/namespaces')).status === 403,
      );
      const forbidden = await follow({ observe: (event) => events.push(event) });
      const why = /403: namespaces is forbidden.*ClusterRole/;
      await eventually('it says why', () =>
        Promise.resolve(why.test(forbidden.readiness().reasons[0] ?? '')),
      );
      expect(await forbidden.becameReady(1_000)).toBe(false);
      expect(await forbidden.live.readNamespace('default')).toBe('unknown');
      expect(events).toContainEqual({
        about: 'namespaces',
        event: { type: 'failed', failure: expect.objectContaining({ code: 'cluster.forbidden' }) },
      });
    } finally {
      const { metadata, ...rest } = isObject(body) ? body : { metadata: {} };
      const again = { ...rest, metadata: { name: stringAt(metadata, 'name') ?? '' } };
      const path = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
      expect((await call('admin', path, { method: 'POST', body: again })).status).toBe(201);
      await eventually(
        'RBAC knows',
        async () => (await call('bulkhead', '/api/v1/namespaces')).status === 200,
      );
    }
    const now = opened.at(-1);
    expect(await now?.becameReady(20_000)).toBe(true);
  });
});
