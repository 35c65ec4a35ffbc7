/** From rules to boxes: every flow that a list of rules means under a reading. */
import type { LabelSelector } from '../k8s/labelSelector.ts';
import { nameLabel } from '../k8s/namespaceFacts.ts';
import type { Labels } from '../k8s/labelSelector.ts';
import type { Direction, IPBlock, PolicyPort } from '../k8s/networkPolicy.ts';
import type { Box, Peer } from './box.ts';
import type { Addresses, Cluster } from './cluster.ts';
import { everyAddress } from './cluster.ts';
import * as connections from './connections.ts';
import type { Connections } from './connections.ts';
import type { Cube } from './cube.ts';
import * as cubes from './cube.ts';
import { meaningOf, touchesPods } from './ipBlock.ts';
import type { Reading } from './ipBlock.ts';
import { pinned, portParts } from './ports.ts';
import type { PortPart, PortPins } from './ports.ts';
import { among } from './valueSet.ts';

/** One peer of a rule, ready to be read: selectors of pods, or a block of addresses. `only` narrows the connections to this peer. */
export type RulePeer =
  | { readonly field: string; readonly namespace: Cube; readonly pod: Cube }
  | { readonly field: string; readonly ipBlock: IPBlock; readonly only?: Connections };

/** A rule of a policy or limit: no peers (undefined) means anybody; an empty list means nobody, which only a resolved limit can say. */
export interface Rule {
  readonly field: string;
  readonly subject: Cube;
  readonly peers: readonly RulePeer[] | undefined;
  readonly ports: readonly PolicyPort[];
}

/** A box with the place it came from. `viaPods` are the pod addresses through which an ipBlock was lifted to pods. */
export interface Flows {
  readonly box: Box;
  readonly field: string;
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
  return rules.flatMap((rule) => {
    const parts = portParts(rule.ports, around.reading);
    return peersOf(rule, around).flatMap(({ peer, field, only, viaPods }) =>
      parts.flatMap((part) =>
        flow(rule, peer, part, around, only).map((box) => ({ box, field, ...viaPods })),
      ),
    );
  });
}

interface ReadPeer {
  readonly peer: Peer;
  readonly field: string;
  readonly only?: Connections | undefined;
  readonly viaPods: { readonly viaPods?: Addresses };
}

function peersOf(rule: Rule, { cluster, reading }: Surroundings): ReadPeer[] {
  if (rule.peers === undefined) {
    return [
      {
        peer: { sort: 'pods', namespace: cubes.everyNamespace, pod: cubes.everyPod },
        field: rule.field,
        viaPods: {},
      },
      ...addressPeers(everyAddress, rule.field),
    ];
  }
  return rule.peers.flatMap((peer): ReadPeer[] => {
    if ('pod' in peer) {
      return [
        { peer: { sort: 'pods', namespace: peer.namespace, pod: peer.pod }, field: peer.field, viaPods: {} },
      ];
    }
    const meaning = meaningOf(peer.ipBlock, reading, cluster);
    const plain = addressPeers(meaning.addresses, peer.field, peer.only);
    if (!touchesPods(meaning)) return plain;
    const anyPod: Peer = { sort: 'pods', namespace: cubes.everyNamespace, pod: cubes.everyPod };
    return [
      ...plain,
      { peer: anyPod, field: peer.field, only: peer.only, viaPods: { viaPods: meaning.viaPods } },
    ];
  });
}

function addressPeers(addresses: Addresses, field: string, only?: Connections): ReadPeer[] {
  return (['IPv4', 'IPv6'] as const).flatMap((sort) =>
    addresses[sort].length === 0
      ? []
      : [{ peer: { sort, addresses: addresses[sort] }, field, only, viaPods: {} }],
  );
}

function flow(rule: Rule, peer: Peer, part: PortPart, around: Surroundings, only?: Connections): Box[] {
  const outbound = around.direction === 'Egress';
  if (part.named !== undefined && outbound && peer.sort !== 'pods') return [];
  const known = outbound && peer.sort === 'pods' ? around.pinsFor(peer.namespace) : around.pinsFor(undefined);
  const fixed = around.reading === 'may' ? pinned(part, known) : part;
  const reached = only === undefined ? fixed.connections : connections.intersection(fixed.connections, only);
  if (connections.isEmpty(reached)) return [];
  return [{ subject: rule.subject, peer, portNames: fixed.portNames, connections: reached }];
}

/** What a peer's selectors select: a peer without namespaceSelector is in the subject's own namespace. Several cubes, one for each known namespace that is named. */
export function peerCubes(
  selectors: { readonly namespaceSelector?: LabelSelector; readonly podSelector?: LabelSelector },
  own: { readonly name: string; readonly facts: Labels },
  factsOf: (namespace: string) => Labels | undefined,
): { namespace: Cube; pod: Cube }[] {
  const pod =
    selectors.podSelector === undefined
      ? cubes.everyPod
      : cubes.cubeOf(selectors.podSelector, cubes.everyPod);
  if (pod === undefined) return [];
  if (selectors.namespaceSelector === undefined) {
    const named = cubes.replace(cubes.everyNamespace, nameLabel, among([own.name]));
    const namespace = cubes.withFacts(named, own.facts);
    return namespace === undefined ? [] : [{ namespace, pod }];
  }
  const namespace = cubes.cubeOf(selectors.namespaceSelector, cubes.everyNamespace);
  if (namespace === undefined) return [];
  return byName(namespace, factsOf).map((cube) => ({ namespace: cube, pod }));
}

/** A cube that names its namespaces is taken apart by name, so that each carries the labels that are known of it. */
function byName(namespace: Cube, factsOf: (name: string) => Labels | undefined): Cube[] {
  const names = namespace.get(nameLabel);
  if (names === undefined || names.complement) return [namespace];
  return [...names.values].flatMap((name) => {
    const one = cubes.replace(namespace, nameLabel, among([name]));
    const known = cubes.withFacts(one, factsOf(name) ?? new Map());
    return known === undefined ? [] : [known];
  });
}

/** The names of namespaces that selectors name outright: facts about them must be at hand before the policy is judged. */
export function namedNamespaces(selector: LabelSelector): string[] {
  const cube = cubes.cubeOf(selector, cubes.everyNamespace)?.get(nameLabel);
  return cube === undefined || cube.complement ? [] : [...cube.values];
}
