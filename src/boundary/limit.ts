/** A Boundary's limit for one namespace, as boxes: what it certainly allows, and what it forbids whatever else allows it. */
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import { nameLabel } from '../k8s/namespaceFacts.ts';
import type { Direction } from '../k8s/networkPolicy.ts';
import type { Box, Peer } from '../netpol/box.ts';
import * as boxes from '../netpol/box.ts';
import { everyAddress } from '../netpol/cluster.ts';
import type { Addresses } from '../netpol/cluster.ts';
import * as cubes from '../netpol/cube.ts';
import type { Cube } from '../netpol/cube.ts';
import { flowsOf, onlyNamespace, peerCubes, unpinned } from '../netpol/lift.ts';
import type { Flows, Rule, RulePeer } from '../netpol/lift.ts';
import type { Reading } from '../netpol/ipBlock.ts';
import { merge } from '../netpol/merge.ts';
import { exactly } from '../netpol/valueSet.ts';
import type { Boundary } from './boundary.ts';
import { exceptionRules } from './exceptionFlows.ts';
import type { ExceptedFlow, ExceptionFlows } from './exceptionFlows.ts';
import type { LimitPeer, LimitRule } from './limitRule.ts';
import type { Surroundings } from './surroundings.ts';

/** One prohibition, with the rule it came from. `viaPods` are the pod addresses through which an ipBlock forbids pods. */
export interface Prohibition {
  readonly box: Box;
  readonly rule: LimitRule;
  readonly viaPods?: Addresses;
}

/** One Boundary's say about one direction of one namespace. `allowed` is undefined where there is no limit, only prohibitions. */
export interface Limit {
  readonly boundary: Boundary;
  readonly direction: Direction;
  readonly allowed: readonly Box[] | undefined;
  /** The same, by the sort of the peer: a flow is compared only with what can hold it. */
  readonly allowedFor: { readonly [S in Peer['sort']]: readonly Box[] };
  readonly never: readonly Prohibition[];
  /** The rules behind `allowed` (with DNS and exceptions), for messages and for the replay of witnesses. */
  readonly rules: readonly LimitRule[];
  /** What exceptions add to `allowed`, and what those added that have lapsed. */
  readonly excepted: readonly ExceptedFlow[];
}

const noLabels: ReadonlyMap<string, string> = new Map();

/**
 * Resolves a Boundary for a namespace. `dnsJoins`: whether the cluster's DNS peers are part of the egress limit, because every Boundary
 * that limits the namespace's egress allows them. `exceptions` of this namespace widen a limit that they name, never a `never`. Undefined
 * where the Boundary says nothing about the direction.
 */
export function resolveLimit(
  boundary: Boundary,
  direction: Direction,
  namespace: NamespaceFacts,
  surroundings: Surroundings,
  dnsJoins: boolean,
  exceptions: readonly ExceptionFlows[] = [],
): Limit | undefined {
  const limit = boundary.limit[direction];
  const never = boundary.never[direction];
  if (limit === undefined && never.length === 0) return undefined;
  const dns = direction === 'Egress' && dnsJoins ? surroundings.dns : [];
  const widening =
    limit === undefined ? [] : exceptions.filter(({ boundaries }) => boundaries.includes(boundary.name));
  const counted = widening.filter(({ state }) => state === 'active');
  const rules =
    limit === undefined
      ? []
      : [...limit, ...dns, ...counted.flatMap((one) => exceptionRules(one, direction))];
  const read = (list: readonly LimitRule[], reading: Reading): Flows[] =>
    flowsOf(
      list.map((rule) => toRule(rule, namespace, surroundings, reading)),
      { cluster: surroundings.ranges, direction, reading, pinsFor: unpinned },
    );
  const carved = read(
    (boundary.floor.allowDNS ? dns : []).filter((rule) =>
      rule.peers.some((peer) => peer.ipBlock !== undefined),
    ),
    'must',
  );
  const prohibitions = never.flatMap((rule) =>
    read([rule], 'never').flatMap(({ box, viaPods }) =>
      carve(box, carved).map((left) => ({ box: left, rule, ...(viaPods === undefined ? {} : { viaPods }) })),
    ),
  );
  const allowed = limit === undefined ? undefined : merge(read(rules, 'must').map(({ box }) => box));
  const allowedFor = Object.groupBy(allowed ?? [], ({ peer }) => peer.sort);
  return {
    boundary,
    direction,
    allowed,
    allowedFor: {
      pods: allowedFor.pods ?? [],
      IPv4: allowedFor.IPv4 ?? [],
      IPv6: allowedFor.IPv6 ?? [],
    },
    never: prohibitions,
    rules,
    excepted: widening.flatMap((one) =>
      read(exceptionRules(one, direction), 'must').map(({ box }) => ({
        exception: one.name,
        state: one.state,
        box,
      })),
    ),
  };
}

