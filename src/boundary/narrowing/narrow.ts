/**
 * Narrowing: the largest part of a NetworkPolicy inside its limits that the same podSelector and policyTypes can say (semantics.md 2.2).
 *
 * A flow stays only if it is inside for *every* selected pod, because one podSelector covers all rules: so what is outside for some pod is
 * projected onto peer and connection and taken out there.
 */
import type { JsonObject } from '../../k8s/json.ts';
import { listAt } from '../../k8s/json.ts';
import type { Direction, NetworkPolicy, PolicyRule } from '../../k8s/networkPolicy.ts';
import { rulesOf } from '../../k8s/networkPolicy.ts';
import type { Box } from '../../netpol/box.ts';
import * as boxes from '../../netpol/box.ts';
import { originsInIPv6 } from '../../netpol/cluster.ts';
import type { Budget, TooComplex } from '../../netpol/cover.ts';
import { remainder } from '../../netpol/cover.ts';
import { everyPod, within } from '../../netpol/cube.ts';
import * as ranges from '../../netpol/ranges.ts';
import { agreedAddresses } from '../../netpol/ipBlock.ts';
import type { Flows } from '../../netpol/lift.ts';
import { Before, changedPart } from '../before.ts';
import type { Limit } from '../limit.ts';
import { forbiddenPart, partOf } from '../part.ts';
import type { Part } from '../part.ts';
import { policyFlows } from '../policyFlows.ts';
import type { PolicySetting } from '../policyFlows.ts';
import { writePeers, writePorts } from './expression.ts';

/** The rules of one direction after narrowing, as JSON; `fields` are the peers (or rules without peers) that were cut. */
export interface NarrowedDirection {
  readonly direction: Direction;
  readonly rules: readonly unknown[];
  readonly fields: readonly string[];
}

/** Narrows one direction of a policy, given as JSON and decoded. Undefined where nothing has to go; untouched rules are kept as they were written. */
export function narrowDirection(
  object: JsonObject,
  policy: NetworkPolicy,
  old: NetworkPolicy | undefined,
  direction: Direction,
  limits: readonly Limit[],
  setting: PolicySetting,
  budget: Budget,
): NarrowedDirection | TooComplex | undefined {
  const relevant = limits.filter((limit) => limit.direction === direction);
  const rules = rulesOf(policy, direction);
  if (relevant.length === 0 || rules.length === 0) return undefined;
  const before = old === undefined ? undefined : new Before(old, direction, setting);
  const written = listAt(object, 'spec', direction === 'Ingress' ? 'ingress' : 'egress');
  const changed = fieldsOf(old === undefined ? policy : changedPart(policy, old), direction);
  const narrowed: unknown[] = [];
  const fields: string[] = [];
  for (const [index, rule] of rules.entries()) {
    const only = direction === 'Ingress' ? { ingress: [rule], egress: [] } : { ingress: [], egress: [rule] };
    const flows = policyFlows({ ...policy, ...only }, direction, 'may', setting);
    const cuts = new Map<Flows, readonly Part[]>();
    for (const flow of flows) {
      const outside = changed.has(flow.field) ? outsideOf(flow, relevant, before, budget) : [];
      if (outside === 'tooComplex') return 'tooComplex';
      if (outside.length > 0) cuts.set(flow, outside);
    }
    if (cuts.size === 0) narrowed.push(written[index]);
    else {
      fields.push(...new Set([...cuts.keys()].map(({ field }) => field)));
      narrowed.push(...rewrite(written[index], rule, direction, flows, cuts, relevant, setting, budget));
    }
  }
  if (fields.length === 0) return undefined;
  const distinct = new Map(narrowed.map((rule) => [JSON.stringify(rule), rule]));
  return { direction, rules: [...distinct.values()], fields };
}

/** The peers of a direction, and its rules that name none. */
const fieldsOf = (policy: NetworkPolicy, direction: Direction): ReadonlySet<string> =>
  new Set(
    rulesOf(policy, direction).flatMap(({ field, peers }) =>
      peers.length === 0 ? [field] : peers.map((peer) => peer.field),
    ),
  );

/** The parts of a flow that some limit forbids for some selected pod and that the old policy did not open. */
function outsideOf(
  flows: Flows,
  limits: readonly Limit[],
  before: Before | undefined,
  budget: Budget,
): Part[] | TooComplex {
  const opened = before === undefined ? [flows.box] : before.opened(flows, budget);
  if (opened === 'tooComplex') return opened;
  const outside: Part[] = [];
  for (const box of opened) {
    for (const { allowed, never } of limits) {
      for (const prohibition of never) {
        const part = forbiddenPart(box, flows.viaPods, prohibition);
        if (part !== undefined) outside.push(part);
      }
      const left = allowed === undefined ? [] : remainder(box, allowed, budget);
      if (left === 'tooComplex') return left;
      outside.push(...left.map((one) => partOf(one, flows.viaPods)));
    }
  }
  return outside.map(({ box, ...via }) => ({ box: { ...box, subject: everyPod }, ...via }));
}

