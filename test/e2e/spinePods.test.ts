// Pods through kubectl, every subresource and the real controllers: what leaves the guarded network is refused, what is stored cannot.
import { beforeAll, describe, expect, test } from '@jest/globals';
import { listAt, ownAt, stringAt } from '../../src/k8s/json.ts';
import type { ApiAnswer } from '../cluster/apiCall.ts';
import { eventually } from '../cluster/eventually.ts';
import { expectDenied, labelsOf, pod, podsIn, tenant, withSpine } from './spine.ts';

const home = 'pods-payments';
const old = 'pods-old';
const hostNetwork = { hostNetwork: true };
const networks = 'k8s.v1.cni.cncf.io/networks';

const spine = withSpine(async (cluster) => {
  // Nobody is asked yet: this is what stands in a cluster when Bulkhead comes.
  await cluster.createNamespace(old, { [tenant]: 'payments' });
  for (const name of ['finalized', 'updated']) {
    const body = pod(name, { finalizers: ['spine.example/kept'] }, hostNetwork);
    const { status } = await cluster.call('dev-payments', podsIn(old), { method: 'POST', body });
    expect(status).toBe(201);
  }
});
const { cluster, apply, stored } = spine;

beforeAll(async () => {
  await cluster.createNamespace(home, { [tenant]: 'payments' });
  await cluster.createNamespace('pods-public', { [tenant]: 'payments' });
});

const patch = (path: string, body: object): Promise<ApiAnswer> =>
  cluster.call('dev-payments', path, { method: 'PATCH', body });
const container = (capabilities: object): object => ({
  containers: [{ name: 'app', image: 'registry.example/app:1', securityContext: { capabilities } }],
});
const dropsOf = (object: unknown, list = 'containers'): unknown =>
  listAt(object, 'spec', list).map((one) => ownAt(one, 'securityContext', 'capabilities', 'drop'));

describe('a pod is denied and not stored', () => {
  test.each<[string, object, object, readonly string[]]>([
    [
      'on the host network',
      {},
      hostNetwork,
      ['Pod pods-payments/refused is refused by boundary "tenants"', 'hostNetwork'],
    ],
    ['that adds net_raw', {}, container({ add: ['net_raw'] }), ['adds capability "net_raw"']],
    ['with a chosen second network', { annotations: { [networks]: 'other' } }, {}, [networks]],
    ['with another tenant’s stamp', { labels: { [tenant]: 'orders' } }, {}, [tenant]],
    ['with a label that is not granted here', { labels: { exposure: 'public' } }, {}, ['exposure']],
  ])('%s', async (_sentence, metadata, spec, texts) => {
    expectDenied(await apply('dev-payments', home, pod('refused', metadata, spec)), ...texts);
    expect(await stored(`${podsIn(home)}/refused`)).toBeUndefined();
  });
});

