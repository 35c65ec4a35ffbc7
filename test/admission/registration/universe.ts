// Every resource and subresource that a rule could be about: Kubernetes' own that are written, our kinds, and the other policies.
import { otherPolicyKinds } from '../../../src/boundary/invariants/policies/otherPolicyKinds.ts';
import type { Attributes, Operation } from '../../../src/k8s/attributes.ts';
import { developer } from '../scenario.ts';

type Named = readonly [group: string, kind: string, resource: string, ...subresources: readonly string[]];

const scaled = ['status', 'scale'] as const;
const named: readonly Named[] = [
  ['', 'Pod', 'pods', 'status', 'ephemeralcontainers', 'resize'],
  ['', 'Namespace', 'namespaces', 'status', 'finalize'],
  ['', 'Service', 'services', 'status'],
  ['', 'Endpoints', 'endpoints'],
  ['', 'Node', 'nodes', 'status'],
  ['', 'ConfigMap', 'configmaps'],
  ['', 'Secret', 'secrets'],
  ['', 'ServiceAccount', 'serviceaccounts'],
  ['', 'ReplicationController', 'replicationcontrollers', ...scaled],
  ['', 'PodTemplate', 'podtemplates'],
  ['', 'ResourceQuota', 'resourcequotas', 'status'],
  ['apps', 'Deployment', 'deployments', ...scaled],
  ['apps', 'StatefulSet', 'statefulsets', ...scaled],
  ['apps', 'ReplicaSet', 'replicasets', ...scaled],
  ['apps', 'DaemonSet', 'daemonsets', 'status'],
  ['batch', 'Job', 'jobs', 'status'],
  ['batch', 'CronJob', 'cronjobs', 'status'],
  ['discovery.k8s.io', 'EndpointSlice', 'endpointslices'],
  ['networking.k8s.io', 'NetworkPolicy', 'networkpolicies', 'status'],
  ['networking.k8s.io', 'Ingress', 'ingresses', 'status'],
  ['networking.k8s.io', 'IPAddress', 'ipaddresses'],
  ['networking.k8s.io', 'ServiceCIDR', 'servicecidrs', 'status'],
  ['rbac.authorization.k8s.io', 'RoleBinding', 'rolebindings'],
  ['resource.k8s.io', 'ResourceClaim', 'resourceclaims', 'status', 'binding'],
  ['k8s.cni.cncf.io', 'NetworkAttachmentDefinition', 'network-attachment-definitions'],
  ['bulkhead.dev', 'Boundary', 'boundaries', 'status'],
  ['bulkhead.dev', 'GuardrailPolicy', 'guardrailpolicies', 'status'],
  ['bulkhead.dev', 'GuardrailException', 'guardrailexceptions', 'status'],
  ['bulkhead.dev', 'NamespaceRecord', 'namespacerecords', 'status'],
  ['example.com', 'NetworkPolicy', 'networkpolicies'],
  ...otherPolicyKinds.map(({ group, kind, resource }): Named => [group, kind, resource, 'status']),
];

/** Subresources whose objects are of another kind. */
const strangers: readonly (readonly [kind: string, resource: string, subresource: string])[] = [
  ['Binding', 'pods', 'binding'],
  ['Binding', 'bindings', ''],
  ['Eviction', 'pods', 'eviction'],
  ['PodExecOptions', 'pods', 'exec'],
  ['TokenRequest', 'serviceaccounts', 'token'],
];

const operations: readonly Operation[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'];
const object = { metadata: { name: 'bulkhead-floor' }, spec: { podSelector: {} } };
const clusterScoped = new Set([
  ...otherPolicyKinds.filter(({ scope }) => scope === 'Cluster').map(({ kind, group }) => `${group}/${kind}`),
  ...['Boundary', 'GuardrailPolicy', 'NamespaceRecord'].map((kind) => `bulkhead.dev/${kind}`),
]);

const request = (
  group: string,
  kind: string,
  resource: string,
  subresource: string,
  operation: Operation,
): Attributes => ({
  uid: 'u',
  dryRun: false,
  operation,
  group,
  version: 'v1',
  kind,
  resource,
  subresource,
  namespace: clusterScoped.has(`${group}/${kind}`) ? '' : 'payments',
  name: 'bulkhead-floor',
  user: developer,
  object: operation === 'DELETE' ? null : object,
  oldObject: operation === 'CREATE' ? null : object,
});

/** One request for each of them and each operation. */
export const universe: readonly Attributes[] = [
  ...named.flatMap(([group, kind, resource, ...subresources]) =>
    ['', ...subresources].map((subresource) => [group, kind, resource, subresource] as const),
  ),
  ...strangers.map(([kind, resource, subresource]) => ['', kind, resource, subresource] as const),
].flatMap(([group, kind, resource, subresource]) =>
  operations.map((operation) => request(group, kind, resource, subresource, operation)),
);

/** What is looked at and never found fault with: a test holds that to be so. */
export const free = ({ operation, group, kind, subresource }: Attributes): boolean =>
  operation === 'CONNECT' ||
  (otherPolicyKinds.some((one) => one.group === group && one.kind === kind) &&
    (operation === 'DELETE' || subresource === 'status'));
