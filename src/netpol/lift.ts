/** From rules to boxes: every flow that a list of rules means under a reading. */
import type { LabelSelector } from '../k8s/labelSelector.ts';
import { nameLabel } from '../k8s/namespaceFacts.ts';
import type { Labels } from '../k8s/labelSelector.ts';
import type { Direction, IPBlock, PolicyPort } from '../k8s/networkPolicy.ts';
import type { Box, Peer } from './box.ts';
import type { Addresses, Cluster } from './cluster.ts';
import { everyAddress, isNone } from './cluster.ts';
import * as connections from './connections.ts';
import type { Connections } from './connections.ts';
import type { Cube } from './cube.ts';
import * as cubes from './cube.ts';
import { meaningOf } from './ipBlock.ts';
import type { Reading } from './ipBlock.ts';
import { pinned, portParts } from './ports.ts';
import type { PortPart, PortPins } from './ports.ts';
import { exactly } from './valueSet.ts';

/**
 * One peer of a rule, ready to be read: selectors of pods, a block as a rule writes it, or addresses that mean nothing but themselves. `only`
 * narrows the connections to this peer.
 */
export type RulePeer =
  | { readonly field: string; readonly namespace: Cube; readonly pod: Cube }
  | { readonly field: string; readonly ipBlock: IPBlock }
  | { readonly field: string; readonly addresses: Addresses; readonly only?: Connections };

/** A rule of a policy or limit: no peers (undefined) means anybody; an empty list means nobody, which only a resolved limit can say. */
export interface Rule {
  readonly field: string;
  readonly subject: Cube;
  readonly peers: readonly RulePeer[] | undefined;
  readonly ports: readonly PolicyPort[];
}

/** A box with the place it came from: the ipBlock, if it was one, and the pod addresses through which that was lifted to pods. */
export interface Flows {
  readonly box: Box;
  readonly field: string;
  readonly ipBlock?: IPBlock;
  readonly viaPods?: Addresses;
}

/** What is known while rules are read. `pinsFor` tells the pins that the pods of a peer cube (undefined: the subject's) surely keep. */
export interface Surroundings {
  readonly cluster: Cluster;
  readonly direction: Direction;
  readonly reading: Reading;
  readonly pinsFor: (peer: Cube | undefined) => PortPins;
}

const noPins: PortPins = new Map();
/** For readings in which names stay names. */
export const unpinned = (): PortPins => noPins;

/** The flows of a list of rules. Their number is bounded by rules x peers x ports; the caller counts them against its limit. */
export function flowsOf(rules: readonly Rule[], around: Surroundings): Flows[] {
  const flows: Flows[] = [];
  for (const rule of rules) {
    const parts = portParts(rule.ports, around.reading);
    for (const { peer, only, origin } of peersOf(rule, around)) {
      for (const part of parts) {
        const box = boxOf(rule, peer, part, around, only);
        if (box !== undefined) flows.push({ ...origin, box });
      }
    }
  }
  return flows;
}

interface ReadPeer {
  readonly peer: Peer;
  readonly only?: Connections | undefined;
  readonly origin: Omit<Flows, 'box'>;
}

function peersOf(rule: Rule, { cluster, reading }: Surroundings): readonly ReadPeer[] {
  if (rule.peers === undefined) {
    const origin = { field: rule.field };
    return [{ peer: anyPod, origin }, ...addressPeers(everyAddress, origin)];
  }
  const read: ReadPeer[] = [];
  for (const peer of rule.peers) {
    const { field } = peer;
    if ('pod' in peer) {
      read.push({ peer: { sort: 'pods', namespace: peer.namespace, pod: peer.pod }, origin: { field } });
    } else if ('addresses' in peer) {
      read.push(...addressPeers(peer.addresses, { field }, peer.only));
    } else {
      const { ipBlock } = peer;
      const { addresses, viaPods } = meaningOf(ipBlock, reading, cluster);
      read.push(...addressPeers(addresses, { field, ipBlock }));
      if (!isNone(viaPods)) read.push({ peer: anyPod, origin: { field, ipBlock, viaPods } });
    }
  }
  return read;
}

const anyPod: Peer = { sort: 'pods', namespace: cubes.everyNamespace, pod: cubes.everyPod };

function addressPeers(addresses: Addresses, origin: ReadPeer['origin'], only?: Connections): ReadPeer[] {
  return (['IPv4', 'IPv6'] as const).flatMap((sort) =>
    addresses[sort].length === 0 ? [] : [{ peer: { sort, addresses: addresses[sort] }, only, origin }],
  );
}

function boxOf(
  rule: Rule,
  peer: Peer,
  part: PortPart,
  around: Surroundings,
  only?: Connections,
): Box | undefined {
  const outbound = around.direction === 'Egress';
  if (part.named !== undefined && outbound && peer.sort !== 'pods') return undefined;
  const fixed =
    part.named === undefined || around.reading !== 'may' ? part : pinned(part, pinsOf(peer, around));
  const reached = only === undefined ? fixed.connections : connections.intersection(fixed.connections, only);
  if (connections.isEmpty(reached)) return undefined;
  return { subject: rule.subject, peer, portNames: fixed.portNames, connections: reached };
}

const pinsOf = (peer: Peer, { direction, pinsFor }: Surroundings): PortPins =>
  pinsFor(direction === 'Egress' && peer.sort === 'pods' ? peer.namespace : undefined);

/** Pods of some namespaces. */
export interface PodCubes {
  readonly namespace: Cube;
  readonly pod: Cube;
}

/** The cube of one namespace, of which some labels are known. */
export const onlyNamespace = (name: string, facts: Labels): Cube | undefined =>
  cubes.withFacts(cubes.replace(cubes.everyNamespace, nameLabel, exactly(name)), facts);

/**
 * What a peer's selectors select: a peer without namespaceSelector is in the subject's own namespace, `own`. Several, one for each known
 * namespace that is named.
 */
export function peerCubes(
  selectors: { readonly namespaceSelector?: LabelSelector; readonly podSelector?: LabelSelector },
  own: Cube | undefined,
  factsOf: (namespace: string) => Labels | undefined,
): readonly PodCubes[] {
  const pod =
    selectors.podSelector === undefined
      ? cubes.everyPod
      : cubes.cubeOf(selectors.podSelector, cubes.everyPod);
  if (pod === undefined) return [];
  if (selectors.namespaceSelector === undefined) return own === undefined ? [] : [{ namespace: own, pod }];
  const namespace = cubes.cubeOf(selectors.namespaceSelector, cubes.everyNamespace);
  return namespace === undefined ? [] : byName(namespace, pod, factsOf);
}

/** A cube that names its namespaces is taken apart by name, so that each carries the labels that are known of it. */
function byName(
  namespace: Cube,
  pod: Cube,
  factsOf: (name: string) => Labels | undefined,
): readonly PodCubes[] {
  const names = namespace.get(nameLabel);
  if (names === undefined || names.complement) return [{ namespace, pod }];
  return names.values.flatMap((name): PodCubes[] => {
    const one = names.values.length === 1 ? namespace : cubes.replace(namespace, nameLabel, exactly(name));
    const facts = factsOf(name);
    const known = facts === undefined ? one : cubes.withFacts(one, facts);
    return known === undefined ? [] : [{ namespace: known, pod }];
  });
}

/** The names of namespaces that selectors name outright: facts about them must be at hand before the policy is judged. */
export function namedNamespaces(selector: LabelSelector): string[] {
  const cube = cubes.cubeOf(selector, cubes.everyNamespace)?.get(nameLabel);
  return cube === undefined || cube.complement ? [] : [...cube.values];
}
