// The cluster in which the cases play: namespaces, parameters, custom resources, and the requests that are asked there.
import type { Asked } from './case.ts';

/** The label by which namespaces of this run are known. */
export const suite = 'differential';
export const production = 'differential-prod';
export const development = 'differential-dev';

export const namespaces: readonly object[] = [
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: production,
      labels: { suite, env: 'prod', team: 'payments', limit: '5' },
      annotations: { owner: 'ana@example.com', 'example.com/range': '10.0.0.0/8' },
    },
  },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: development, labels: { suite, env: 'dev' } } },
];

const configMap = (namespace: string, name: string, labels: object, data: object): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels },
  data,
});

export const parameters: readonly object[] = [
  configMap(
    production,
    'limits',
    { role: 'limits', tier: 'a' },
    { max: '2', registry: 'registry.example/', 'a-b': 'c', empty: '' },
  ),
  configMap(
    production,
    'limits-2',
    { role: 'limits', tier: 'b' },
    { max: '1', registry: 'registry.example/' },
  ),
  configMap(development, 'limits', { role: 'limits' }, { max: '0', registry: 'elsewhere/' }),
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'bare', namespace: production } },
  {
    apiVersion: 'bulkhead.test/v1',
    kind: 'Quota',
    metadata: { name: 'small', namespace: production, labels: { size: 'small' } },
    spec: { pods: 1, ratio: 1.5, whole: 3, names: ['c0'], map: { a: 'b' }, flag: true, port: 'http' },
  },
  {
    apiVersion: 'bulkhead.test/v1',
    kind: 'Zone',
    metadata: { name: 'north', labels: { zone: 'north' } },
    spec: { pods: 3, cidr: '10.0.0.0/8' },
  },
];

const crd = (plural: string, kind: string, scope: string): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.bulkhead.test` },
  spec: {
    group: 'bulkhead.test',
    scope,
    names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
});

export const customResources: readonly object[] = [
  crd('quotas', 'Quota', 'Namespaced'),
  crd('zones', 'Zone', 'Cluster'),
];

type Fields = Readonly<Record<string, unknown>>;
const podsOf = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;

interface PodChanges {
  readonly labels?: Fields;
  readonly annotations?: Fields;
  readonly spec?: Fields;
  readonly metadata?: Fields;
  readonly namespace?: string;
}

/** The body of a pod that the API server accepts. */
export const podBody = (mark: string, name: string, changes: PodChanges = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: changes.namespace ?? production,
    labels: { ...changes.labels, case: mark },
    ...(changes.annotations === undefined ? {} : { annotations: changes.annotations }),
    ...changes.metadata,
  },
  spec: {
    automountServiceAccountToken: false,
    containers: [{ name: 'c0', image: 'registry.example/a:1' }],
    ...changes.spec,
  },
});

/** CREATE of a pod, dry. */
export const createPod = (changes: PodChanges = {}, sentence = 'a pod'): Asked => ({
  sentence,
  method: 'POST',
  path: () => `${podsOf(changes.namespace ?? production)}?dryRun=All`,
  body: (mark) => podBody(mark, 'p', changes),
});

export const containers = (...list: Fields[]): Fields => ({
  containers: list.map((one, index) => ({ name: `c${index}`, image: 'registry.example/a:1', ...one })),
});

/** UPDATE of the labels of a pod that is stored with `before`, dry; labels that `after` does not have are removed. */
export const updatePod = (before: Fields, after: Fields, sentence = 'an update'): Asked => ({
  sentence,
  method: 'PATCH',
  path: (mark) => `${podsOf(production)}/${mark}?dryRun=All`,
  body: (mark) => {
    const removed = Object.fromEntries(Object.keys(before).map((key) => [key, null]));
    return { metadata: { labels: { ...removed, ...after, case: mark } } };
  },
  stored: (mark) => [podsOf(production), podBody(mark, mark, { labels: before })],
});

export const deletePod = (before: PodChanges = {}, sentence = 'a deletion'): Asked => ({
  sentence,
  method: 'DELETE',
  path: (mark) => `${podsOf(production)}/${mark}?dryRun=All`,
  stored: (mark) => [podsOf(production), podBody(mark, mark, before)],
});

/** CREATE of anything at a collection's path; the label `case` and a name are put into it. */
export const create = (path: string, object: Fields, sentence = 'an object'): Asked => ({
  sentence,
  method: 'POST',
  path: () => `${path}?dryRun=All`,
  body: (mark) => marked(object, mark, 'o'),
});

/** The object with the mark of a case. */
export function marked(object: Fields, mark: string, name: string): object {
  const metadata = (object['metadata'] ?? {}) as Fields;
  const labels = { ...((metadata['labels'] ?? {}) as Fields), case: mark };
  const named = Object.hasOwn(metadata, 'name') || Object.hasOwn(metadata, 'generateName') ? {} : { name };
  return { ...object, metadata: { ...named, ...metadata, labels } };
}

export const core = `/api/v1/namespaces/${production}`;
export const apps = `/apis/apps/v1/namespaces/${production}`;
export const networking = `/apis/networking.k8s.io/v1/namespaces/${production}`;
export const custom = `/apis/bulkhead.test/v1/namespaces/${production}/quotas`;

export const createConfigMap = (data: Fields, metadata: Fields = {}): Asked =>
  create(`${core}/configmaps`, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }, 'a ConfigMap');

export const createService = (spec: Fields, metadata: Fields = {}): Asked =>
  create(`${core}/services`, { apiVersion: 'v1', kind: 'Service', metadata, spec }, 'a Service');

export const createNetworkPolicy = (spec: Fields, metadata: Fields = {}): Asked =>
  create(
    `${networking}/networkpolicies`,
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec },
    'a NetworkPolicy',
  );

export const createDeployment = (spec: Fields = {}, pod: Fields = {}): Asked =>
  create(
    `${apps}/deployments`,
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'd' } },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: { containers: [{ name: 'c0', image: 'registry.example/a:1' }], ...pod },
        },
        ...spec,
      },
    },
    'a Deployment',
  );

export const createNamespace = (labels: Fields, annotations: Fields = {}): Asked =>
  create(
    '/api/v1/namespaces',
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'differential-new', labels: { suite, ...labels }, annotations },
    },
    'a Namespace',
  );

export const createQuota = (spec: Fields, metadata: Fields = {}): Asked =>
  create(custom, { apiVersion: 'bulkhead.test/v1', kind: 'Quota', metadata, spec }, 'a Quota');
