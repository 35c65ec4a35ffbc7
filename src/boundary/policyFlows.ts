/** What a submitted NetworkPolicy might open, as boxes, with everything that is known of the namespaces it names. */
import { mostSelectorValues } from '../k8s/labelSelector.ts';
import type { Labels, LabelSelector } from '../k8s/labelSelector.ts';
import type { Direction, NetworkPolicy, PolicyPeer, PolicyRule } from '../k8s/networkPolicy.ts';
import { rulesOf } from '../k8s/networkPolicy.ts';
import * as cubes from '../netpol/cube.ts';
import type { Cube } from '../netpol/cube.ts';
import type { Cluster } from '../netpol/cluster.ts';
import { flowsOf, namedNamespaces, peerCubes } from '../netpol/lift.ts';
import type { Flows, Rule, RulePeer } from '../netpol/lift.ts';
import type { Reading } from '../netpol/ipBlock.ts';
import type { PortPins } from '../netpol/ports.ts';

/** More boxes than this in one policy are refused as not provable (semantics.md 2.2). */
const mostBoxes = 4096;
/** More labels, expressions and values than this in one selector are refused as not provable. */
const mostTerms = 256;
/** More ports in one rule, or more exceptions in one policy, are refused as not provable. */
const mostListed = 512;

/** What is known around a policy. `factsOf` answers undefined for a namespace of which nothing is known for certain. */
export interface PolicySetting {
  readonly namespace: string;
  readonly facts: Labels;
  /** The namespace with all that is known of it, and with nothing but its name. */
  readonly own: Record<'known' | 'unknown', Cube | undefined>;
  readonly factsOf: (namespace: string) => Labels | undefined;
  readonly cluster: Cluster;
  readonly pinsFor: (namespaces: Cube) => PortPins;
  readonly ownPins: PortPins;
}

/** The flows of one direction; empty where the policy does not speak of it or selects no pod. */
export function policyFlows(
  policy: NetworkPolicy,
  direction: Direction,
  reading: Reading,
  setting: PolicySetting,
): Flows[] {
  const rules = rulesOf(policy, direction);
  if (rules.length === 0) return [];
  const subject = cubes.cubeOf(policy.podSelector, cubes.everyPod);
  if (subject === undefined) return [];
  return flowsOf(
    rules.map((rule) => toRule(rule, subject, reading, setting)),
    {
      cluster: setting.cluster,
      direction,
      reading,
      pinsFor: (peer) => (peer === undefined ? setting.ownPins : setting.pinsFor(peer)),
    },
  );
}

/**
 * Whether a policy is small enough to be read as boxes at all, told before any are made: at most {@link mostBoxes} boxes, in each selector at
 * most {@link mostTerms} terms and {@link mostSelectorValues} values in each requirement, and at most {@link mostListed} ports in a rule and
 * exceptions in all. One without rules is, whatever it selects: it opens nothing.
 */
export function isMeasurable(policy: NetworkPolicy): boolean {
  if (policy.ingress.length === 0 && policy.egress.length === 0) return true;
  if (countBoxes(policy) > mostBoxes || !isSmall(policy.podSelector)) return false;
  let exceptions = 0;
  for (const rules of [policy.ingress, policy.egress]) {
    for (const { peers, ports } of rules) {
      if (ports.length > mostListed) return false;
      for (const { podSelector, namespaceSelector, ipBlock } of peers) {
        exceptions += ipBlock?.except.length ?? 0;
        if (exceptions > mostListed || !isSmall(podSelector) || !isSmall(namespaceSelector)) return false;
      }
    }
  }
  return true;
}

function isSmall(selector: LabelSelector | undefined): boolean {
  if (selector === undefined) return true;
  let terms = selector.matchLabels.size;
  for (const { values } of selector.matchExpressions) {
    terms += 1 + values.length;
    if (values.length > mostSelectorValues || terms > mostTerms) return false;
  }
  return terms <= mostTerms;
}

function countBoxes(policy: NetworkPolicy): number {
  let count = 0;
  for (const rules of [policy.ingress, policy.egress]) {
    for (const { peers, ports } of rules) {
      let names = 0;
      for (const { port } of ports) if (typeof port === 'string') names += 1;
      count += Math.max(3, 3 * peers.length) * (1 + names);
    }
  }
  return count;
}

function toRule(rule: PolicyRule, subject: Cube, reading: Reading, setting: PolicySetting): Rule {
  const { field, ports } = rule;
  if (rule.peers.length === 0) return { field, subject, ports, peers: undefined };
  const peers: RulePeer[] = [];
  for (const peer of rule.peers) addPeers(peers, peer, reading, setting);
  return { field, subject, ports, peers };
}

/** Facts make a policy's own reach smaller and exact; what an old policy certainly allowed is read without them. */
function addPeers(peers: RulePeer[], peer: PolicyPeer, reading: Reading, setting: PolicySetting): void {
  const { field, ipBlock } = peer;
  if (ipBlock !== undefined) {
    peers.push({ field, ipBlock });
    return;
  }
  const known = reading === 'may';
  const own = known ? setting.own.known : setting.own.unknown;
  for (const { namespace, pod } of peerCubes(peer, own, known ? setting.factsOf : nothingKnown)) {
    peers.push({ field, namespace, pod });
  }
}

const nothingKnown = (): undefined => undefined;

/** The other namespaces that a policy names outright, whose labels must be known before it is judged. */
export function namespacesNamed(policy: NetworkPolicy): string[] {
  const names = new Set<string>();
  for (const rule of [...policy.ingress, ...policy.egress]) {
    for (const { namespaceSelector } of rule.peers) {
      if (namespaceSelector !== undefined)
        for (const name of namedNamespaces(namespaceSelector)) names.add(name);
    }
  }
  return [...names];
}