describe('a pod is admitted', () => {
  test('with the stamp and without NET_RAW, and nothing else is touched', async () => {
    const metadata = { labels: { app: 'web' }, annotations: { constructor: 'x', 'example.com/a~b': 'y' } };
    const { annotations, ...rest } = metadata;
    const plain = { constructor: annotations.constructor };
    const spec = {
      initContainers: [{ name: 'first', image: 'registry.example/app:1' }],
      containers: [
        { name: 'app', image: 'registry.example/app:1' },
        {
          name: 'strict',
          image: 'registry.example/app:1',
          securityContext: { capabilities: { drop: ['ALL'] } },
        },
      ],
    };
    const body = pod('stamped', { ...rest, annotations: plain }, spec);
    const answer = await cluster.call('dev-payments', podsIn(home), { method: 'POST', body });
    expect(answer.status).toBe(201);
    const saved = await stored(`${podsIn(home)}/stamped`);
    expect(labelsOf(saved)).toEqual({ app: 'web', [tenant]: 'payments' });
    expect(ownAt(saved, 'metadata', 'annotations')).toEqual(plain);
    expect(dropsOf(saved)).toEqual([['NET_RAW'], ['ALL']]);
    expect(dropsOf(saved, 'initContainers')).toEqual([['NET_RAW']]);
  });

  test('with a label that its namespace was granted', async () => {
    const labelled = pod('granted', { labels: { exposure: 'public' } });
    expect(await apply('dev-payments', 'pods-public', labelled)).toMatchObject({ code: 0, stderr: '' });
  });

  test('from a plain Deployment, by the real controllers', async () => {
    const args = [
      '--namespace',
      home,
      'create',
      'deployment',
      'web',
      '--image=registry.example/app:1',
      '--replicas=2',
    ];
    expect(await cluster.kubectl('dev-payments', args)).toMatchObject({ code: 0, stderr: '' });
    const pods = await eventually('both pods of the Deployment', async () => {
      const items = listAt(
        await stored(`${podsIn(home)}?labelSelector=app%3Dweb,pod-template-hash`),
        'items',
      );
      return items.length === 2 && items;
    });
    for (const one of pods) {
      expect(labelsOf(one)).toMatchObject({ [tenant]: 'payments' });
      expect(dropsOf(one)).toEqual([['NET_RAW']]);
    }
  });

  test('from a Job, whose controller then takes its finalizer away', async () => {
    const args = ['--namespace', home, 'create', 'job', 'once', '--image=registry.example/app:1'];
    expect(await cluster.kubectl('dev-payments', args)).toMatchObject({ code: 0, stderr: '' });
    const items = async (): Promise<readonly unknown[]> =>
      listAt(await stored(`${podsIn(home)}?labelSelector=job-name%3Donce`), 'items');
    const one = await eventually('the pod of the Job', async () => (await items())[0] as object | undefined);
    expect(ownAt(one, 'metadata', 'finalizers')).toEqual(['batch.kubernetes.io/job-tracking']);
    const name = stringAt(one, 'metadata', 'name') ?? '';
    const done = await patch(`${podsIn(home)}/${name}/status`, { status: { phase: 'Succeeded' } });
    expect(done.status).toBe(200);
    await eventually('the finalizer is gone', async () =>
      (await items()).every((item) => ownAt(item, 'metadata', 'finalizers') === undefined),
    );
  });
});

describe('an ephemeral container', () => {
  const debug = (profile: string): ReturnType<typeof cluster.kubectl> =>
    cluster.kubectl('dev-payments', [
      ...['--namespace', home, 'debug', 'pod/debugged', '--image=registry.example/tools:1'],
      ...[`--profile=${profile}`, `--container=${profile}`],
    ]);
  beforeAll(async () => {
    await apply('dev-payments', home, pod('debugged'));
  });

  test('with NET_RAW is denied', async () => {
    const { code, stderr } = await debug('netadmin');
    expect(code).toBe(1);
    expect(stderr).toMatch(/admission webhook "tenants\.boundaries\.bulkhead\.dev" denied the request/);
    expect(stderr).toContain('container "netadmin" adds capability "NET_RAW"');
    expect(ownAt(await stored(`${podsIn(home)}/debugged`), 'spec', 'ephemeralContainers')).toBeUndefined();
  });

  test('without it drops NET_RAW when it is stored', async () => {
    expect(await debug('baseline')).toMatchObject({ code: 0 });
    expect(dropsOf(await stored(`${podsIn(home)}/debugged`), 'ephemeralContainers')).toEqual([['NET_RAW']]);
  });
});

