// The rule library as a whole in a real control plane: what goes past NetworkPolicies is refused, even to an administrator, and the controllers work on.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listAt } from '../../src/k8s/json.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';
import type { Printed } from '../cluster/kubectl.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';
import { expectDenied, pod, tenant } from './spine.ts';

const root = join(import.meta.dirname, '..', '..');
const home = 'library-shop';
const development = 'library-shop-dev';
const cluster = connect(readConnection(process.env));
let product: Product | undefined;

const apply = (object: object, ...flags: readonly string[]): Promise<Printed> =>
  cluster.kubectl('admin', ['--namespace', home, 'apply', '-f', '-', ...flags], { stdin: object });
const as = (group: string): readonly string[] => [
  ...['--as', 'jane', '--as-group', 'system:masters', '--as-group', group],
];

/** No more of Gateway API than its routes need to be stored. */
const routes = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'httproutes.gateway.networking.k8s.io',
    annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api/pull/2997' },
  },
  spec: {
    group: 'gateway.networking.k8s.io',
    scope: 'Namespaced',
    names: { plural: 'httproutes', singular: 'httproute', kind: 'HTTPRoute', listKind: 'HTTPRouteList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

beforeAll(async () => {
  expect(await apply(routes)).toMatchObject({ code: 0 });
  await eventually('routes are served', async () => {
    const { status } = await cluster.call('admin', '/apis/gateway.networking.k8s.io/v1/httproutes');
    return status === 200;
  });
  const label = (environment: string) => ({ [tenant]: 'shop', 'bulkhead.dev/environment': environment });
  await cluster.createNamespace(home, label('production'));
  await cluster.createNamespace(development, label('development'));
  for (const namespace of [home, development]) {
    const printed = await cluster.kubectl('admin', ['--namespace', namespace, 'apply', '-f', '-'], {
      stdin: pod('web', { labels: { app: 'web' } }),
    });
    expect(printed).toMatchObject({ code: 0 });
  }
  const rules = join(root, 'policies');
  const config = join(import.meta.dirname, 'spine', 'configuration.yaml');
  product = await startProduct(cluster, { rules, config });
  await product.register();
});

afterAll(async () => {
  await product?.remove();
  await cluster.kubectl('admin', ['delete', 'customresourcedefinition', routes.metadata.name]);
});

const service = (name: string, spec: object): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
});
const route = (backend: object): object => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'web' },
  spec: { rules: [{ backendRefs: [{ name: 'web', port: 80, ...backend }] }] },
});
const slice = (address: string): object => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'by-hand', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: [address] }],
  ports: [{ port: 5432 }],
});
const endpoints = (ip: string): object => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'by-hand' },
  subsets: [{ addresses: [{ ip }], ports: [{ port: 5432 }] }],
});
const ingress = (annotations: object): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'web', annotations },
  spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
});
const balanced = { type: 'LoadBalancer', loadBalancerSourceRanges: ['203.0.113.0/24'] };

describe('is refused to an administrator', () => {
  test.each<[string, object, string]>([
    ['an external address', service('a', { externalIPs: ['203.0.113.7'] }), 'services-external-ips'],
    ['a port on every node', service('b', { type: 'NodePort' }), 'services-node-port'],
    ['a balancer with ports on every node', service('c', balanced), 'services-node-port'],
    [
      'a balancer for everybody',
      service('d', { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }),
      'services-load-balancer-sources',
    ],
    [
      'a name that leads to another tenant',
      service('e', { type: 'ExternalName', externalName: 'db.bank.svc.cluster.local' }),
      'services-external-name',
    ],
    ['a slice of foreign pods', slice('10.244.3.7'), 'endpoint-slices-by-hand'],
    ['endpoints of foreign pods', endpoints('10.244.3.7'), 'endpoints-by-hand'],
    ['a route to another tenant', route({ namespace: 'bank' }), 'routes-stay-home'],
    [
      'a snippet for the ingress controller',
      ingress({ 'nginx.ingress.kubernetes.io/server-snippet': 'return 200;' }),
      'ingress-annotations',
    ],
  ])('%s', async (_sentence, object, rule) => {
    expectDenied(await apply(object), `policy "${rule}"`);
  });
});

test.each<[string, object]>([
  ['a balancer for named sources', service('f', { ...balanced, allocateLoadBalancerNodePorts: false })],
  ['a slice of a shared database', slice('10.20.1.5')],
  ['a route to the own namespace', route({})],
  ['a plain Ingress', ingress({ 'nginx.ingress.kubernetes.io/rewrite-target': '/' })],
])('%s is stored', async (_sentence, object) => {
  expect(await apply(object)).toMatchObject({ code: 0 });
});

test('the controller names pods all the same', async () => {
  expect(await apply(service('web', { selector: { app: 'web' } }))).toMatchObject({ code: 0 });
  const path = `/apis/discovery.k8s.io/v1/namespaces/${home}/endpointslices`;
  await eventually('the slice of the Service is there', async () => {
    const { body } = await cluster.call('admin', `${path}?labelSelector=kubernetes.io/service-name%3Dweb`);
    return listAt(body, 'items').length > 1;
  });
});

describe('a connection to a pod, a Service or a node', () => {
  const into = (namespace: string, ...args: readonly string[]): Promise<Printed> =>
    cluster.kubectl('admin', ['--namespace', namespace, ...args]);
  const raw = (path: string): readonly string[] => ['get', '--raw', path];

  test.each<[string, string, readonly string[], string]>([
    ['exec', home, ['exec', 'web', '--', 'true'], 'exec-in-production'],
    ['attach', home, ['attach', 'web'], 'exec-in-production'],
    ['proxy', development, raw(`/api/v1/namespaces/${development}/pods/web/proxy/`), 'forward-and-proxy'],
    ['proxy to a Service', home, raw(`/api/v1/namespaces/${home}/services/web/proxy/`), 'forward-and-proxy'],
  ])('%s is refused', async (_sentence, namespace, args, rule) => {
    const { code, stderr } = await into(namespace, ...args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(`policy "${rule}"`);
  });

  test('a debug container is refused', async () => {
    const { code, stderr } = await into(home, 'debug', 'web', '--image', 'registry.example/tools:1');
    expect(code).not.toBe(0);
    expect(stderr).toContain('policy "exec-in-production"');
  });

  test('a port is not forwarded', async () => {
    const path = `/api/v1/namespaces/${home}/pods/web/portforward?ports=80`;
    const { status, text } = await cluster.call('admin', path, { method: 'POST', body: {} });
    expect([status, text]).toEqual([403, expect.stringContaining('forward-and-proxy')]);
  });

  test('a node’s proxy is for groups that may, and an administrator is in one', async () => {
    const { stderr } = await into(home, ...raw('/api/v1/nodes/none/proxy/'));
    expect(stderr).not.toContain('denied the request');
  });

  test('exec is let in for break-glass, and in development for everybody; there is no kubelet to answer', async () => {
    for (const [namespace, flags] of [
      [home, as('break-glass')],
      [development, as('developers')],
    ] as const) {
      const { stderr } = await into(namespace, 'exec', 'web', ...flags, '--', 'true');
      expect(stderr).not.toContain('denied the request');
      expect(stderr).toContain('does not have a host assigned');
    }
  });
});
