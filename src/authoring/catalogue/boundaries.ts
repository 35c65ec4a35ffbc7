/** The catalogue's entries on what Boundaries mean. */
import type { Entries } from './entry.ts';
import { error, info, warning } from './entry.ts';

export const boundaries: Entries = [
  error(
    'boundary.selectsNothing',
    'A Boundary that guards no namespace',
    'Its namespaceSelector contradicts itself, so no namespace can ever be selected.',
    'Remove one of the requirements.',
  ),
  warning(
    'boundary.selectsEverything',
    'A Boundary that selects every namespace',
    'It also guards namespaces of no tenant, such as those of the platform; only exempt namespaces are left out.',
    'Select by the label that makes a namespace a tenant, such as bulkhead.dev/tenant with Exists. Where every namespace is meant, select by kubernetes.io/metadata.name NotIn those that are not.',
  ),
  error(
    'boundary.floor',
    'A floor beyond its own limit',
    'floor.allow holds a rule that this Boundary does not allow or that never forbids, so the floor would break the Boundary that it belongs to.',
    'Widen the limit, or remove the rule from the floor.',
  ),
  error(
    'boundary.tooCostly',
    'A limit too complex to decide by',
    'Comparing everything with this limit takes more steps than a decision may. Every policy of such a limit would have to be refused.',
    'Use fewer rules, fewer label keys, or selectors that differ in one key only.',
  ),
  warning(
    'boundary.guardsNothing',
    'A Boundary without limits',
    'Without ingress, egress and never no NetworkPolicy is ever refused; only floor and pods count.',
    'Write the limits, or [] where nothing may be allowed.',
  ),
  info(
    'boundary.closed',
    'A direction that is closed',
    '[] means that no NetworkPolicy may allow anything in this direction (with allowDNS, nothing but DNS). An absent field would mean: no limit.',
    'Nothing, if that is meant.',
  ),
  warning(
    'boundary.allowsNothing',
    'A limit that allows nothing',
    'There are rules, and none of them allows anything: they contradict themselves, or never forbids all of it.',
    'Correct the rules; where nothing is to be allowed, [] says so.',
  ),
  warning(
    'boundary.limitsNothing',
    'A limit that allows everything',
    'Everything is inside, so nothing is limited in this direction.',
    'Name peers and ports, or leave the direction out.',
  ),
  warning(
    'boundary.matchesNothing',
    'A peer that stands for nobody',
    'In no namespace that the Boundary selects can a peer match: what its selectors ask for contradicts sameLabels.',
    'Correct the selectors, or remove the peer.',
  ),
  warning(
    'boundary.kubeAPIUnknown',
    'kubeAPI without a known API server',
    'kubeAPI stands for the addresses in cluster.apiServer.cidrs of the configuration, and there are none, so the peer allows nothing.',
    'Name the API server in the configuration, and lint with --config.',
  ),
  warning(
    'boundary.ipBlockIdle',
    'A block that allows nothing',
    'As a limit a block stands for addresses outside the cluster. All of this one is excepted, or lies in podCIDRs, serviceCIDRs or nodeCIDRs, where it means different things to different network plugins.',
    'Name pods and namespaces by selectors, the API server by kubeAPI.',
  ),
  warning(
    'boundary.anyNamespace',
    'A peer that is every namespace',
    'The namespaceSelector selects all namespaces, so a policy may open to every other tenant.',
    'Use sameLabels, or select the namespaces that are meant.',
  ),
  warning(
    'boundary.shadowed',
    'A rule or peer that adds nothing',
    'All that it means is meant by other rules of the same list already, in every namespace that can be selected: it could be removed without a change. Most often one of the two is not what it was meant to be.',
    'Remove it, or narrow the other.',
  ),
  error(
    'boundary.contradictsNever',
    'A rule that never takes back',
    'All that the rule allows is forbidden by never, which wins.',
    'Remove the rule, or narrow never.',
  ),
  warning(
    'boundary.unprotectedPodLabel',
    'Trust in a pod label that anybody may write',
    'The rule tells pods apart by a label that is not protected: whoever may create pods in such a namespace can make one that carries it. Namespace labels are protected by being used.',
    'Name the key in tenancy.protectedPodLabels and grant its values with podLabelGrants, or stamp it from the namespace with stampPods.',
  ),
];
