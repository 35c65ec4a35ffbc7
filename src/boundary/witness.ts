/** Turns an excess into a witness: one concrete flow, replayed on the independent evaluator before anybody sees it. */
import { formatAddress } from '../k8s/cidr.ts';
import type { Labels } from '../k8s/labelSelector.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import type { NetworkPolicy, PolicyRule } from '../k8s/networkPolicy.ts';
import { selects } from '../k8s/labelSelector.ts';
import type { Endpoint, Witness } from '../k8s/witness.ts';
import { ruleListAllows } from '../netpol/concrete/limit.ts';
import type { LimitContext } from '../netpol/concrete/limit.ts';
import { policyAllows } from '../netpol/concrete/rule.ts';
import { permissive, restrictive } from '../netpol/concrete/switches.ts';
import type {
  ConcreteEndpoint,
  ConcretePod,
  Connection,
  HostAddress,
  NamedPort,
} from '../netpol/concrete/world.ts';
import { pick } from '../netpol/point.ts';
import type { Point } from '../netpol/point.ts';
import { describeLimit, describeRule } from './describe.ts';
import type { Excess } from './excess.ts';
import type { Surroundings } from './surroundings.ts';

/** A witness with the outcome of its replay. One that was not confirmed is a bug of ours: it is not shown, and the policy is denied. */
export interface Replayed {
  readonly witness: Witness;
  readonly confirmed: boolean;
}

/** The witness of an excess of `policy` in `namespace`. `known` are live namespaces, preferred as the other end. */
export function witnessOf(
  excess: Excess,
  policy: NetworkPolicy,
  namespace: NamespaceFacts,
  known: Iterable<NamespaceFacts>,
  surroundings: Surroundings,
): Replayed {
  const point = pick(excess.box, known);
  const scene = stage(excess, point, namespace);
  return {
    witness: tell(excess, policy, point, namespace),
    confirmed: replay(excess, policy, scene, surroundings),
  };
}

interface Scene {
  readonly subject: ConcretePod;
  readonly peer: ConcreteEndpoint;
  readonly connection: Connection;
}

function stage(excess: Excess, point: Point, namespace: NamespaceFacts): Scene {
  const inbound = excess.direction === 'Ingress';
  const names: readonly NamedPort[] = point.portNames.flatMap((key) => {
    const [protocol, name] = key.split('/');
    return name !== undefined && (protocol === 'TCP' || protocol === 'UDP' || protocol === 'SCTP')
      ? [{ name, protocol, number: point.port }]
      : [];
  });
  const pod = (
    at: { name: string; labels: Labels },
    labels: Labels,
    ips: readonly HostAddress[],
    destination: boolean,
  ): ConcretePod => ({
    kind: 'pod',
    namespace: at,
    name: 'any-pod',
    labels,
    ips,
    hostNetwork: false,
    ports: destination ? names : [],
  });
  const subject = { ...pod(namespace, point.subject, [], inbound), name: 'the-subject' };
  const connection: Connection =
    point.protocol === 'OTHER' ? { protocol: 'OTHER' } : { protocol: point.protocol, port: point.port };
  if (point.peer.sort !== 'pod') {
    const address = { family: point.peer.sort, value: point.peer.address };
    return { subject, peer: { kind: 'address', address }, connection };
  }
  const at = { name: point.peer.namespace, labels: point.peer.namespaceLabels };
  return { subject, peer: pod(at, point.peer.labels, podAddresses(excess), !inbound), connection };
}

/** A pod address through which the flow is meant; none where only selectors name the pod. */
function podAddresses({ viaPods }: Excess): readonly HostAddress[] {
  const [first] = (['IPv4', 'IPv6'] as const).flatMap((family) => {
    const value = viaPods?.[family][0];
    return value === undefined ? [] : [{ family, value }];
  });
  return first === undefined ? [] : [first];
}

function replay(excess: Excess, policy: NetworkPolicy, scene: Scene, around: Surroundings): boolean {
  const { subject, peer, connection } = scene;
  const { direction, limit, never } = excess;
  const loose = permissive(around.written);
  const part = partAt(policy, excess.field);
  const opens =
    selects(policy.podSelector, subject.labels) &&
    loose.some(
      (switches) =>
        policyAllows(part, subject.namespace.name, direction, subject, peer, connection, switches).allowed,
    );
  const ranges = {
    ...around.written,
    apiServer: {
      cidrs: around.apiServer.cidrs,
      ports: around.apiServer.portTexts.map((text) => ({
        protocol: text.startsWith('UDP')
          ? ('UDP' as const)
          : text.startsWith('SCTP')
            ? ('SCTP' as const)
            : ('TCP' as const),
        port: Number(text.split('/')[1]),
      })),
    },
  };
  const context = { direction, subject, peer, connection, ranges };
  const says = (
    rules: typeof limit.rules,
    reading: LimitContext['reading'],
    switches: LimitContext['switches'],
  ): boolean => ruleListAllows(rules, { ...context, reading, switches }).allowed;
  const outside =
    never === undefined
      ? restrictive.some((switches) => !says(limit.rules, 'limit', switches))
      : loose.some((switches) => says([never], 'never', switches));
  return opens && outside;
}

/** The policy with the one peer, or rule that names none, to which a finding points: rules add up, so what it allows the whole allows. */
function partAt(policy: NetworkPolicy, field: string): NetworkPolicy {
  const only = (rules: readonly PolicyRule[]): readonly PolicyRule[] =>
    rules.flatMap((rule) => {
      if (rule.field === field) return rule.peers.length === 0 ? [rule] : [];
      if (!field.startsWith(`${rule.field}/`)) return [];
      const peers = rule.peers.filter((peer) => peer.field === field);
      return peers.length === 0 ? [] : [{ ...rule, peers }];
    });
  return { ...policy, ingress: only(policy.ingress), egress: only(policy.egress) };
}

function tell(excess: Excess, policy: NetworkPolicy, point: Point, namespace: NamespaceFacts): Witness {
  const { direction, limit, never, field } = excess;
  const subject: Endpoint = {
    namespace: namespace.name,
    namespaceLabels: Object.fromEntries(namespace.labels),
    pod: 'any-pod',
    podLabels: Object.fromEntries(point.subject),
  };
  const peer: Endpoint =
    point.peer.sort === 'pod'
      ? {
          namespace: point.peer.namespace,
          namespaceLabels: Object.fromEntries(point.peer.namespaceLabels),
          pod: 'any-pod',
          podLabels: Object.fromEntries(point.peer.labels),
        }
      : { ip: formatAddress(point.peer.sort, point.peer.address) };
  return {
    direction,
    source: direction === 'Egress' ? subject : peer,
    destination: direction === 'Egress' ? peer : subject,
    protocol: point.protocol,
    ...(point.protocol === 'OTHER' ? {} : { port: point.port }),
    because: { policy: `${namespace.name}/${policy.metadata.name || policy.metadata.generateName}`, field },
    outside: {
      boundary: limit.boundary.name,
      limit: never === undefined ? describeLimit(limit) : `never: ${describeRule(never, direction)}`,
    },
    exists: false,
  };
}
