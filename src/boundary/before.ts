/** What the stored policy of an update opened already, so that only what is new is judged. */
import type { LabelSelector } from '../k8s/labelSelector.ts';
import type { Direction, IPBlock, NetworkPolicy, PolicyPeer, PolicyRule } from '../k8s/networkPolicy.ts';
import { rulesOf } from '../k8s/networkPolicy.ts';
import type { Box } from '../netpol/box.ts';
import { isWithin } from '../netpol/cluster.ts';
import type { Addresses } from '../netpol/cluster.ts';
import type { Budget, TooComplex } from '../netpol/cover.ts';
import { remainder } from '../netpol/cover.ts';
import { agreedAddresses, spelledAddresses } from '../netpol/ipBlock.ts';
import type { Flows } from '../netpol/lift.ts';
import { isMeasurable, policyFlows } from './policyFlows.ts';
import type { PolicySetting } from './policyFlows.ts';

/** A stored ipBlock with all that it might open; `agreed` are the addresses that every network plugin finds in it. */
interface StoredBlock {
  readonly key: string;
  readonly agreed: Addresses;
  readonly boxes: Box[];
}

/** `certain`: what the policy opens on every plugin. */
interface Stored {
  readonly certain: readonly Box[];
  readonly blocks: readonly StoredBlock[];
}

/** The stored policy in one direction; it is read only when something new is outside a limit. */
export class Before {
  private readonly old: NetworkPolicy;
  private readonly direction: Direction;
  private readonly setting: PolicySetting;
  private read: Stored | undefined;

  constructor(old: NetworkPolicy, direction: Direction, setting: PolicySetting) {
    this.old = old;
    this.direction = direction;
    this.setting = setting;
  }

  /** What it opens on every plugin. */
  certainly(): readonly Box[] {
    return isMeasurable(this.old) ? this.stored().certain : [];
  }

  /**
   * The parts of new flows that the old policy did not open. Where a stored block holds all of the new one, the new one opens nothing more on
   * whatever plugin, pods included, so all that the stored one might open counts.
   */
  opened({ box, ipBlock }: Flows, budget: Budget): Box[] | TooComplex {
    if (!isMeasurable(this.old)) return 'tooComplex';
    const { certain, blocks } = this.stored();
    if (ipBlock === undefined) return remainder(box, certain, budget);
    const key = blockKey(ipBlock);
    const spelled = spelledAddresses(ipBlock);
    const wider = blocks.filter((stored) => stored.key === key || isWithin(spelled, stored.agreed));
    return remainder(box, [...wider.flatMap(({ boxes }) => boxes), ...certain], budget);
  }

  private stored(): Stored {
    return (this.read ??= readStored(this.old, this.direction, this.setting));
  }
}

function readStored(old: NetworkPolicy, direction: Direction, setting: PolicySetting): Stored {
  const blocks = new Map<string, StoredBlock>();
  for (const { box, ipBlock } of policyFlows(old, direction, 'may', setting)) {
    if (ipBlock === undefined) continue;
    const key = blockKey(ipBlock);
    const known = blocks.get(key) ?? { key, agreed: agreedAddresses(ipBlock), boxes: [] };
    known.boxes.push(box);
    blocks.set(key, known);
  }
  const certain = policyFlows(old, direction, 'must', setting).map(({ box }) => box);
  return { certain, blocks: [...blocks.values()] };
}

/**
 * The policy without the peers that stand unchanged, with the same ports, in the old one: they open nothing, however much there is of them.
 * The pods have to be the same; then the answer needs no algebra.
 */
export function changedPart(policy: NetworkPolicy, old: NetworkPolicy): NetworkPolicy {
  if (selectorKey(policy.podSelector) !== selectorKey(old.podSelector)) return policy;
  const changed = (direction: Direction): readonly PolicyRule[] => {
    const stored = new Set(rulesOf(old, direction).flatMap(peerKeys));
    return rulesOf(policy, direction).flatMap((rule) => {
      const keys = peerKeys(rule);
      const peers = rule.peers.filter((_, index) => !stored.has(keys[index] ?? ''));
      const isNew = rule.peers.length === 0 ? !stored.has(keys[0] ?? '') : peers.length > 0;
      return isNew ? [{ ...rule, peers }] : [];
    });
  };
  return { ...policy, ingress: changed('Ingress'), egress: changed('Egress') };
}

/** A text for each peer of a rule, or for the rule that names none; equal texts open the same. */
function peerKeys({ peers, ports }: PolicyRule): string[] {
  const reached = JSON.stringify(ports.map(({ protocol, port, endPort }) => [protocol, port, endPort]));
  return peers.length === 0 ? [reached] : peers.map((peer) => `${peerKey(peer)} ${reached}`);
}

const peerKey = ({ podSelector, namespaceSelector, ipBlock }: PolicyPeer): string =>
  JSON.stringify([
    selectorKey(podSelector),
    selectorKey(namespaceSelector),
    ipBlock === undefined ? null : blockKey(ipBlock),
  ]);

const selectorKey = (selector: LabelSelector | undefined): string =>
  selector === undefined ? '' : JSON.stringify([[...selector.matchLabels].sort(), selector.matchExpressions]);

/** A text under which ipBlocks that mean the same on every network plugin meet. */
const blockKey = ({ cidr, except }: IPBlock): string => JSON.stringify([cidr, [...except].sort()]);