/** One rule written anew: peers that lost nothing stay as written, the others become what is left of them, grouped by their ports. */
function rewrite(
  written: unknown,
  rule: PolicyRule,
  direction: Direction,
  flows: readonly Flows[],
  cuts: ReadonlyMap<Flows, readonly Part[]>,
  limits: readonly Limit[],
  setting: PolicySetting,
  budget: Budget,
): JsonObject[] {
  const key = direction === 'Ingress' ? 'from' : 'to';
  const cutFields = new Set([...cuts.keys()].map(({ field }) => field));
  const originalPeers = listAt(written, key);
  const originalPorts = listAt(written, 'ports');
  const groups = new Map<
    string,
    { readonly ports: readonly unknown[] | undefined; readonly peers: unknown[] }
  >();
  const add = (ports: readonly unknown[] | undefined, peers: readonly unknown[]): void => {
    const name = JSON.stringify(ports ?? null);
    const group = groups.get(name) ?? { ports, peers: [] };
    const known = new Set(group.peers.map((peer) => JSON.stringify(peer)));
    group.peers.push(...peers.filter((peer) => !known.has(JSON.stringify(peer))));
    groups.set(name, group);
  };
  for (const [index, peer] of rule.peers.entries()) {
    if (!cutFields.has(peer.field))
      add(originalPorts.length === 0 ? undefined : originalPorts, [originalPeers[index]]);
  }
  const words = { ownNamespace: setting.namespace, factsOf: factsWith(setting) };
  for (const part of flows.filter(({ field }) => cutFields.has(field))) {
    for (const left of leftOf(part, flows, cuts, limits, setting, budget)) {
      const ports = writePorts(left);
      if (ports === 'inexpressible') continue;
      const peers = writePeers(left, part.ipBlock, words);
      if (peers.length > 0) add(ports, peers);
    }
  }
  return [...groups.values()].map(({ ports, peers }) => ({
    [key]: peers,
    ...(ports === undefined ? {} : { ports }),
  }));
}

const factsWith =
  (setting: PolicySetting): PolicySetting['factsOf'] =>
  (name) =>
    name === setting.namespace ? setting.facts : setting.factsOf(name);

/**
 * What is left of one flow. An ipBlock was read as addresses, their IPv4 images and the pods it may mean; only the addresses that stand in it
 * are written, less every address through which one of the other readings would be outside.
 */
function leftOf(
  part: Flows,
  flows: readonly Flows[],
  cuts: ReadonlyMap<Flows, readonly Part[]>,
  limits: readonly Limit[],
  setting: PolicySetting,
  budget: Budget,
): Box[] {
  const { ipBlock } = part;
  if (ipBlock === undefined) {
    const out = (cuts.get(part) ?? []).map(({ box }) => box);
    const left = minus({ ...part.box, subject: everyPod }, out);
    return inWordsOf(limits, part.box, left, budget) ?? left;
  }
  const { peer } = part.box;
  const family = ipBlock.cidr.includes(':') ? 'IPv6' : 'IPv4';
  if (peer.sort !== family) return [];
  const addresses = ranges.intersection(peer.addresses, agreedAddresses(ipBlock)[family]);
  if (addresses.length === 0) return [];
  const siblings = flows.filter(({ field }) => field === part.field);
  const out = siblings.flatMap((sibling) =>
    (cuts.get(sibling) ?? []).flatMap((cut) => inFamily(cut, family, setting)),
  );
  return minus({ ...part.box, subject: everyPod, peer: { sort: family, addresses } }, out);
}

/**
 * The same flows in the words of the limits: what the flow has in common with each of their boxes, which reads better than disjoint pieces.
 * Undefined where that says less (a limit's box is for some pods only, or the old policy opened something beside it).
 */
function inWordsOf(
  limits: readonly Limit[],
  box: Box,
  left: readonly Box[],
  budget: Budget,
): Box[] | undefined {
  let pieces = [box];
  for (const { allowed, never } of limits) {
    const whole = allowed?.filter(({ subject }) => within(box.subject, subject));
    if (whole !== undefined)
      pieces = pieces.flatMap((piece) => whole.flatMap((one) => boxes.intersect(piece, one) ?? []));
    pieces = pieces.flatMap((piece) =>
      minus(
        piece,
        never.map((prohibition) => prohibition.box),
      ),
    );
  }
  const general = pieces.map((piece) => ({ ...piece, subject: everyPod }));
  for (const part of left) {
    const missed = remainder(part, general, budget, 1);
    if (missed === 'tooComplex' || missed.length > 0) return undefined;
  }
  for (const piece of general) {
    const beyond = remainder(piece, left, budget, 1);
    if (beyond === 'tooComplex' || beyond.length > 0) return undefined;
  }
  return general;
}

/** A forbidden part as addresses of the family in which the block is written. */
function inFamily({ box, viaPods }: Part, family: 'IPv4' | 'IPv6', { cluster }: PolicySetting): Box[] {
  const addresses: { readonly [F in 'IPv4' | 'IPv6']: readonly bigint[] } =
    box.peer.sort === 'pods'
      ? { IPv4: viaPods?.IPv4 ?? [], IPv6: viaPods?.IPv6 ?? [] }
      : { IPv4: [], IPv6: [], [box.peer.sort]: box.peer.addresses };
  const own = family === 'IPv4' ? [addresses.IPv4] : [addresses.IPv6, originsInIPv6(addresses.IPv4, cluster)];
  return own.flatMap((set) => (set.length === 0 ? [] : [{ ...box, peer: { sort: family, addresses: set } }]));
}

function minus(box: Box, out: readonly Box[]): Box[] {
  let left = [box];
  for (const hole of out) {
    left = left.flatMap((piece) => (boxes.disjoint(piece, hole) ? [piece] : boxes.subtract(piece, hole)));
  }
  return left;
}
