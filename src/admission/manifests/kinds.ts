/** The kinds that `bulkhead review` knows: those of the groups it decides, so that a misspelt one is told rather than passed over. */
import { otherPolicyKinds } from '../../boundary/invariants/policies/otherPolicyKinds.ts';

/** A kind with its plural and scope. */
export interface KnownKind {
  readonly group: string;
  readonly kind: string;
  readonly resource: string;
  readonly namespaced: boolean;
}

/** Groups in which an unknown kind or version is a mistake, with the version that is known of each. */
export const decidedGroups: ReadonlyMap<string, string> = new Map([
  ['', 'v1'],
  ['networking.k8s.io', 'v1'],
  ['bulkhead.dev', 'v1alpha1'],
]);

const inGroup = (group: string, namespaced: boolean, kinds: Readonly<Record<string, string>>): KnownKind[] =>
  Object.entries(kinds).map(([kind, resource]) => ({ group, kind, resource, namespaced }));

/** The plural that a kind has unless its author chose another (meta.UnsafeGuessKindToResource). */
export function guessResource(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower.endsWith('s')) return `${lower}es`;
  return lower.endsWith('y') ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}

/** Every kind of the decided groups, the other policy kinds, and those that guardrails are written for most. */
export const knownKinds: readonly KnownKind[] = [
  ...inGroup('', true, {
    Pod: 'pods',
    Service: 'services',
    ConfigMap: 'configmaps',
    Secret: 'secrets',
    ServiceAccount: 'serviceaccounts',
    Endpoints: 'endpoints',
    Event: 'events',
    LimitRange: 'limitranges',
    PersistentVolumeClaim: 'persistentvolumeclaims',
    PodTemplate: 'podtemplates',
    ReplicationController: 'replicationcontrollers',
    ResourceQuota: 'resourcequotas',
  }),
  ...inGroup('', false, {
    Namespace: 'namespaces',
    Node: 'nodes',
    PersistentVolume: 'persistentvolumes',
    ComponentStatus: 'componentstatuses',
  }),
  ...inGroup('networking.k8s.io', true, { NetworkPolicy: 'networkpolicies', Ingress: 'ingresses' }),
  ...inGroup('networking.k8s.io', false, {
    IngressClass: 'ingressclasses',
    IPAddress: 'ipaddresses',
    ServiceCIDR: 'servicecidrs',
  }),
  ...inGroup('bulkhead.dev', true, { GuardrailException: 'guardrailexceptions' }),
  ...inGroup('bulkhead.dev', false, {
    Boundary: 'boundaries',
    GuardrailPolicy: 'guardrailpolicies',
    NamespaceRecord: 'namespacerecords',
  }),
  ...inGroup('apps', true, {
    Deployment: 'deployments',
    StatefulSet: 'statefulsets',
    DaemonSet: 'daemonsets',
    ReplicaSet: 'replicasets',
  }),
  ...inGroup('batch', true, { Job: 'jobs', CronJob: 'cronjobs' }),
  ...inGroup('discovery.k8s.io', true, { EndpointSlice: 'endpointslices' }),
  ...inGroup('gateway.networking.k8s.io', true, {
    BackendTLSPolicy: 'backendtlspolicies',
    Gateway: 'gateways',
    GRPCRoute: 'grpcroutes',
    HTTPRoute: 'httproutes',
    ListenerSet: 'listenersets',
    ReferenceGrant: 'referencegrants',
    TCPRoute: 'tcproutes',
    TLSRoute: 'tlsroutes',
    UDPRoute: 'udproutes',
  }),
  ...inGroup('gateway.networking.k8s.io', false, { GatewayClass: 'gatewayclasses' }),
  ...inGroup('autoscaling', true, { HorizontalPodAutoscaler: 'horizontalpodautoscalers' }),
  ...inGroup('policy', true, { PodDisruptionBudget: 'poddisruptionbudgets' }),
  ...inGroup('rbac.authorization.k8s.io', true, { Role: 'roles', RoleBinding: 'rolebindings' }),
  ...inGroup('rbac.authorization.k8s.io', false, {
    ClusterRole: 'clusterroles',
    ClusterRoleBinding: 'clusterrolebindings',
  }),
  ...otherPolicyKinds.map(({ group, kind, resource, scope }) => ({
    group,
    kind,
    resource,
    namespaced: scope === 'Namespaced',
  })),
];