describe('a running pod', () => {
  const at = `${podsIn(home)}/running`;
  beforeAll(async () => {
    await apply('dev-payments', home, pod('running'));
  });
  const expectForbidden = ({ status, body }: ApiAnswer, text: string): void => {
    expect({ status, reason: stringAt(body, 'reason') }).toEqual({ status: 403, reason: 'Forbidden' });
    expect(stringAt(body, 'message')).toContain('denied the request: ');
    expect(stringAt(body, 'message')).toContain(text);
  };
  const expectUntouched = async (): Promise<void> => {
    const saved = await stored(at);
    expect(labelsOf(saved)).toEqual({ [tenant]: 'payments' });
    expect(ownAt(saved, 'metadata', 'annotations', networks)).toBeUndefined();
  };

  test.each<[string, object, string]>([
    ['gets no protected label', { labels: { exposure: 'public' } }, 'exposure'],
    ['keeps its stamp', { labels: { [tenant]: 'orders' } }, tenant],
    ['gets no second network', { annotations: { [networks]: 'other' } }, networks],
  ])('%s, by itself or through /status', async (_sentence, metadata, text) => {
    for (const door of ['', '/status']) expectForbidden(await patch(at + door, { metadata }), text);
    await expectUntouched();
  });

  const binding = (metadata: object): object => ({
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'running', ...metadata },
    target: { apiVersion: 'v1', kind: 'Node', name: 'nowhere' },
  });
  test.each<[string, object, string]>([
    ['a protected label', { labels: { exposure: 'public' } }, 'exposure'],
    ['its own stamp', { labels: { [tenant]: 'payments' } }, tenant],
    ['a second network', { annotations: { [networks]: 'other' } }, networks],
  ])('is not bound with %s', async (_sentence, metadata, text) => {
    for (const door of [`${at}/binding`, `/api/v1/namespaces/${home}/bindings`]) {
      const answer = await cluster.call('dev-payments', door, { method: 'POST', body: binding(metadata) });
      expectForbidden(answer, text);
    }
    await expectUntouched();
  });

  test('takes other labels by both doors', async () => {
    expect((await patch(`${at}/status`, { metadata: { labels: { colour: 'blue' } } })).status).toBe(200);
    const body = binding({ labels: { zone: 'a' } });
    expect((await cluster.call('dev-payments', `${at}/binding`, { method: 'POST', body })).status).toBe(201);
    const saved = await stored(at);
    expect(labelsOf(saved)).toEqual({ [tenant]: 'payments', colour: 'blue', zone: 'a' });
    expect(ownAt(saved, 'spec', 'nodeName')).toBe('nowhere');
  });
});

describe('a bad pod from before', () => {
  test('loses its finalizer and goes', async () => {
    const at = `${podsIn(old)}/finalized`;
    expect((await patch(at, { metadata: { finalizers: null } })).status).toBe(200);
    const gone = await cluster.kubectl('dev-payments', ['--namespace', old, 'delete', 'pod', 'finalized']);
    expect(gone).toMatchObject({ code: 0 });
    expect(await stored(at)).toBeUndefined();
  });

  test('can be given another image, and is not made worse', async () => {
    const at = `${podsIn(old)}/updated`;
    const spec = { containers: [{ name: 'app', image: 'registry.example/app:2' }] };
    const update = {
      contentType: 'application/strategic-merge-patch+json',
      method: 'PATCH',
      body: { spec },
    } as const;
    expect((await cluster.call('dev-payments', at, update)).status).toBe(200);
    expect((await patch(at, { metadata: { labels: { exposure: 'public' } } })).status).toBe(403);
    await patch(at, { metadata: { finalizers: null } });
  });
});

describe('an update as large as they get', () => {
  // etcd takes 1.5 MiB. In a review each `<` is six bytes long, and both the old object and the new one are there.
  const args = Array.from({ length: 100 }, () => '<'.repeat(14_000));
  const spec = { containers: [{ name: 'app', image: 'registry.example/app:1', args }] };
  const at = `${podsIn(home)}/large`;

  test('is decided and stored', async () => {
    const created = await cluster.call('dev-payments', podsIn(home), {
      method: 'POST',
      body: pod('large', {}, spec),
    });
    expect(created.status).toBe(201);
    const escaped = created.text.replaceAll('<', '\\u003c').length;
    expect(2 * escaped).toBeGreaterThan(16_800_000);
    const image = [{ op: 'replace', path: '/spec/containers/0/image', value: 'registry.example/app:2' }];
    const updated = await cluster.call('dev-payments', at, {
      method: 'PATCH',
      contentType: 'application/json-patch+json',
      body: image,
    });
    expect(updated.status).toBe(200);
    const saved = await stored(at);
    expect(listAt(saved, 'spec', 'containers').map((one) => ownAt(one, 'image'))).toEqual([
      'registry.example/app:2',
    ]);
    expect(dropsOf(saved)).toEqual([['NET_RAW']]);
    const seen = await spine
      .product()
      .decided(({ resource, operation }) => resource.name === 'large' && operation === 'UPDATE');
    expect(seen.map(({ door, decision }) => [door, decision])).toEqual([['validate', 'allowed']]);
  });

  test('is denied for what it changes', async () => {
    const answer = await patch(at, { metadata: { labels: { exposure: 'public' } } });
    expect(answer.status).toBe(403);
    expect(stringAt(answer.body, 'message')).toContain('exposure');
    expect(labelsOf(await stored(at))).toEqual({ [tenant]: 'payments' });
  });
});
