// Requests by which converted policies are compared with Bulkhead on a real API server, and what is stored before they are sent.
import type { IdentityName } from '../cluster/identities.ts';

/** An object that is stored before; its collection is its path without the name. */
export interface Stored {
  readonly path: string;
  readonly object: { readonly metadata: { readonly name: string } } & object;
}

/** One request. `change` makes the object of an update from the stored one. */
export interface Case {
  readonly sentence: string;
  readonly who: IdentityName;
  /** Whether the converted policies say that they decide it. */
  readonly covered: boolean;
  readonly send:
    | { readonly operation: 'CREATE'; readonly path: string; readonly object: object }
    | {
        readonly operation: 'UPDATE';
        readonly path: string;
        readonly subresource?: string;
        readonly change: (stored: Record<string, unknown>) => object;
      }
    | { readonly operation: 'DELETE'; readonly path: string };
}

const policies = (namespace: string): string =>
  `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
const pods = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;

const namespace = (name: string, labels: object): Stored => ({
  path: '/api/v1/namespaces',
  object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } } as Stored['object'],
});
const policy = (name: string, spec: object, metadata: object = {}) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, ...metadata },
  spec,
});
const pod = (name: string, labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: {
    containers: [
      {
        name: 'app',
        image: 'registry.example/app:1',
        securityContext: { capabilities: { drop: ['NET_RAW'] } },
      },
    ],
  },
});

const tenant = 'bulkhead.dev/tenant';
const environment = 'bulkhead.dev/environment';
const owned = (of: string, at: string): object => ({ [tenant]: of, [environment]: at });

export const namespaces: readonly Stored[] = [
  namespace('payments-prod', owned('payments', 'production')),
  namespace('payments-web-prod', owned('payments', 'production')),
  namespace('orders-prod', owned('orders', 'production')),
  namespace('leaving', owned('orders', 'production')),
  namespace('ownerless', {}),
  // Alone in its case: a review takes all requests for one, and who follows would find it labelled.
  namespace('adopted', {}),
];

const floor = policy(
  'bulkhead-floor',
  { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  { finalizers: ['example.com/kept'] },
);
const inside = policy('inside', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] });
const outside = policy('outside', { podSelector: {}, ingress: [{}] });

export const stored: readonly Stored[] = [
  ...['payments-prod', 'payments-web-prod', 'orders-prod', 'leaving', 'ownerless'].map((at) => ({
    path: `/api/v1/namespaces/${at}/serviceaccounts`,
    object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
  })),
  { path: policies('payments-prod'), object: floor },
  { path: policies('leaving'), object: floor },
  { path: policies('payments-prod'), object: inside },
  { path: policies('payments-prod'), object: outside },
  { path: pods('payments-prod'), object: pod('plain', { [tenant]: 'payments' }) },
  { path: pods('payments-web-prod'), object: pod('public', { [tenant]: 'payments', exposure: 'public' }) },
  { path: pods('orders-prod'), object: pod('unstamped', {}) },
];

/** Deleted after everything was stored; without controllers it stays. */
export const leaving = 'leaving';

type Row = readonly [sentence: string, spec: object];

const creates = (who: IdentityName, at: string, covered: boolean, rows: readonly Row[]): readonly Case[] =>
  rows.map(([sentence, spec], index) => ({
    sentence,
    who,
    covered,
    send: { operation: 'CREATE', path: policies(at), object: policy(`p-${index}`, spec) },
  }));

const labelled = (labels: object) => ({ matchLabels: labels });
const same = owned('payments', 'production');
const from = (peer: object, ports?: readonly object[], pods: object = {}): object => ({
  podSelector: pods,
  ingress: [{ from: [peer], ...(ports === undefined ? {} : { ports }) }],
});
const to = (peer: object, ports?: readonly object[]): object => ({
  podSelector: {},
  policyTypes: ['Egress'],
  egress: [{ to: [peer], ...(ports === undefined ? {} : { ports }) }],
});
const block = (cidr: string, ...except: readonly string[]): object => ({
  ipBlock: { cidr, ...(except.length === 0 ? {} : { except }) },
});
const database = [{ port: 5432 }];

const limits: readonly Case[] = [
  ...creates('dev-payments', 'payments-prod', true, [
    ['pods of the own namespace', from({ podSelector: {} })],
    ['the own tenant and environment', from({ namespaceSelector: labelled(same) })],
    [
      'the same written as an expression',
      from({
        namespaceSelector: {
          matchLabels: { [tenant]: 'payments' },
          matchExpressions: [{ key: environment, operator: 'In', values: ['production'] }],
        },
      }),
    ],
    ['the own tenant in every environment', from({ namespaceSelector: labelled({ [tenant]: 'payments' }) })],
    ['another tenant', from({ namespaceSelector: labelled(owned('orders', 'production')) })],
    ['every namespace', from({ namespaceSelector: {} })],
    [
      'namespaces without a tenant',
      from({ namespaceSelector: { matchExpressions: [{ key: tenant, operator: 'DoesNotExist' }] } }),
    ],
    [
      'every tenant but one',
      from({
        namespaceSelector: { matchExpressions: [{ key: tenant, operator: 'NotIn', values: ['orders'] }] },
      }),
    ],
    ['anybody', { podSelector: {}, ingress: [{}] }],
    ['anybody on one port', { podSelector: {}, ingress: [{ ports: [{ port: 443 }] }] }],
    ['anybody on the port of monitoring', { podSelector: {}, ingress: [{ ports: [{ port: 9090 }] }] }],
    ['nobody', { podSelector: {}, ingress: [] }],
    ['rules that policyTypes make void', { podSelector: {}, policyTypes: ['Egress'], ingress: [{}] }],
    ['an address from outside', from(block('198.51.100.7/32'))],
    [
      'a monitoring name by port name',
      from({ namespaceSelector: labelled({ 'kubernetes.io/metadata.name': 'monitoring' }) }, [
        { port: 'metrics' },
      ]),
    ],
    [
      'monitoring on its port',
      from({ namespaceSelector: labelled({ 'kubernetes.io/metadata.name': 'monitoring' }) }, [
        { port: 9090 },
      ]),
    ],
    [
      'the ingress controller, for public pods, on their ports',
      from(
        { namespaceSelector: labelled({ 'kubernetes.io/metadata.name': 'ingress-nginx' }) },
        [{ port: 8080, endPort: 8085 }],
        labelled({ exposure: 'public' }),
      ),
    ],
    ['databases on their port', to(block('10.20.8.0/24'), database)],
    [
      'databases on a range that leaves their port',
      to(block('10.20.8.0/24'), [{ port: 5432, endPort: 5433 }]),
    ],
    ['databases by another protocol', to(block('10.20.8.0/24'), [{ protocol: 'SCTP', port: 5432 }])],
    ['databases on every port', to(block('10.20.8.0/24'))],
    ['the part that is taken out of the databases', to(block('10.20.9.0/24'), database)],
    ['all databases with the part that is taken out', to(block('10.20.0.0/16'), database)],
    ['everything outside', to(block('0.0.0.0/0'))],
    ['half of everything', to(block('0.0.0.0/1'))],
    ['everything but metadata', to(block('0.0.0.0/0', '169.254.169.254/32'))],
    ['instance metadata', to(block('169.254.169.254/32'), [{ port: 80 }])],
    ['the own tenant, outwards', to({ namespaceSelector: labelled(same) })],
    ['another tenant, outwards', to({ namespaceSelector: labelled({ [tenant]: 'orders' }) })],
    [
      'DNS',
      to(
        {
          namespaceSelector: labelled({ 'kubernetes.io/metadata.name': 'kube-system' }),
          podSelector: labelled({ 'k8s-app': 'kube-dns' }),
        },
        [{ protocol: 'UDP', port: 53 }],
      ),
    ],
    ['anybody, outwards', { podSelector: {}, policyTypes: ['Egress'], egress: [{}] }],
    ['all of IPv6', to(block('2000::/3'))],
  ]),
  ...creates('dev-orders', 'ownerless', true, [
    ['anybody, where no boundary guards', { podSelector: {}, ingress: [{}] }],
  ]),
  ...creates('dev-payments', 'payments-prod', false, [
    [
      'another tenant by the name of its namespace',
      from({ namespaceSelector: labelled({ 'kubernetes.io/metadata.name': 'orders-prod' }) }),
    ],
    [
      'one of two tenants',
      from({
        namespaceSelector: {
          matchExpressions: [{ key: tenant, operator: 'In', values: ['orders', 'payments'] }],
        },
      }),
    ],
  ]),
];

const at = (path: string, name: string): string => `${path}/${name}`;
const relabel =
  (labels: object) =>
  (object: Record<string, unknown>): object => {
    const metadata = object['metadata'] as { readonly labels?: object };
    return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, ...labels } } };
  };
const without =
  (key: string) =>
  (object: Record<string, unknown>): object => {
    const metadata = object['metadata'] as { readonly labels?: object };
    const kept = Object.entries(metadata.labels ?? {}).filter(([one]) => one !== key);
    return { ...object, metadata: { ...metadata, labels: Object.fromEntries(kept) } };
  };
const respec =
  (spec: object) =>
  (object: Record<string, unknown>): object => ({ ...object, spec });

const update = (
  sentence: string,
  who: IdentityName,
  path: string,
  change: (stored: Record<string, unknown>) => object,
  subresource?: string,
): Case => ({
  sentence,
  who,
  covered: true,
  send: { operation: 'UPDATE', path, change, ...(subresource === undefined ? {} : { subresource }) },
});
const create = (sentence: string, who: IdentityName, path: string, object: object): Case => ({
  sentence,
  who,
  covered: true,
  send: { operation: 'CREATE', path, object },
});
const remove = (sentence: string, who: IdentityName, path: string): Case => ({
  sentence,
  who,
  covered: true,
  send: { operation: 'DELETE', path },
});

const floorAt = at(policies('payments-prod'), 'bulkhead-floor');

const updates: readonly Case[] = [
  update(
    'an inside policy that opens itself',
    'dev-payments',
    at(policies('payments-prod'), 'inside'),
    respec(outside.spec),
  ),
  update(
    'an inside policy that stays inside',
    'dev-payments',
    at(policies('payments-prod'), 'inside'),
    respec(from({ namespaceSelector: labelled(same) })),
  ),
  update(
    'an outside policy that gets a label',
    'dev-payments',
    at(policies('payments-prod'), 'outside'),
    relabel({ team: 'x' }),
  ),
  update(
    'an outside policy that is mended',
    'dev-payments',
    at(policies('payments-prod'), 'outside'),
    respec(inside.spec),
  ),
];

const floors: readonly Case[] = [
  create(
    'a developer writes a floor',
    'dev-orders',
    policies('orders-prod'),
    policy('bulkhead-floor', { podSelector: {}, policyTypes: ['Ingress'] }),
  ),
  create(
    'an administrator writes a floor',
    'admin',
    policies('orders-prod'),
    policy('bulkhead-floor', { podSelector: {}, policyTypes: ['Ingress'] }),
  ),
  create(
    'Bulkhead writes a floor',
    'bulkhead',
    policies('orders-prod'),
    policy('bulkhead-floor', { podSelector: {}, policyTypes: ['Ingress'] }),
  ),
  create(
    'a floor where no boundary guards',
    'dev-orders',
    policies('ownerless'),
    policy('bulkhead-floor', { podSelector: {} }),
  ),
  create(
    'a floor in an exempt namespace',
    'dev-orders',
    policies('kube-system'),
    policy('bulkhead-floor', { podSelector: {} }),
  ),
  update(
    'a developer opens the floor',
    'dev-payments',
    floorAt,
    respec({ podSelector: { matchLabels: { a: 'b' } } }),
  ),
  update('a developer labels the floor', 'dev-payments', floorAt, relabel({ a: 'b' })),
  update('a developer leaves the floor as it is', 'dev-payments', floorAt, (object) => object),
  update('a developer releases the floor of a finalizer', 'dev-payments', floorAt, (object) => ({
    ...object,
    metadata: { ...(object['metadata'] as object), finalizers: [] },
  })),
  update('an administrator labels the floor', 'admin', floorAt, relabel({ a: 'b' })),
  remove('a developer deletes the floor', 'dev-payments', floorAt),
  remove('an administrator deletes the floor', 'admin', floorAt),
  remove('a developer deletes another policy', 'dev-payments', at(policies('payments-prod'), 'inside')),
  remove(
    'an administrator deletes the floor of a namespace that is being deleted',
    'admin',
    at(policies('leaving'), 'bulkhead-floor'),
  ),
  remove(
    'the controller manager deletes it',
    'system:kube-controller-manager',
    at(policies('leaving'), 'bulkhead-floor'),
  ),
];

const space = (name: string, labels: object): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});
const spaces = '/api/v1/namespaces';
const orders = at(spaces, 'orders-prod');

const namespaceLabels: readonly Case[] = [
  create(
    'a namespace with the assigned labels',
    'dev-payments',
    spaces,
    space('new', owned('payments', 'development')),
  ),
  create('a namespace without labels, to be assigned', 'dev-payments', spaces, space('new', {})),
  create(
    'a namespace in another environment',
    'dev-payments',
    spaces,
    space('new', owned('payments', 'production')),
  ),
  create(
    'a namespace of another tenant',
    'dev-payments',
    spaces,
    space('new', owned('orders', 'development')),
  ),
  create('a namespace of nobody, by nobody', 'outsider', spaces, space('new', {})),
  create('a namespace with an empty tenant', 'dev-payments', spaces, space('new', { [tenant]: '' })),
  create(
    'a namespace of any tenant, by an administrator',
    'admin',
    spaces,
    space('new', owned('orders', 'test')),
  ),
  create('a namespace of nobody, by an administrator', 'admin', spaces, space('new', {})),
  create(
    'a namespace with an exempt name',
    'dev-payments',
    spaces,
    space('bulkhead-system', owned('payments', 'development')),
  ),
  update('a tenant is changed', 'dev-payments', orders, relabel({ [tenant]: 'payments' })),
  update('a tenant is removed', 'dev-orders', orders, without(tenant)),
  update('another label is set', 'dev-orders', orders, relabel({ team: 'x' })),
  update(
    'a tenant is set where there is none',
    'dev-orders',
    at(spaces, 'ownerless'),
    relabel({ [tenant]: 'orders' }),
  ),
  update(
    'a tenant is changed through status',
    'dev-payments',
    orders,
    relabel({ [tenant]: 'payments' }),
    'status',
  ),
  update('another label is set through status', 'dev-payments', orders, relabel({ team: 'y' }), 'status'),
  update(
    'a tenant is set where there is none, by an administrator',
    'admin',
    at(spaces, 'adopted'),
    relabel({ [tenant]: 'orders' }),
  ),
];

const plain = at(pods('payments-prod'), 'plain');
const binding = (name: string, labels: object): object => ({
  apiVersion: 'v1',
  kind: 'Binding',
  metadata: { name, labels },
  target: { apiVersion: 'v1', kind: 'Node', name: 'node-1' },
});

const podLabels: readonly Case[] = [
  create('a granted label', 'dev-payments', pods('payments-web-prod'), pod('new', { exposure: 'public' })),
  create(
    'a label that is granted elsewhere',
    'dev-payments',
    pods('payments-prod'),
    pod('new', { exposure: 'public' }),
  ),
  create(
    'another value of a granted label',
    'dev-payments',
    pods('payments-web-prod'),
    pod('new', { exposure: 'partners' }),
  ),
  create(
    'a protected label, by an administrator',
    'admin',
    pods('payments-prod'),
    pod('new', { exposure: 'public' }),
  ),
  create(
    'a protected label where no boundary guards',
    'dev-orders',
    pods('ownerless'),
    pod('new', { exposure: 'public' }),
  ),
  create(
    'the stamp of its namespace',
    'dev-payments',
    pods('payments-prod'),
    pod('new', { [tenant]: 'payments' }),
  ),
  create('no stamp', 'dev-payments', pods('payments-prod'), pod('new', {})),
  create(
    'the stamp of another tenant',
    'dev-payments',
    pods('payments-prod'),
    pod('new', { [tenant]: 'orders' }),
  ),
  create(
    'the stamp of another tenant, by an administrator',
    'admin',
    pods('payments-prod'),
    pod('new', { [tenant]: 'orders' }),
  ),
  update('a protected label is added', 'dev-payments', plain, relabel({ exposure: 'public' })),
  update(
    'a protected label is added through status',
    'dev-payments',
    plain,
    relabel({ exposure: 'public' }),
    'status',
  ),
  update('another label is added', 'dev-payments', plain, relabel({ team: 'x' })),
  update('a stamp is changed', 'dev-payments', plain, relabel({ [tenant]: 'orders' })),
  update('a stamp is removed', 'dev-payments', plain, without(tenant)),
  update('a stamp is changed, by an administrator', 'admin', plain, relabel({ [tenant]: 'orders' })),
  update(
    'a pod that never had its stamp gets another label',
    'dev-orders',
    at(pods('orders-prod'), 'unstamped'),
    relabel({ team: 'x' }),
  ),
  create('a binding without labels', 'dev-payments', `${plain}/binding`, binding('plain', {})),
  create(
    'a binding with a protected label',
    'dev-payments',
    `${plain}/binding`,
    binding('plain', { exposure: 'public' }),
  ),
  create('a binding with another label', 'dev-payments', `${plain}/binding`, binding('plain', { team: 'x' })),
];

export const cases: readonly Case[] = [...limits, ...updates, ...floors, ...namespaceLabels, ...podLabels];
