/** Why a connection is allowed or not: what each side's policies say about it, rule by rule. */
import { selects } from '../../k8s/labelSelector.ts';
import { rulesOf } from '../../k8s/networkPolicy.ts';
import type { Direction, NetworkPolicy } from '../../k8s/networkPolicy.ts';
import { flowAllowed } from '../concrete/flow.ts';
import type { SideReason } from '../concrete/flow.ts';
import { isNamedBySelectors, peerMatches } from '../concrete/rule.ts';
import { documented } from '../concrete/switches.ts';
import type { Switches } from '../concrete/switches.ts';
import type { ConcreteEndpoint, ConcretePod, Connection, Flow } from '../concrete/world.ts';
import { allConnections, includes, intersection, isEmpty, noConnections, union } from './connectionSet.ts';
import type { ConnectionSet } from './connectionSet.ts';
import { Reachability } from './reachability.ts';
import type { ReachabilityOptions } from './reachability.ts';
import { connectionsOn } from './side.ts';

/** A rule that names the other end. `field` points at the peer, or at the rule where it names nobody in particular. */
export interface MatchingRule {
  readonly policy: string;
  readonly field: string;
  readonly allowed: ConnectionSet;
}

export interface ExplainedSide {
  readonly direction: Direction;
  /** Whether this side lets through what was asked about. */
  readonly allowed: boolean;
  readonly reason: SideReason;
  /** The policies that isolate this end in this direction, as `namespace/name`. */
  readonly policies: readonly string[];
  /** Their rules that name the other end; all of them where no connection was asked about, else those that allow it. */
  readonly rules: readonly MatchingRule[];
}

export interface Explanation {
  readonly allowed: boolean;
  /** Everything that can be opened from the source to the destination. */
  readonly connections: ConnectionSet;
  readonly egress: ExplainedSide;
  readonly ingress: ExplainedSide;
}

/** The two ends that are asked about, and the connection, or nothing: whether any connection can be opened. */
export interface Question {
  readonly source: ConcreteEndpoint;
  readonly destination: ConcreteEndpoint;
  readonly connection?: Connection;
}

/** Explains the answer to a question about two ends, of which at least one is a pod. */
export function explain(
  policies: readonly NetworkPolicy[],
  { source, destination, connection }: Question,
  options: ReachabilityOptions = {},
): Explanation {
  const switches = { ...documented, ipBlockMatchesPods: options.ipBlockMatchesPods ?? true };
  const [out, inward] = [
    rulesFor(policies, 'Egress', source, destination, switches),
    rulesFor(policies, 'Ingress', destination, source, switches),
  ];
  const connections = everything(policies, source, destination, options, out, inward);
  // Where no connection is asked about, any one tells why a side is open; whether its rules allow something is for the rules to say.
  const flow: Flow = { source, destination, connection: connection ?? { protocol: 'OTHER' } };
  const answer = flowAllowed({ policies }, flow, switches);
  const side = (found: SideRules | undefined, name: 'egress' | 'ingress'): ExplainedSide => {
    const { direction, reason, policies: isolating, allowed } = answer[name];
    const every = found?.rules ?? [];
    const rules =
      connection === undefined ? every : every.filter((rule) => includes(rule.allowed, connection));
    const byRules = connection === undefined && (reason === 'rule' || reason === 'noRule');
    if (!byRules) return { direction, allowed, reason, policies: isolating, rules };
    const some = rules.length > 0;
    return { direction, allowed: some, reason: some ? 'rule' : 'noRule', policies: isolating, rules };
  };
  return {
    allowed: connection === undefined ? !isEmpty(connections) : answer.allowed,
    connections,
    egress: side(out, 'egress'),
    ingress: side(inward, 'ingress'),
  };
}

interface SideRules {
  readonly rules: readonly MatchingRule[];
  readonly allowed: ConnectionSet;
}

/** The rules of the subject's policies that name the peer; undefined where nothing isolates the subject. */
function rulesFor(
  policies: readonly NetworkPolicy[],
  direction: Direction,
  subject: ConcreteEndpoint,
  peer: ConcreteEndpoint,
  switches: Switches,
): SideRules | undefined {
  if (!isNamedBySelectors(subject, switches)) return undefined;
  const isolating = policies.filter(
    ({ metadata, policyTypes, podSelector }) =>
      metadata.namespace === subject.namespace.name &&
      policyTypes.includes(direction) &&
      selects(podSelector, subject.labels),
  );
  if (isolating.length === 0) return undefined;
  const destination = direction === 'Egress' ? peer : subject;
  const rules = isolating.flatMap((policy) =>
    rulesOf(policy, direction).flatMap(({ field, peers, ports }): MatchingRule[] => {
      const matching =
        peers.length === 0
          ? field
          : peers.find((item) => peerMatches(item, policy.metadata.namespace, peer, switches))?.field;
      const allowed = connectionsOn(ports, destination);
      if (matching === undefined || isEmpty(allowed)) return [];
      return [{ policy: `${policy.metadata.namespace}/${policy.metadata.name}`, field: matching, allowed }];
    }),
  );
  return { rules, allowed: rules.reduce((sum, { allowed }) => union(sum, allowed), noConnections) };
}

function everything(
  policies: readonly NetworkPolicy[],
  source: ConcreteEndpoint,
  destination: ConcreteEndpoint,
  options: ReachabilityOptions,
  out: SideRules | undefined,
  inward: SideRules | undefined,
): ConnectionSet {
  if (source.kind === 'pod' && destination.kind === 'pod') {
    if (isOne(source, destination)) return allConnections;
    return new Reachability(policies, options).between(source, destination);
  }
  return intersection(out?.allowed ?? allConnections, inward?.allowed ?? allConnections);
}

const isOne = (a: ConcretePod, b: ConcretePod): boolean =>
  a.namespace.name === b.namespace.name && a.name === b.name;
