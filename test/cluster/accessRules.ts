// The RBAC of the test cluster: developers may do nearly everything by RBAC, so that a denial is provably Bulkhead's.

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const anything: readonly Rule[] = [
  {
    apiGroups: [''],
    resources: [
      ...['namespaces', 'namespaces/status', 'namespaces/finalize'],
      ...[
        'pods',
        'pods/status',
        'pods/binding',
        'pods/ephemeralcontainers',
        'pods/resize',
        'pods/eviction',
        'bindings',
      ],
      ...['configmaps', 'services', 'serviceaccounts', 'events'],
    ],
    verbs: ['*'],
  },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['*'] },
  { apiGroups: ['apps'], resources: ['*'], verbs: ['*'] },
  { apiGroups: ['batch'], resources: ['*'], verbs: ['*'] },
  { apiGroups: ['bulkhead.dev'], resources: ['*'], verbs: ['*'] },
];

/** What the product itself needs: to see namespaces, what they hold and the rules, and to write floors, records and status. */
const running: readonly Rule[] = [
  { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'patch'] },
  {
    apiGroups: ['networking.k8s.io'],
    resources: ['networkpolicies'],
    verbs: ['get', 'list', 'watch', 'create', 'patch'],
  },
  {
    apiGroups: ['bulkhead.dev'],
    resources: ['boundaries', 'guardrailpolicies', 'guardrailexceptions'],
    verbs: ['get', 'list', 'watch'],
  },
  {
    apiGroups: ['bulkhead.dev'],
    resources: ['boundaries/status', 'guardrailpolicies/status', 'guardrailexceptions/status'],
    verbs: ['patch'],
  },
  {
    apiGroups: ['bulkhead.dev'],
    resources: ['namespacerecords'],
    verbs: ['get', 'list', 'watch', 'create', 'patch'],
  },
  {
    apiGroups: ['admissionregistration.k8s.io'],
    resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
    verbs: ['list', 'watch', 'create', 'patch', 'update'],
  },
  { apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['list'] },
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch', 'create', 'patch'] },
  { apiGroups: [''], resources: ['events'], verbs: ['create'] },
  {
    apiGroups: ['wgpolicyk8s.io', 'openreports.io'],
    resources: ['policyreports', 'clusterpolicyreports', 'reports', 'clusterreports'],
    verbs: ['get', 'list', 'create', 'patch'],
  },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['*'] },
];

function granted(name: string, rules: readonly Rule[], subjects: readonly unknown[]): readonly unknown[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name }, rules },
    { apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, roleRef, subjects },
  ];
}

const subject = (kind: 'User' | 'Group', name: string): unknown => ({
  apiGroup: 'rbac.authorization.k8s.io',
  kind,
  name,
});

/** One List of ClusterRoles and bindings, for `kubectl apply -f -`. */
export const accessRules: unknown = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    ...granted('tenant-developer', anything, [
      subject('Group', 'team-payments'),
      subject('Group', 'team-orders'),
      subject('User', 'outsider'),
    ]),
    ...granted('bulkhead', running, [
      { kind: 'ServiceAccount', name: 'bulkhead', namespace: 'bulkhead-system' },
    ]),
  ],
};
