import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { apiServer } from '../../src/cluster/apiServer.ts';
import type { ApiServer } from '../../src/cluster/apiServer.ts';
import type { ClusterFailure } from '../../src/cluster/failure.ts';
import { paramCopies } from '../../src/cluster/paramCopies.ts';
import type { ParamCopies } from '../../src/cluster/paramCopies.ts';
import { processTiming } from '../../src/cluster/timing.ts';
import { keyOfQuery } from '../../src/guardrail/storedParams.ts';
import type { ParamQuery, StoredParams } from '../../src/guardrail/storedParams.ts';
import { eventually } from '../cluster/eventually.ts';
import { json, startRoughServer } from './roughServer.ts';
import type { RoughServer } from './roughServer.ts';

const query = (changes: Partial<ParamQuery> = {}): ParamQuery => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'home', name: 'limits', labels: undefined },
  ...changes,
});
const asMap = (...queries: readonly ParamQuery[]): ReadonlyMap<string, ParamQuery> =>
  new Map(queries.map((one) => [keyOfQuery(one), one]));

const resources = [
  { name: 'configmaps', kind: 'ConfigMap', namespaced: true },
  { name: 'configmaps/status', kind: 'ConfigMap', namespaced: true },
  { name: 'namespaces', kind: 'Namespace', namespaced: false },
];
const item = {
  metadata: { name: 'limits', namespace: 'home', resourceVersion: '7', managedFields: [{}] },
  data: { most: '2' },
};

let rough: RoughServer;
let server: ApiServer;
let copies: ParamCopies;
let failures: ClusterFailure[];
let late: number;

/** Serves the kinds, one list, and watches that stay open. `status`: what lists are answered with. */
function serves(status = 200): void {
  rough.answer((request, response) => {
    const url = request.url ?? '';
    if (url === '/api/v1') json(200, { kind: 'APIResourceList', resources })(request, response);
    else if (url.startsWith('/apis/')) json(404, {})(request, response);
    else if (!url.includes('watch=true'))
      json(status, { kind: 'List', metadata: { resourceVersion: '9' }, items: [item] })(request, response);
    else response.writeHead(200).flushHeaders();
  });
}

beforeEach(async () => {
  rough = await startRoughServer();
  server = apiServer(rough.access);
  failures = [];
  late = 0;
  copies = paramCopies({
    server,
    timing: { ...processTiming, now: () => performance.now() + late },
    staleMillis: 60_000,
    observe: () => undefined,
    failed: (_kind, failure) => failures.push(failure),
  });
});
afterEach(async () => {
  server.stop();
  await copies.stop();
  await rough.close();
});

const answer = (one = query()): StoredParams | undefined => copies.current().get(keyOfQuery(one));

describe('a question for parameters', () => {
  test.each<[string, Partial<ParamQuery>, string]>([
    ['one object', {}, '/api/v1/namespaces/home/configmaps?fieldSelector=metadata.name%3Dlimits&limit=500'],
    [
      'one name in every namespace',
      { namespace: undefined },
      '/api/v1/configmaps?fieldSelector=metadata.name%3Dlimits&limit=500',
    ],
    [
      'what labels select',
      { name: undefined, labels: 'tier in (gold),!old' },
      '/api/v1/namespaces/home/configmaps?labelSelector=tier+in+%28gold%29%2C%21old&limit=500',
    ],
    [
      'everything of the kind, where labels select everything',
      { name: undefined, labels: '' },
      '/api/v1/namespaces/home/configmaps?limit=500',
    ],
    [
      'a kind without namespaces, without one',
      { kind: 'Namespace' },
      '/api/v1/namespaces?fieldSelector=metadata.name%3Dlimits&limit=500',
    ],
  ])('asks for %s and for no more', async (_sentence, changes, path) => {
    serves();
    await copies.follow(asMap(query(changes)), 5_000);
    expect(rough.asked[1]).toBe(`GET ${path}`);
    expect(answer(query(changes))).toMatchObject({ known: true, namespaced: changes.kind === undefined });
  });

  test('is answered with the objects as they are stored, with their kind, without the record of who wrote what', async () => {
    serves();
    await copies.follow(asMap(query()), 5_000);
    const metadata = { name: 'limits', namespace: 'home', resourceVersion: '7' };
    expect(answer()).toEqual({
      known: true,
      namespaced: true,
      objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { most: '2' } }],
    });
    expect(copies.current()).toBe(copies.current());
  });

  test.each<[string, number, Partial<ParamQuery>, string]>([
    ['may not be read', 403, {}, 'cluster.forbidden'],
    ['cannot be answered', 500, {}, 'cluster.refused'],
    ['is about a kind that nobody serves', 200, { kind: 'Quotum' }, 'cluster.notFound'],
    ['is about a group that nobody serves', 200, { apiVersion: 'x.example/v1' }, 'cluster.notFound'],
  ])(
    'that %s is not known, which is told once, and never is nothing',
    async (_sentence, status, changes, code) => {
      serves(status);
      await copies.follow(asMap(query(changes)), 5_000);
      expect(answer(query(changes))).toEqual({
        known: false,
        message: `they were not listed yet (${code})`,
      });
      // The third try comes after the second has failed.
      await eventually('it was tried again, twice', () => Promise.resolve(rough.asked.length > 3));
      expect(failures.map((one) => one.code)).toEqual([code]);
    },
  );

  test('that was answered too long ago is not known any more, and is again when it is answered again', async () => {
    serves();
    await copies.follow(asMap(query()), 5_000);
    expect(answer()?.known).toBe(true);
    late = 61_000;
    expect(answer()).toEqual({ known: false, message: 'they were last heard of too long ago' });
    late = 0;
    expect(answer()?.known).toBe(true);
  });

  test('that nobody asks any more is forgotten, and its watch ends', async () => {
    serves();
    const other = query({ name: 'other' });
    await copies.follow(asMap(query(), other), 5_000);
    expect([...copies.current().keys()]).toHaveLength(2);
    copies.retain(asMap(other));
    expect([...copies.current().keys()]).toEqual([keyOfQuery(other)]);
    expect(answer()).toBeUndefined();
  });

  test('whose API server says nothing keeps nobody waiting for longer than was said', async () => {
    rough.answer(() => undefined);
    const begun = performance.now();
    await copies.follow(asMap(query()), 100);
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(answer()?.known).toBe(false);
  });
});
