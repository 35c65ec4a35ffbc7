/** The scene of the invariants' tests: two tenants, one boundary, and requests against them. */
import type { Attributes, UserInfo } from '../../../src/k8s/attributes.ts';
import type { JsonObject } from '../../../src/k8s/json.ts';
import type { LabelSelector } from '../../../src/k8s/labelSelector.ts';
import type { NamespaceFacts } from '../../../src/k8s/namespaceFacts.ts';
import type { Violation } from '../../../src/k8s/violation.ts';
import type {
  FloorContext,
  GuardingBoundary,
  Guards,
  NamespaceContext,
  NamespacedContext,
  PodSettings,
  Tenancy,
} from '../../../src/boundary/invariants/context.ts';
import type { Subjects } from '../../../src/boundary/invariants/subjects.ts';

export const tenant = 'bulkhead.dev/tenant';
export const environment = 'bulkhead.dev/environment';

export const nobody: Subjects = { users: [], groups: [], serviceAccounts: [] };
export const administrators: Subjects = { ...nobody, groups: ['system:masters'] };
export const selector = (matchLabels: Readonly<Record<string, string>>): LabelSelector => ({
  matchLabels: new Map(Object.entries(matchLabels)),
  matchExpressions: [],
});

export const tenancy: Tenancy = {
  tenantLabel: tenant,
  protectedLabels: new Set([tenant, environment, 'kubernetes.io/metadata.name']),
  protectedPodLabels: new Set(['exposure', tenant]),
  podLabelGrants: [
    { namespaceSelector: selector({ [tenant]: 'payments' }), labels: new Map([['exposure', ['public']]]) },
  ],
  roles: {
    labelWriters: administrators,
    floorWriters: administrators,
    ruleWriters: administrators,
    exceptionApprovers: administrators,
  },
  assign: [{ groups: ['team-payments'], labels: new Map([[tenant, 'payments']]) }],
  exemptNamespaces: new Set(['kube-system']),
  unassigned: 'Deny',
};

export const plugin = 'system:serviceaccount:kube-system:multus';
export const guards: Guards = {
  annotations: new Set(['example.com/address', 'cni.example.com/*']),
  extendedResources: new Set(['intel.com/sriov', 'openshift.io/*']),
  annotationWriters: { ...nobody, serviceAccounts: ['kube-system/multus'] },
  identity: 'system:serviceaccount:bulkhead:bulkhead',
};

export const settings: PodSettings = {
  hostNetwork: 'Deny',
  hostAccess: 'Deny',
  rawSockets: 'Drop',
  secondaryNetworks: 'Deny',
  addressRequests: 'Deny',
  beforeFloor: 'Gate',
};

export const boundary = (
  change: Partial<Omit<GuardingBoundary, 'pods'>> & { readonly pods?: Partial<PodSettings> } = {},
): GuardingBoundary => ({
  name: 'tenants',
  stampPods: [tenant],
  portNames: new Map([['http', [{ protocol: 'TCP', port: 8080 }]]]),
  otherPolicies: 'Deny',
  ...change,
  pods: { ...settings, ...change.pods },
});

export const namespace = (change: Partial<NamespaceFacts> = {}): NamespaceFacts => ({
  name: 'shop',
  labels: new Map([[tenant, 'payments']]),
  terminating: false,
  ...change,
});

export const inNamespace = (change: Partial<NamespacedContext> = {}): NamespacedContext => ({
  tenancy,
  guards,
  namespace: namespace(),
  boundaries: [boundary()],
  ...change,
});

export const ofNamespace = (change: Partial<NamespaceContext> = {}): NamespaceContext => ({
  tenancy,
  guards,
  boundaries: [],
  contents: undefined,
  ...change,
});

export const ofFloor = (change: Partial<FloorContext> = {}): FloorContext => ({
  tenancy,
  guards,
  namespace: namespace(),
  contents: undefined,
  orderedDeletion: true,
  ...change,
});

export const developer: UserInfo = { username: 'dev', groups: ['system:authenticated', 'team-payments'] };
/** Three teams that can create namespaces: two of them agree, each has a label of its own. */
export const threeTeams: Tenancy = {
  ...tenancy,
  assign: [
    ...tenancy.assign,
    {
      groups: ['team-orders'],
      labels: new Map([
        [tenant, 'orders'],
        ['note', 'o'],
      ]),
    },
    {
      groups: ['team-prod'],
      labels: new Map([
        [environment, 'prod'],
        [tenant, 'payments'],
      ]),
    },
  ],
};
export const inGroups = (...groups: readonly string[]): UserInfo => ({ username: 'dev', groups });

export const stranger: UserInfo = { username: 'eve', groups: ['system:authenticated'] };
export const admin: UserInfo = { username: 'root', groups: ['system:authenticated', 'system:masters'] };

const request: Attributes = {
  uid: 'u',
  operation: 'CREATE',
  dryRun: false,
  group: '',
  version: 'v1',
  kind: 'Pod',
  resource: 'pods',
  subresource: '',
  namespace: 'shop',
  name: 'p',
  user: developer,
  object: null,
  oldObject: null,
};

export const podCreated = (object: unknown, change: Partial<Attributes> = {}): Attributes => ({
  ...request,
  object: object as JsonObject,
  ...change,
});

export const podUpdated = (
  oldObject: unknown,
  object: unknown,
  change: Partial<Attributes> = {},
): Attributes => ({
  ...request,
  operation: 'UPDATE',
  object: object as JsonObject,
  oldObject: oldObject as JsonObject,
  ...change,
});

export const podBound = (metadata: unknown, change: Partial<Attributes> = {}): Attributes => ({
  ...request,
  kind: 'Binding',
  subresource: 'binding',
  object: { metadata, target: { kind: 'Node', name: 'n1' } },
  ...change,
});

const namespaced = { kind: 'Namespace', resource: 'namespaces', namespace: '', name: 'shop' } as const;

/** An object of a Namespace with these labels. */
export const namespaceObject = (labels: unknown, name = 'shop'): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

export const namespaceCreated = (object: JsonObject, change: Partial<Attributes> = {}): Attributes => ({
  ...request,
  ...namespaced,
  object,
  ...change,
});

export const namespaceUpdated = (
  oldObject: JsonObject,
  object: JsonObject,
  change: Partial<Attributes> = {},
): Attributes => ({ ...request, ...namespaced, operation: 'UPDATE', object, oldObject, ...change });

/** A request about a NetworkPolicy. */
export const policyRequest = (change: Partial<Attributes>): Attributes => ({
  ...request,
  group: 'networking.k8s.io',
  kind: 'NetworkPolicy',
  resource: 'networkpolicies',
  name: 'bulkhead-floor',
  ...change,
});

/** `code field` of each violation, the action before it where it is not Deny, the rule after it where it is asked for. */
export const told = (violations: readonly Violation[]): readonly string[] =>
  violations.map(({ code, field, action }) => `${action === 'Deny' ? '' : `${action} `}${code} ${field}`);

/** A Pod that every rule of the scene admits. */
export const goodPod = (spec: Readonly<Record<string, unknown>> = {}, metadata: object = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', labels: { [tenant]: 'payments' }, ...metadata },
  spec: { containers: [goodContainer()], ...spec },
});

export const goodContainer = (change: Readonly<Record<string, unknown>> = {}): JsonObject => ({
  name: 'a',
  image: 'example.com/a:1',
  securityContext: { capabilities: { drop: ['NET_RAW'] } },
  ...change,
});
