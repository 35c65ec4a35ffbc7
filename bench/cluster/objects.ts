/** The objects of a large made-up cluster, as an API server would write them: the n-th of each kind, always the same. */
import { Readable } from 'node:stream';
import { compileRules } from '../../src/admission/rules.ts';
import { wantedFloor } from '../../src/boundary/floor/floorPolicy.ts';
import { readPaths } from '../../src/config/paths.ts';
import { assemble } from '../../src/config/load.ts';
import { ownAt } from '../../src/k8s/json.ts';

/** How much of everything there is. The floors are among the policies, one a namespace; `gated` of the pods wait for one. */
export interface Size {
  readonly namespaces: number;
  readonly policies: number;
  readonly pods: number;
  readonly gated: number;
}

/** A kind that is listed: how many, and the text of each. */
export interface Objects {
  readonly kind: string;
  readonly apiVersion: string;
  readonly count: number;
  readonly text: (index: number) => string;
}

const tenants = 2_000;
const when = '2026-11-01T08:00:00Z';
const namespaceName = (index: number): string =>
  `tenant-${index % tenants}-space-${Math.floor(index / tenants)}`;
const uid = (kind: number, index: number): string =>
  `${kind.toString(16).padStart(8, '0')}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
const namespaceLabels = (index: number): Readonly<Record<string, string>> => ({
  'kubernetes.io/metadata.name': namespaceName(index),
  'bulkhead.dev/tenant': `tenant-${index % tenants}`,
  'bulkhead.dev/environment': ['production', 'test', 'development'][index % 3] ?? '',
  'pod-security.kubernetes.io/enforce': 'baseline',
});

/** What the API server keeps of who wrote which field: a good part of every stored object. */
const managed = (...fields: readonly string[]): object => ({
  managedFields: [
    {
      manager: 'kube-controller-manager',
      operation: 'Update',
      apiVersion: 'v1',
      time: when,
      fieldsType: 'FieldsV1',
      fieldsV1: Object.fromEntries(
        fields.map((field) => [`f:${field}`, { '.': {}, 'f:value': {}, 'k:{"name":"main"}': { '.': {} } }]),
      ),
    },
  ],
});

const metadata = (kind: number, index: number, own: object): object => ({
  uid: uid(kind, index),
  resourceVersion: String(1_000 + index),
  creationTimestamp: when,
  ...own,
});

const namespaceOf = (index: number): object => ({
  metadata: metadata(1, index, {
    name: namespaceName(index),
    labels: namespaceLabels(index),
    annotations: {
      'example.com/owner': `team-${index % tenants}@example.com`,
      'example.com/cost-center': '4711',
    },
    ...managed('metadata', 'labels', 'annotations', 'spec', 'finalizers'),
  }),
  spec: { finalizers: ['kubernetes'] },
  status: { phase: 'Active' },
});

const ordinaryPolicy = (index: number, size: Size): object => ({
  metadata: metadata(2, index, {
    name: `allow-${Math.floor(index / size.namespaces)}`,
    namespace: namespaceName(index % size.namespaces),
    labels: { app: `app-${index % 7}` },
    ...managed('metadata', 'spec', 'podSelector', 'policyTypes', 'ingress'),
  }),
  spec: {
    podSelector: { matchLabels: { app: `app-${index % 7}` } },
    policyTypes: ['Ingress'],
    ingress: [
      { from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ protocol: 'TCP', port: 8080 }] },
    ],
  },
});

const podOf = (index: number, size: Size): object => ({
  metadata: metadata(3, index, {
    name: `web-${Math.floor(index / size.namespaces)}-7d9f8c6b5-${index.toString(36).padStart(5, '0')}`,
    generateName: 'web-7d9f8c6b5-',
    namespace: namespaceName(index % size.namespaces),
    labels: {
      app: 'web',
      'pod-template-hash': '7d9f8c6b5',
      'bulkhead.dev/tenant': `tenant-${(index % size.namespaces) % tenants}`,
    },
    annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' },
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: 'web-7d9f8c6b5',
        uid: uid(4, index),
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
    ...managed(
      'metadata',
      'labels',
      'ownerReferences',
      'spec',
      'containers',
      'image',
      'resources',
      'volumes',
    ),
  }),
  spec: {
    ...(index < size.gated ? { schedulingGates: [{ name: 'bulkhead.dev/floor' }] } : {}),
    containers: ['main', 'sidecar'].map((name) => ({
      name,
      image: `registry.example/${name}@sha256:${'0123456789abcdef'.repeat(4)}`,
      ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
      env: Array.from({ length: 8 }, (_, at) => ({ name: `SETTING_${at}`, value: `value-${at}` })),
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
      securityContext: {
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
      imagePullPolicy: 'IfNotPresent',
    })),
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: 'default',
    securityContext: {},
    schedulerName: 'default-scheduler',
    tolerations: [
      {
        key: 'node.kubernetes.io/not-ready',
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      },
    ],
  },
  status: { phase: 'Pending', qosClass: 'Burstable' },
});

const recordOf = (index: number): object => ({
  metadata: metadata(5, index, { name: namespaceName(index), ...managed('spec', 'labels') }),
  spec: {
    labels: Object.fromEntries(
      Object.entries(namespaceLabels(index)).filter(([key]) => key.startsWith('bulkhead.dev/')),
    ),
    attested: true,
  },
});

const calico = {
  metadata: metadata(6, 0, { name: 'calico-node', namespace: 'kube-system' }),
  spec: {
    template: { spec: { containers: [{ name: 'calico-node', image: 'docker.io/calico/node:v3.29.1' }] } },
  },
  status: { desiredNumberScheduled: 3 },
};

/** The floor's spec, as Bulkhead itself would write it under these rules and the default configuration. */
async function floorSpec(rules: string): Promise<unknown> {
  const read = await readPaths([rules], { stdin: () => Readable.from([]) });
  const config = assemble(undefined, { environment: {} });
  if (!read.ok || !config.ok) throw new Error(`${rules} cannot be read`);
  const compiled = compileRules(read.value, config.value.config);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues));
  const { ruleSet } = compiled.value;
  const facts = {
    name: namespaceName(0),
    labels: new Map(Object.entries(namespaceLabels(0))),
    terminating: false,
  };
  const wanted = wantedFloor(facts, { ruleSet, lookup: () => facts, known: () => [facts] });
  return ownAt(wanted?.policy, 'spec');
}

const floorOf = (index: number, spec: unknown): object => ({
  metadata: metadata(7, index, {
    name: 'bulkhead-floor',
    namespace: namespaceName(index),
    labels: { 'app.kubernetes.io/managed-by': 'bulkhead' },
    ...managed('metadata', 'spec', 'podSelector', 'policyTypes', 'egress'),
  }),
  spec,
});

/** What is served at each path; `#floors` is what the selector of floors leaves of the policies. */
export async function cluster(size: Size, rules: string): Promise<ReadonlyMap<string, Objects>> {
  const spec = await floorSpec(rules);
  const kind = (
    apiVersion: string,
    name: string,
    count: number,
    object: (index: number) => object,
  ): Objects => ({
    apiVersion,
    kind: name,
    count,
    text: (index) => JSON.stringify(object(index)),
  });
  const floors = Math.min(size.namespaces, size.policies);
  const policy = (index: number): object =>
    index < floors ? floorOf(index, spec) : ordinaryPolicy(index - floors, size);
  const networking = 'networking.k8s.io/v1';
  const own = 'bulkhead.dev/v1alpha1';
  return new Map([
    ['/api/v1/namespaces', kind('v1', 'Namespace', size.namespaces, namespaceOf)],
    ['/api/v1/pods', kind('v1', 'Pod', size.pods, (index) => podOf(index, size))],
    [`/apis/${networking}/networkpolicies`, kind(networking, 'NetworkPolicy', size.policies, policy)],
    [`/apis/${networking}/networkpolicies#floors`, kind(networking, 'NetworkPolicy', floors, policy)],
    [`/apis/${own}/namespacerecords`, kind(own, 'NamespaceRecord', size.namespaces, recordOf)],
    [`/apis/${own}/boundaries`, kind(own, 'Boundary', 0, () => ({}))],
    [`/apis/${own}/guardrailpolicies`, kind(own, 'GuardrailPolicy', 0, () => ({}))],
    [`/apis/${own}/guardrailexceptions`, kind(own, 'GuardrailException', 0, () => ({}))],
    ['/apis/apps/v1/daemonsets', kind('apps/v1', 'DaemonSet', 1, () => calico)],
  ]);
}
