/** Kinds beside networking.k8s.io/v1 NetworkPolicy that allow or deny traffic of pods, or take pods off the guarded network. */

export interface OtherPolicyKind {
  readonly group: string;
  readonly kind: string;
  /** The plural in URLs and webhook rules. */
  readonly resource: string;
  readonly scope: 'Namespaced' | 'Cluster';
}

const kinds = (
  groups: readonly string[],
  scope: OtherPolicyKind['scope'],
  names: Readonly<Record<string, string>>,
): readonly OtherPolicyKind[] =>
  groups.flatMap((group) =>
    Object.entries(names).map(([kind, resource]) => ({ group, kind, resource, scope })),
  );

const calico = ['crd.projectcalico.org', 'projectcalico.org'];
const antrea = ['crd.antrea.io', 'security.antrea.tanzu.vmware.com'];

/**
 * What `otherPolicies` is about. These union with, override or bypass NetworkPolicy, so guarding one kind alone guards nothing
 * (semantics.md 1.4, 1.5). Webhook registration is made from the same list.
 */
export const otherPolicyKinds: readonly OtherPolicyKind[] = [
  ...kinds(['policy.networking.k8s.io'], 'Cluster', {
    AdminNetworkPolicy: 'adminnetworkpolicies',
    BaselineAdminNetworkPolicy: 'baselineadminnetworkpolicies',
    ClusterNetworkPolicy: 'clusternetworkpolicies',
  }),
  ...kinds(['cilium.io'], 'Namespaced', {
    CiliumNetworkPolicy: 'ciliumnetworkpolicies',
    CiliumLocalRedirectPolicy: 'ciliumlocalredirectpolicies',
  }),
  ...kinds(['cilium.io'], 'Cluster', { CiliumClusterwideNetworkPolicy: 'ciliumclusterwidenetworkpolicies' }),
  ...kinds(calico, 'Namespaced', {
    NetworkPolicy: 'networkpolicies',
    StagedNetworkPolicy: 'stagednetworkpolicies',
    StagedKubernetesNetworkPolicy: 'stagedkubernetesnetworkpolicies',
  }),
  ...kinds(calico, 'Cluster', {
    GlobalNetworkPolicy: 'globalnetworkpolicies',
    StagedGlobalNetworkPolicy: 'stagedglobalnetworkpolicies',
    Tier: 'tiers',
  }),
  ...kinds(antrea, 'Namespaced', { NetworkPolicy: 'networkpolicies' }),
  ...kinds(antrea, 'Cluster', { ClusterNetworkPolicy: 'clusternetworkpolicies', Tier: 'tiers' }),
  ...kinds(['k8s.ovn.org'], 'Namespaced', {
    EgressFirewall: 'egressfirewalls',
    UserDefinedNetwork: 'userdefinednetworks',
  }),
  ...kinds(['k8s.ovn.org'], 'Cluster', {
    AdminPolicyBasedExternalRoute: 'adminpolicybasedexternalroutes',
    ClusterUserDefinedNetwork: 'clusteruserdefinednetworks',
  }),
  ...kinds(['network.openshift.io'], 'Namespaced', { EgressNetworkPolicy: 'egressnetworkpolicies' }),
  ...kinds(['kubeovn.io'], 'Cluster', { SecurityGroup: 'security-groups' }),
  ...kinds(['k8s.cni.cncf.io'], 'Namespaced', { MultiNetworkPolicy: 'multi-networkpolicies' }),
  ...kinds(['networking.k8s.aws'], 'Namespaced', {
    ApplicationNetworkPolicy: 'applicationnetworkpolicies',
  }),
  ...kinds(['networking.k8s.aws'], 'Cluster', { ClusterNetworkPolicy: 'clusternetworkpolicies' }),
  ...kinds(['networking.gke.io'], 'Namespaced', { FQDNNetworkPolicy: 'fqdnnetworkpolicies' }),
  ...kinds(['crd.nsx.vmware.com'], 'Namespaced', { SecurityPolicy: 'securitypolicies' }),
];

/**
 * Claims that a kind which is not in the list is named like what network plugins enforce. A name proves nothing, so this errs towards telling too much: whoever knows
 * better writes a guardrail on the kind.
 */
export const isNamedLikePolicy = (kind: string): boolean =>
  /(?:NetworkPolic(?:y|ies)|NetworkExtraPolicy|(?:Egress|Network)Firewall|EgressGatewayPolicy|PolicyEndpoint)$/.test(
    kind,
  );

/** The kind in the list that a request is about, by its kind or by its resource. */
export const otherPolicyKindOf = (request: {
  readonly group: string;
  readonly kind: string;
  readonly resource: string;
}): OtherPolicyKind | undefined =>
  otherPolicyKinds.find(
    ({ group, kind, resource }) =>
      group === request.group && (kind === request.kind || resource === request.resource),
  );
