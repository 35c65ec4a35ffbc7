// Live reads: only the API server's own word is an answer; everything else is "not known".
import { describe, expect, test } from '@jest/globals';
import { liveReads } from '../../src/cluster/liveReads.ts';
import { listAll } from '../../src/cluster/listing.ts';
import { json, text, withRoughServer } from './roughServer.ts';
import type { Handler } from './roughServer.ts';

const { rough, server } = withRoughServer();

const status = (code: number, reason: string, details: object): Handler =>
  json(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, details });
const shop = { kind: 'PartialObjectMetadata', metadata: { name: 'shop', labels: { team: 'payments' } } };

describe('a namespace', () => {
  test('is read', async () => {
    rough().answer(json(200, shop));
    expect(await liveReads(server()).readNamespace('shop')).toMatchObject({
      name: 'shop',
      labels: new Map([['team', 'payments']]),
    });
    expect(rough().asked.at(-1)).toBe('GET /api/v1/namespaces/shop');
  });

  test('is absent where the API server says that it did not find that namespace', async () => {
    rough().answer(status(404, 'NotFound', { kind: 'namespaces', name: 'shop' }));
    expect(await liveReads(server()).readNamespace('shop')).toBe('absent');
  });

  test.each<[string, Handler]>([
    ['a 404 of somebody else', text(404, 'not found')],
    ['a 404 about another name', status(404, 'NotFound', { kind: 'namespaces', name: 'other' })],
    ['a 404 about another kind', status(404, 'NotFound', { kind: 'pods', name: 'shop' })],
    ['a 403', status(403, 'Forbidden', { kind: 'namespaces', name: 'shop' })],
    ['a 500', status(500, 'InternalError', {})],
    ['another namespace', json(200, { ...shop, metadata: { name: 'other' } })],
    ['labels that are no labels', json(200, { ...shop, metadata: { name: 'shop', labels: [1] } })],
    ['no object', json(200, [])],
    ['no JSON', text(200, 'ok')],
    ['a cut', (request) => void request.socket.destroy()],
  ])('is unknown after %s', async (_sentence, handler) => {
    rough().answer(handler);
    expect(await liveReads(server()).readNamespace('shop')).toBe('unknown');
  });

  test.each(['..', 'a/b', 'a%2fb', 'Shop', '', 'a?b', 'x'.repeat(64)])(
    '%j is the name of none, and never part of a path',
    async (name) => {
      const before = rough().asked.length;
      expect(await liveReads(server()).readNamespace(name)).toBe('absent');
      expect(await liveReads(server()).contentsOf(name)).toBe('unavailable');
      expect(await liveReads(server()).storedIn(name)).toBe('unavailable');
      expect(rough().asked.length).toBe(before);
    },
  );

  test('more calls than a bound are refused at once', async () => {
    rough().answer(json(200, shop));
    const reads = liveReads(server());
    const answers = await Promise.all(Array.from({ length: 300 }, () => reads.readNamespace('shop')));
    expect(answers.filter((answer) => answer === 'unknown')).toHaveLength(300 - 256);
    expect(await reads.readNamespace('shop')).toMatchObject({ name: 'shop' });
  });
});

const list = (items: readonly unknown[], metadata: object = {}): unknown => ({
  kind: 'PartialObjectMetadataList',
  metadata: { resourceVersion: '9', ...metadata },
  items,
});
const item = { metadata: { name: 'one' } };

describe('the contents of a namespace', () => {
  const contents = async (pods: Handler, policies: Handler): Promise<unknown> => {
    rough().answer((request, response) => {
      (request.url?.includes('/pods') === true ? pods : policies)(request, response);
    });
    return liveReads(server()).contentsOf('shop');
  };

  test.each<[string, unknown, unknown, unknown]>([
    ['nothing', list([]), list([]), { pods: 0, policies: 0 }],
    [
      'some pods of many',
      list([item, item], { continue: 'x', remainingItemCount: 40 }),
      list([]),
      { pods: 42, policies: 0 },
    ],
    [
      'policies of which the rest is not counted',
      list([]),
      list([item, item], { continue: 'x' }),
      { pods: 0, policies: 3 },
    ],
    ['an empty page that is not the last', list([], { continue: 'x' }), list([]), { pods: 1, policies: 0 }],
    [
      'a list without items',
      { kind: 'PodList', metadata: { resourceVersion: '9' } },
      list([]),
      { pods: 0, policies: 0 },
    ],
  ])('%s', async (_sentence, pods, policies, expected) => {
    expect(await contents(json(200, pods), json(200, policies))).toEqual(expected);
  });

  test('are asked for without the floor', async () => {
    await contents(json(200, list([])), json(200, list([])));
    expect(rough().asked.slice(-2).sort()).toEqual([
      'GET /api/v1/namespaces/shop/pods?limit=2',
      'GET /apis/networking.k8s.io/v1/namespaces/shop/networkpolicies?fieldSelector=metadata.name%21%3Dbulkhead-floor&limit=2',
    ]);
  });

  test.each<[string, Handler, Handler]>([
    ['pods are forbidden', status(403, 'Forbidden', {}), json(200, list([]))],
    ['policies are forbidden', json(200, list([])), status(403, 'Forbidden', {})],
    ['pods are no list', json(200, { kind: 'Pod', metadata: { resourceVersion: '9' } }), json(200, list([]))],
    ['an item is no object', json(200, list([1])), json(200, list([]))],
    [
      'items are no list',
      json(200, { kind: 'PodList', metadata: { resourceVersion: '9' }, items: {} }),
      json(200, list([])),
    ],
  ])('are unavailable where %s', async (_sentence, pods, policies) => {
    expect(await contents(pods, policies)).toBe('unavailable');
  });
});

