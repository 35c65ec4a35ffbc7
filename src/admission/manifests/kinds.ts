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

/** Every kind of the decided groups, and the other policy kinds. */
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
  ...otherPolicyKinds.map(({ group, kind, resource, scope }) => ({
    group,
    kind,
    resource,
    namespaced: scope === 'Namespaced',
  })),
];