/** Takes the cluster's own DNS addresses out of a prohibition, on their ports only (api.md 1, `never`). */
function carve(box: Box, carved: readonly Flows[]): Box[] {
  let left = [box];
  for (const hole of carved) {
    left = left.flatMap((part) => (boxes.disjoint(part, hole.box) ? [part] : boxes.subtract(part, hole.box)));
  }
  return left;
}

function toRule(rule: LimitRule, namespace: NamespaceFacts, around: Surroundings, reading: Reading): Rule {
  const subject =
    rule.appliesTo === undefined ? cubes.everyPod : cubes.cubeOf(rule.appliesTo, cubes.everyPod);
  const nobody = subject === undefined;
  return {
    field: rule.field,
    subject: subject ?? cubes.everyPod,
    peers: nobody
      ? []
      : rule.peers.length === 0
        ? undefined
        : rule.peers.flatMap((peer) => toPeers(peer, namespace, around, reading)),
    ports: rule.ports,
  };
}

function toPeers(
  peer: LimitPeer,
  namespace: NamespaceFacts,
  around: Surroundings,
  reading: Reading,
): RulePeer[] {
  if (peer.kubeAPI === true) {
    const { addresses, ports: only } = around.apiServer;
    return [{ field: peer.field, addresses, only }];
  }
  if (peer.ipBlock !== undefined) return [{ field: peer.field, ipBlock: peer.ipBlock }];
  const ownNamespace = onlyNamespace(namespace.name, noLabels);
  if (peer.sameLabels === undefined) {
    return peerCubes(peer, ownNamespace, () => undefined).map((cube) => ({
      field: peer.field,
      ...cube,
    }));
  }
  const same = sameLabelsCube(peer.sameLabels, namespace);
  if (same === undefined) {
    // A missing label could be anybody's: it lets nobody in, and keeps everybody out.
    const everyPod = { field: peer.field, namespace: cubes.everyNamespace, pod: cubes.everyPod };
    return reading === 'never' ? [everyPod, { field: peer.field, addresses: everyAddress }] : [];
  }
  const selected = {
    ...peer,
    namespaceSelector: peer.namespaceSelector ?? { matchLabels: noLabels, matchExpressions: [] },
  };
  return peerCubes(selected, ownNamespace, () => undefined).flatMap((cube) => {
    const both = cubes.intersect(cube.namespace, same);
    return both === undefined ? [] : [{ field: peer.field, namespace: both, pod: cube.pod }];
  });
}

/** Namespaces that carry the subject's own values of these labels; undefined where one is missing or empty. */
function sameLabelsCube(keys: readonly string[], namespace: NamespaceFacts): Cube | undefined {
  let cube: Cube | undefined = cubes.everyNamespace;
  for (const key of keys) {
    const value = key === nameLabel ? namespace.name : namespace.labels.get(key);
    if (value === undefined || value === '') return undefined;
    cube = cube && cubes.constrain(cube, key, exactly(value));
  }
  return cube;
}
