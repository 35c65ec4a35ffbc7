/** What a set of policies allows in one direction, as boxes over both ends, for all possible pods of all possible namespaces. */
import type { Labels } from '../../k8s/labelSelector.ts';
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import type { Direction, NetworkPolicy } from '../../k8s/networkPolicy.ts';
import { rulesOf } from '../../k8s/networkPolicy.ts';
import type { Box } from '../box.ts';
import { everyAddress, noAddresses } from '../cluster.ts';
import { everyConnection } from '../connections.ts';
import type { Cube } from '../cube.ts';
import * as cubes from '../cube.ts';
import { flowsOf, peerCubes, unpinned } from '../lift.ts';
import type { Rule, RulePeer } from '../lift.ts';
import { complementOf, exactly, notAmong } from '../valueSet.ts';
import { betweenPods, byKnownName, joined } from './endpoints.ts';
import type { PodSet } from './endpoints.ts';

/** One side of a comparison: policies, each in `metadata.namespace`, and namespaces whose labels are given. */
export interface PolicySet {
  readonly policies: readonly NetworkPolicy[];
  readonly namespaces: ReadonlyMap<string, Labels>;
}

/** Flows with the rule that allows them; without one no policy isolates the pod. */
export interface Allowed {
  readonly box: Box;
  readonly because?: { readonly policy: string; readonly field: string };
}

/** A direction's flows by the sorts of their ends. */
export interface SideFlows {
  readonly pods: readonly Allowed[];
  /** Between pods and addresses: the pods in `subject`. */
  readonly addresses: readonly Allowed[];
}

const plainCluster = {
  pods: noAddresses,
  services: noAddresses,
  nodes: noAddresses,
  nat64: [],
  sixToFour: false,
};

/** Everything that the policies allow in a direction, by themselves. */
export function sideFlows({ policies, namespaces }: PolicySet, direction: Direction): SideFlows {
  const isolating = policies.filter(({ policyTypes }) => policyTypes.includes(direction));
  const allowed = isolating.flatMap((policy) => policyFlows(policy, direction, namespaces));
  const open = openSubjects(isolating);
  const names = { connections: everyConnection, portNames: cubes.everyPod };
  const anyPod: PodSet = { namespace: cubes.everyNamespace, pod: cubes.everyPod };
  return {
    pods: [
      ...allowed.filter(({ box }) => box.peer.sort === 'pods'),
      ...open.map((subject) => ({
        box:
          direction === 'Egress' ? betweenPods(subject, anyPod, names) : betweenPods(anyPod, subject, names),
      })),
    ],
    addresses: [
      ...allowed.filter(({ box }) => box.peer.sort !== 'pods'),
      ...open.flatMap((subject) =>
        (['IPv4', 'IPv6'] as const).map((sort) => ({
          box: { subject: joined(subject), peer: { sort, addresses: everyAddress[sort] }, ...names },
        })),
      ),
    ],
  };
}

function policyFlows(
  policy: NetworkPolicy,
  direction: Direction,
  namespaces: ReadonlyMap<string, Labels>,
): Allowed[] {
  const own = policy.metadata.namespace;
  const pod = cubes.cubeOf(policy.podSelector, cubes.everyPod);
  if (pod === undefined) return [];
  const subject: PodSet = { namespace: onlyNamespace(own), pod };
  const rules = rulesOf(policy, direction).map((rule): Rule => ({
    field: rule.field,
    subject: cubes.everyPod,
    ports: rule.ports,
    peers:
      rule.peers.length === 0
        ? undefined
        : rule.peers.flatMap((peer): RulePeer[] =>
            peer.ipBlock === undefined
              ? peerCubes(peer, onlyNamespace(own), () => undefined).flatMap((cube) =>
                  byKnownName(cube.namespace, namespaces).map((namespace) => ({
                    ...cube,
                    namespace,
                    field: peer.field,
                  })),
                )
              : [{ field: peer.field, ipBlock: peer.ipBlock }],
          ),
  }));
  const flows = flowsOf(rules, {
    cluster: plainCluster,
    direction,
    reading: 'documented',
    pinsFor: unpinned,
  });
  return flows.map(({ box, field }) => ({
    box: place(box, subject, direction),
    because: { policy: `${own}/${policy.metadata.name}`, field },
  }));
}

function place(box: Box, subject: PodSet, direction: Direction): Box {
  if (box.peer.sort !== 'pods') return { ...box, subject: joined(subject) };
  return direction === 'Egress' ? betweenPods(subject, box.peer, box) : betweenPods(box.peer, subject, box);
}

const onlyNamespace = (name: string): Cube => cubes.replace(cubes.everyNamespace, nameLabel, exactly(name));

/** The pods that no policy isolates: every pod of namespaces without policies, and in the others those that no selector selects. */
function openSubjects(isolating: readonly NetworkPolicy[]): PodSet[] {
  const names = [...new Set(isolating.map(({ metadata }) => metadata.namespace))];
  const elsewhere = cubes.constrain(cubes.everyNamespace, nameLabel, notAmong(names));
  const unselected = names.flatMap((name) => {
    let left: Cube[] = [cubes.everyPod];
    for (const policy of isolating) {
      if (policy.metadata.namespace !== name) continue;
      const selected = cubes.cubeOf(policy.podSelector, cubes.everyPod);
      if (selected !== undefined) left = left.flatMap((cube) => without(cube, selected));
    }
    return left.map((pod) => ({ namespace: onlyNamespace(name), pod }));
  });
  return [...(elsewhere === undefined ? [] : [{ namespace: elsewhere, pod: cubes.everyPod }]), ...unselected];
}

/** The parts of a cube that another does not select, disjoint from each other. */
function without(cube: Cube, selected: Cube): Cube[] {
  const parts: Cube[] = [];
  let inside: Cube | undefined = cube;
  for (const [key, set] of selected) {
    if (inside === undefined) break;
    const outside: Cube | undefined = cubes.constrain(inside, key, complementOf(set));
    if (outside !== undefined) parts.push(outside);
    inside = cubes.constrain(inside, key, set);
  }
  return parts;
}