describe('what is stored in a namespace', () => {
  const stored = async (pods: Handler, policies: Handler): Promise<unknown> => {
    rough().answer((request, response) => {
      (request.url?.includes('/pods') === true ? pods : policies)(request, response);
    });
    return liveReads(server()).storedIn('shop');
  };

  test('is the first page of each kind, and how many are left', async () => {
    const pods = json(200, list([item, item], { continue: 'x', remainingItemCount: 40 }));
    expect(await stored(pods, json(200, list([item])))).toEqual({
      pods: { objects: [item, item], more: 40 },
      policies: { objects: [item], more: 0 },
    });
    expect(rough().asked.slice(-2).sort()).toEqual([
      'GET /api/v1/namespaces/shop/pods?limit=200',
      'GET /apis/networking.k8s.io/v1/namespaces/shop/networkpolicies?limit=200',
    ]);
  });

  const limitsSince = (before: number): readonly string[] =>
    rough()
      .asked.slice(before)
      .filter((asked) => asked.includes('/pods'))
      .map((asked) => asked.replace(/.*=/, ''));
  /** Answers what was made before, for making it would take of the time that reading has. */
  const ready =
    (bodyFor: (limit: number) => string): Handler =>
    (request, response) => {
      const limit = Number(new URL(request.url ?? '', 'http://api').searchParams.get('limit'));
      response.writeHead(200, { 'content-type': 'application/json' }).end(bodyFor(limit));
    };

  test('is a shorter page where a whole one is too large, and the rest is left', async () => {
    const large = { metadata: { name: 'x'.repeat(160_000) } };
    const page = (count: number): string =>
      JSON.stringify(
        list(
          Array.from({ length: count }, () => large),
          { continue: 'x', remainingItemCount: 30 - count },
        ),
      );
    const [all, some] = [page(30), page(25)];
    const before = rough().asked.length;
    const pods = ready((limit) => (limit < 30 ? some : all));
    expect(await stored(pods, json(200, list([item])))).toEqual({
      pods: { objects: Array.from({ length: 25 }, () => large), more: 5 },
      policies: { objects: [item], more: 0 },
    });
    expect(limitsSince(before)).toEqual(['200', '100', '50', '25']);
  });

  test('is unavailable where one object alone is too large', async () => {
    const body = JSON.stringify(list([{ metadata: { name: 'x'.repeat(4_200_000) } }]));
    const before = rough().asked.length;
    expect(
      await stored(
        ready(() => body),
        json(200, list([])),
      ),
    ).toBe('unavailable');
    expect(limitsSince(before)).toEqual(['200', '100', '50', '25', '12', '6', '3', '1']);
    expect(
      await stored(
        json(200, list([])),
        ready(() => body),
      ),
    ).toBe('unavailable');
  });

  test.each<[string, Handler]>([
    ['it is forbidden', status(403, 'Forbidden', {})],
    ['the API server fails', status(500, 'InternalError', {})],
    ['the answer is no list', json(200, item)],
    ['the connection is cut', (request) => void request.socket.destroy()],
  ])('is unavailable where %s', async (_sentence, handler) => {
    expect(await stored(handler, json(200, list([])))).toBe('unavailable');
    expect(await stored(json(200, list([])), handler)).toBe('unavailable');
  });

  test('is unavailable after two seconds without an end', async () => {
    const begun = performance.now();
    const slow: Handler = (_request, response) => void response.writeHead(200).write('{"kind":');
    expect(await stored(slow, json(200, list([])))).toBe('unavailable');
    expect(performance.now() - begun).toBeGreaterThan(1_900);
    expect(performance.now() - begun).toBeLessThan(4_000);
  });
});

describe('a whole list', () => {
  const question = { path: '/things', deadlineMillis: 2_000, mostObjects: 100 };

  test('is read page by page', async () => {
    rough().answer((request, response) => {
      const last = request.url?.includes('continue=next%2Fpage') === true;
      json(200, list([item], last ? {} : { continue: 'next/page' }))(request, response);
    });
    expect(await listAll(server(), question)).toEqual({
      ok: true,
      objects: [item, item],
      resourceVersion: '9',
    });
  });

  test('is read in smaller pages where one is too large to be held', async () => {
    const large = 'x'.repeat(1_000);
    rough().answer((request, response) => {
      const limit = Number(new URL(request.url ?? '', 'https://x').searchParams.get('limit'));
      json(200, list(Array.from({ length: Math.min(limit, 4) }, () => ({ metadata: { name: large } }))))(
        request,
        response,
      );
    });
    const before = rough().asked.length;
    const listed = await listAll(server(), { ...question, pageSize: 8, pageBytes: 2_500 });
    expect(listed.ok && listed.objects.length).toBe(2);
    expect(rough().asked.slice(before)).toEqual([
      'GET /things?limit=8',
      'GET /things?limit=4',
      'GET /things?limit=2',
    ]);
  });

  test('is a failure where a continuation expired', async () => {
    rough().answer((request, response) => {
      const first = request.url?.includes('continue') !== true;
      const handler = first ? json(200, list([item], { continue: 'next' })) : status(410, 'Expired', {});
      handler(request, response);
    });
    expect(await listAll(server(), question)).toMatchObject({ ok: false, failure: { code: 'cluster.gone' } });
  });

  test('is a failure where it is endless', async () => {
    rough().answer(json(200, list([item], { continue: 'next' })));
    expect(await listAll(server(), question)).toMatchObject({
      ok: false,
      failure: { code: 'cluster.tooLarge' },
    });
  });
});
