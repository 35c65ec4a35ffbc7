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
import type { Budget, TooComplex } from '../../netpol/cover.ts';
import { remainder } from '../../netpol/cover.ts';
import { everyPod } from '../../netpol/cube.ts';
import type { Flows } from '../../netpol/lift.ts';
import { Before, changedPart } from '../before.ts';
import { exceptedParts } from '../exceptionFlows.ts';
import type { Limit } from '../limit.ts';
import { forbiddenPart, partOf } from '../part.ts';
import type { Part } from '../part.ts';
import { isMeasurable, policyFlows } from '../policyFlows.ts';
import type { PolicySetting } from '../policyFlows.ts';
import { writePeers, writePorts } from './expression.ts';
import type { WrittenPorts } from './expression.ts';
import { leftOf } from './left.ts';
import type { Cuts } from './left.ts';

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
  if (!isMeasurable(policy)) return 'tooComplex';
  const before = old === undefined ? undefined : new Before(old, direction, setting);
  const written = listAt(object, 'spec', direction === 'Ingress' ? 'ingress' : 'egress');
  const changed = fieldsOf(old === undefined ? policy : changedPart(policy, old), direction);
  const words = [...wordsOf(relevant), ...(before?.certainly() ?? [])];
  const narrowed: unknown[] = [];
  const said = new Said(direction === 'Ingress' ? 'from' : 'to');
  const fields: string[] = [];
  for (const [index, rule] of rules.entries()) {
    const only = direction === 'Ingress' ? { ingress: [rule], egress: [] } : { ingress: [], egress: [rule] };
    const flows = policyFlows({ ...policy, ...only }, direction, 'may', setting);
    const cuts = new Map<Flows, readonly Part[]>();
    for (const flow of flows) {
      const outside = outsideOf(flow, changed.has(flow.field), relevant, before, budget);
      if (outside === 'tooComplex') return 'tooComplex';
      if (outside.length > 0) cuts.set(flow, outside);
    }
    if (cuts.size === 0) narrowed.push(said.asWritten(written[index]));
    else {
      fields.push(...new Set([...cuts.keys()].map(({ field }) => field)));
      const rewritten = rewrite(
        written[index],
        rule,
        direction,
        { flows, outside: cuts, words },
        setting,
        budget,
      );
      if (rewritten === 'tooComplex') return rewritten;
      narrowed.push(...rewritten.flatMap((one) => said.news(one)));
    }
  }
  if (fields.length === 0) return undefined;
  const distinct = new Map(narrowed.map((rule) => [JSON.stringify(rule), rule]));
  return { direction, rules: [...distinct.values()], fields };
}

/** What earlier rules say already, peer by peer with their ports, so that a rewritten rule does not repeat it. */
class Said {
  private readonly key: 'from' | 'to';
  private readonly texts = new Set<string>();

  constructor(key: 'from' | 'to') {
    this.key = key;
  }

  asWritten(rule: unknown): unknown {
    for (const peer of listAt(rule, this.key)) this.texts.add(textOf(peer, rule));
    return rule;
  }

  /** The rule with the peers that are new; nothing where none is. */
  news(rule: JsonObject): JsonObject[] {
    const peers = listAt(rule, this.key).filter((peer) => !this.texts.has(textOf(peer, rule)));
    if (peers.length === 0) return [];
    for (const peer of peers) this.texts.add(textOf(peer, rule));
    return [{ ...rule, [this.key]: peers }];
  }
}

const textOf = (peer: unknown, rule: unknown): string => JSON.stringify([peer, listAt(rule, 'ports')]);

/** The peers of a direction, and its rules that name none. */
const fieldsOf = (policy: NetworkPolicy, direction: Direction): ReadonlySet<string> =>
  new Set(
    rulesOf(policy, direction).flatMap(({ field, peers }) =>
      peers.length === 0 ? [field] : peers.map((peer) => peer.field),
    ),
  );

/**
 * The parts of a flow that some limit forbids for some selected pod and that the old policy did not open, or only because an exception
 * allowed it. `changed`: whether the old policy lacks the field of the flow.
 */
function outsideOf(
  flows: Flows,
  changed: boolean,
  limits: readonly Limit[],
  before: Before | undefined,
  budget: Budget,
): Part[] | TooComplex {
  const opened = !changed ? [] : before === undefined ? [flows.box] : before.opened(flows, budget);
  if (opened === 'tooComplex') return opened;
  const outside: Part[] = [];
  for (const { allowed, never, excepted } of limits) {
    const kept = before === undefined ? [] : exceptedParts(flows.box, excepted);
    for (const box of [...opened, ...kept]) {
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

/** What all limits have in common, box by box: how a reader of the boundaries would say it. Nothing where that is too much to say. */
function wordsOf(limits: readonly Limit[]): readonly Box[] {
  let words: readonly Box[] | undefined;
  for (const { allowed } of limits) {
    if (allowed === undefined) continue;
    if (words !== undefined && words.length * allowed.length > mostWords) return [];
    words = words?.flatMap((word) => allowed.flatMap((one) => boxes.intersect(word, one) ?? [])) ?? allowed;
  }
  return words ?? [];
}

const mostWords = 4_096;

/** One rule written anew: peers that lost nothing stay as written, the others become what is left of them, grouped by their ports. */
function rewrite(
  written: unknown,
  rule: PolicyRule,
  direction: Direction,
  cuts: Cuts,
  setting: PolicySetting,
  budget: Budget,
): JsonObject[] | TooComplex {
  const key = direction === 'Ingress' ? 'from' : 'to';
  const cutFields = new Set([...cuts.outside.keys()].map(({ field }) => field));
  const originalPeers = listAt(written, key);
  const originalPorts = listAt(written, 'ports');
  const groups = new Map<string, { readonly ports: WrittenPorts; readonly peers: Map<string, unknown> }>();
  const add = (ports: WrittenPorts, peers: readonly unknown[]): void => {
    const name = JSON.stringify(ports ?? null);
    const group = groups.get(name) ?? { ports, peers: new Map<string, unknown>() };
    for (const peer of peers) group.peers.set(JSON.stringify(peer), peer);
    groups.set(name, group);
  };
  for (const [index, peer] of rule.peers.entries()) {
    if (!cutFields.has(peer.field))
      add(originalPorts.length === 0 ? undefined : originalPorts, [originalPeers[index]]);
  }
  const words = { ownNamespace: setting.namespace, factsOf: factsWith(setting) };
  for (const part of cuts.flows.filter(({ field }) => cutFields.has(field))) {
    const rest = leftOf(part, cuts, setting, budget);
    if (rest === 'tooComplex') return rest;
    for (const left of rest) {
      const ports = writePorts(left);
      if (ports === 'inexpressible') continue;
      const peers = writePeers(left, part.ipBlock, words);
      if (peers.length > 0) add(ports, peers);
    }
  }
  return [...groups.values()].map(({ ports, peers }) => ({
    [key]: [...peers.values()],
    ...(ports === undefined ? {} : { ports }),
  }));
}

const factsWith =
  (setting: PolicySetting): PolicySetting['factsOf'] =>
  (name) =>
    name === setting.namespace ? setting.facts : setting.factsOf(name);
