/** The scan of a live cluster as `serve` makes it: page by page, with rests, by the exceptions that are stored. */
import { expect, test } from '@jest/globals';
import { worldOf } from '../admission/scenario.ts';
import { readException, specHashOf } from '../../src/boundary/exceptions/exception.ts';
import type { Exception } from '../../src/boundary/exceptions/exception.ts';
import { scanFor } from '../../src/cli/scan/live.ts';
import type { ScanManner } from '../../src/cli/scan/live.ts';
import type { ApiServer } from '../../src/cluster/apiServer.ts';
import { clusterCodes, failure } from '../../src/cluster/failure.ts';

const { rules } = worldOf();
const labels = { 'bulkhead.dev/tenant': 'payments' };
const lists: Readonly<Record<string, readonly object[]>> = {
  '/api/v1/namespaces': [{ metadata: { name: 'payments', labels } }],
  '/api/v1/pods': [],
  '/apis/networking.k8s.io/v1/networkpolicies': [
    {
      metadata: { name: 'bulkhead-floor', namespace: 'payments' },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    },
    ...['one', 'two', 'three'].map((name) => ({
      metadata: { name, namespace: 'payments' },
      spec: {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: [{ protocol: 'TCP', port: 443 }] }],
      },
    })),
  ],
};

/** An API server that serves these; `asked` are the pages, and pods are forbidden where that is said. */
function server(forbidden = false): { readonly api: ApiServer; readonly asked: string[] } {
  const asked: string[] = [];
  const api: ApiServer = {
    ask: ({ path }) => {
      const { pathname, searchParams } = new URL(path, 'https://x');
      if (pathname === '/api' || pathname === '/apis')
        return Promise.resolve({ ok: true, body: { kind: 'APIGroupDiscoveryList', items: [] } });
      asked.push(pathname);
      if (forbidden && pathname === '/api/v1/pods')
        return Promise.resolve({ ok: false, failure: failure(clusterCodes.forbidden, 'pods are forbidden') });
      const all = lists[pathname] ?? [];
      const from = Number(searchParams.get('continue') ?? 0);
      const end = from + Number(searchParams.get('limit'));
      const more = end < all.length ? { continue: String(end) } : {};
      const metadata = { resourceVersion: '1', ...more };
      return Promise.resolve({ ok: true, body: { kind: 'List', metadata, items: all.slice(from, end) } });
    },
    stream: () => {
      throw new Error('a scan watches nothing');
    },
    stop: () => undefined,
  };
  return { api, asked };
}
const progress = { show: () => undefined, end: () => undefined };
const found = async (manner: Partial<ScanManner> = {}): Promise<readonly string[]> => {
  const { findings } = await scanFor(server().api, rules, { progress, ...manner });
  return findings.map(({ violation, resource }) => `${violation.code} ${resource.name}`);
};

const outside = ['one', 'two', 'three'].map((name) => `boundary.egress ${name}`);

test('finds the same whatever the size of a page', async () => {
  expect(await found()).toEqual(outside);
  const { api, asked } = server();
  expect((await scanFor(api, rules, { progress, pageSize: 1 })).objects).toBe(5);
  expect(asked.filter((path) => path.endsWith('networkpolicies'))).toHaveLength(4);
});

test('asks whether to rest after every object and every floor, and rests as long as it is told', async () => {
  let resting = false;
  let asked = 0;
  const rest = (): Promise<void> => {
    expect(resting).toBe(false);
    resting = true;
    asked += 1;
    return new Promise((resolve) => {
      setImmediate(() => {
        resting = false;
        resolve();
      });
    });
  };
  expect(await found({ rest })).toEqual(outside);
  // The namespace is judged as an object, once it was listed, and asked for its floor.
  expect(asked).toBe(1 + 1 + 4 + 1);
});

test('what a stored exception lets in is not outside', async () => {
  const spec = {
    target: { boundaries: ['tenants'] },
    allow: {
      egress: [{ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: [{ protocol: 'TCP', port: 443 }] }],
    },
    subjects: { names: ['one', 'two'] },
    category: 'Waiver',
    reason: 'the payment provider is reached directly',
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
  };
  const at = new Date(Date.now() - 1_000).toISOString();
  const approval = { state: 'Approved', by: 'root', at, specHash: specHashOf(spec) };
  const read = readException({
    ...{ apiVersion: 'bulkhead.dev/v1alpha1', kind: 'GuardrailException', spec, status: { approval } },
    metadata: {
      ...{ name: 'provider', namespace: 'payments' },
      annotations: { 'bulkhead.dev/created-by': 'dev' },
    },
  });
  const stored: readonly Exception[] = read.ok ? [read.value] : [];
  expect(stored).toHaveLength(1);
  const exceptionsOf = (namespace: string): readonly Exception[] => (namespace === 'payments' ? stored : []);
  expect(await found({ exceptionsOf })).toEqual(['boundary.egress three']);
});

test('a kind that may not be listed is told, with what it is', async () => {
  const { issues, unreachable } = await scanFor(server(true).api, rules, { progress });
  expect(unreachable).toBe(false);
  expect(issues).toMatchObject([{ message: 'pods are forbidden', about: { group: '', resource: 'pods' } }]);
});
