/** Whether one concrete connection is allowed by all the policies there are, with the reason on each side (semantics.md 1.1). */
import type { Family } from '../../k8s/cidr.ts';
import { selects } from '../../k8s/labelSelector.ts';
import type { Direction, NetworkPolicy } from '../../k8s/networkPolicy.ts';
import { isNamedBySelectors, policyAllows } from './rule.ts';
import type { Switches } from './switches.ts';
import { addressesOf, isSamePod } from './world.ts';
import type { ConcreteEndpoint, Flow, World } from './world.ts';

/**
 * Why a side answers as it does. `external`: no pod of the cluster, so no policy applies. `hostNetwork`: the plugin does not select such
 * pods. `loopback`: the pod itself. `unpoliced`: a protocol or family that the plugin does not bind. `notIsolated`: no policy selects the
 * pod in this direction. `rule`: a rule allows it. `noRule`: policies select the pod and none allows it.
 */
export type SideReason =
  'external' | 'hostNetwork' | 'loopback' | 'unpoliced' | 'notIsolated' | 'rule' | 'noRule';

/** One side's answer. `policies` are those that select the subject in this direction, as `namespace/name`, in the order given. */
export interface Side {
  readonly direction: Direction;
  readonly allowed: boolean;
  readonly isolated: boolean;
  readonly reason: SideReason;
  readonly policies: readonly string[];
  readonly allowedBy?: { readonly policy: string; readonly field: string };
}

export interface FlowAnswer {
  readonly allowed: boolean;
  readonly egress: Side;
  readonly ingress: Side;
}

/**
 * A connection is allowed iff the source's egress side and the destination's ingress side both allow it. Endpoints with addresses of both
 * families may use either; the answer is that of the first family which works.
 */
export function flowAllowed(world: World, flow: Flow, switches: Switches): FlowAnswer {
  const [first, ...others] = familiesOf(flow).map((family) =>
    answerIn(world, restrict(flow, family), switches),
  );
  return first?.allowed === false
    ? (others.find(({ allowed }) => allowed) ?? first)
    : (first ?? answerIn(world, flow, switches));
}

function answerIn(world: World, flow: Flow, switches: Switches): FlowAnswer {
  const egress = sideOf(world, flow, 'Egress', switches);
  const ingress = sideOf(world, flow, 'Ingress', switches);
  return { allowed: egress.allowed && ingress.allowed, egress, ingress };
}

/** The families in which both ends have an address; none where that is not known. */
function familiesOf({ source, destination }: Flow): readonly Family[] {
  const has = (endpoint: ConcreteEndpoint, family: Family): boolean =>
    addressesOf(endpoint).some((address) => address.family === family);
  return (['IPv4', 'IPv6'] as const).filter((family) => has(source, family) && has(destination, family));
}

/** The same flow in one family: each pod is known by its addresses of that family only. */
function restrict(flow: Flow, family: Family): Flow {
  const only = (endpoint: ConcreteEndpoint): ConcreteEndpoint =>
    endpoint.kind === 'address'
      ? endpoint
      : { ...endpoint, ips: endpoint.ips.filter((address) => address.family === family) };
  return { ...flow, source: only(flow.source), destination: only(flow.destination) };
}

function sideOf(world: World, flow: Flow, direction: Direction, switches: Switches): Side {
  const [subject, peer] =
    direction === 'Egress' ? [flow.source, flow.destination] : [flow.destination, flow.source];
  const open = (reason: SideReason): Side => ({
    direction,
    allowed: true,
    isolated: false,
    reason,
    policies: [],
  });
  if (subject.kind === 'address') return open('external');
  if (!isNamedBySelectors(subject, switches)) return open('hostNetwork');

  const selecting = world.policies.filter(
    (policy) =>
      policy.metadata.namespace === subject.namespace.name &&
      policy.policyTypes.includes(direction) &&
      selects(policy.podSelector, subject.labels),
  );
  if (selecting.length === 0) return open('notIsolated');

  const policies = selecting.map(nameOf);
  const isolated = { direction, isolated: true, policies } as const;
  if (switches.loopback && isSamePod(subject, peer))
    return { ...isolated, allowed: true, reason: 'loopback' };
  if (isUnpoliced(flow, switches)) return { ...isolated, allowed: true, reason: 'unpoliced' };
  for (const policy of selecting) {
    const namespace = policy.metadata.namespace;
    const answer = policyAllows(policy, namespace, direction, subject, peer, flow.connection, switches);
    if (!answer.allowed) continue;
    const allowedBy = { policy: nameOf(policy), field: answer.field };
    return { ...isolated, allowed: true, reason: 'rule', allowedBy };
  }
  return { ...isolated, allowed: false, reason: 'noRule' };
}

function isUnpoliced({ source, destination, connection }: Flow, switches: Switches): boolean {
  if (connection.protocol === 'OTHER' && !switches.otherProtocols) return true;
  if (switches.ipv6) return false;
  const addresses = [...addressesOf(source), ...addressesOf(destination)];
  return addresses.length > 0 && addresses.every(({ family }) => family === 'IPv6');
}

const nameOf = ({ metadata }: NetworkPolicy): string => `${metadata.namespace}/${metadata.name}`;
