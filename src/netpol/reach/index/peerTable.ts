/** The peers of all rules, each distinct one once, with the profiles that name it. */
import type { LabelSelector } from '../../../k8s/labelSelector.ts';
import type { Direction, IPBlock, PolicyPeer } from '../../../k8s/networkPolicy.ts';
import { hasBit } from './bits.ts';
import { Blocks } from './blocks.ts';
import { demandOf } from './columns.ts';
import type { Demand } from './columns.ts';
import { matcherOf } from './matcher.ts';
import type { Matcher } from './matcher.ts';
import type { Profile } from './profile.ts';
import { Scopes } from './scopes.ts';
import type { Scope } from './scopes.ts';
import type { Unit } from './unit.ts';

/** Anybody (`scope` and `block` absent), pods of the namespaces in `scope`, or pods with an address in `block`. */
export interface Peer {
  readonly id: number;
  readonly key: string;
  readonly scope?: Scope;
  /** Absent where every pod will do. */
  readonly matches?: Matcher;
  /** What `matches` or `block` demands at least. */
  readonly demand?: Demand;
  readonly block?: IPBlock;
  /** How many rules name it; with the last of them it goes. */
  uses: number;
  /** The profiles that name it, by their direction. */
  readonly users: { readonly [direction in Direction]: Set<Profile> };
}

/** Interns peers and forgets those that nobody names any more. */
export class PeerTable {
  readonly anybody: Peer = newPeer(0, '*');
  readonly scopes: Scopes;
  readonly #blocks = new Blocks();
  readonly #peers = new Map<string, Peer>();
  readonly #ipBlockMatchesPods: boolean;
  #lastId = 0;

  constructor(capacity: number, ipBlockMatchesPods: boolean) {
    this.scopes = new Scopes(capacity);
    this.#ipBlockMatchesPods = ipBlockMatchesPods;
  }

  /** The peer of a rule's item, which must not be one of the own namespace only. Each use must be released once. */
  use(item: PolicyPeer): Peer {
    const { ipBlock, namespaceSelector, podSelector } = item;
    const scopeKey = namespaceSelector === undefined ? '' : keyOfSelector(namespaceSelector);
    const podKey = podSelector === undefined || isEverything(podSelector) ? '' : keyOfSelector(podSelector);
    const key = ipBlock === undefined ? `${scopeKey} ${podKey}` : JSON.stringify(ipBlock);
    const known = this.#peers.get(key);
    if (known !== undefined) {
      known.uses += 1;
      return known;
    }
    this.#lastId += 1;
    const demand = demandOf(podSelector, ipBlock);
    const peer: Peer = {
      ...newPeer(this.#lastId, key),
      uses: 1,
      ...(ipBlock === undefined ? {} : { block: ipBlock }),
      ...(namespaceSelector === undefined ? {} : { scope: this.scopes.use(scopeKey, namespaceSelector) }),
      ...(podKey === '' || podSelector === undefined ? {} : { matches: matcherOf(podSelector) }),
      ...(demand === undefined ? {} : { demand }),
    };
    this.#peers.set(key, peer);
    peer.scope?.peers.add(peer);
    if (ipBlock !== undefined) this.#blocks.add(peer);
    return peer;
  }

  /** One rule less names the peer. */
  release(peer: Peer): void {
    peer.uses -= 1;
    if (peer.uses > 0 || peer === this.anybody) return;
    this.#peers.delete(peer.key);
    this.#blocks.remove(peer);
    peer.scope?.peers.delete(peer);
    if (peer.scope?.peers.size === 0) this.scopes.forget(peer.scope);
  }

  /** Whether the peer names this unit. */
  names(peer: Peer, unit: Unit): boolean {
    const { scope, matches, block } = peer;
    if (block !== undefined) return this.blocksOf(unit).includes(peer);
    if (scope === undefined) return true;
    if (unit.pod.hostNetwork || !hasBit(scope.extent, unit.slot)) return false;
    return matches === undefined || matches(unit.labels);
  }

  /** Whether an ipBlock names the unit where it contains one of its addresses. */
  blocksMatch({ pod }: Pick<Unit, 'pod'>): boolean {
    return this.#ipBlockMatchesPods || pod.hostNetwork;
  }

  /** The ipBlocks that contain one of the unit's addresses; a hostNetwork pod has its node's. */
  blocksOf({ pod }: Unit): readonly Peer[] {
    if (!this.blocksMatch({ pod })) return [];
    const [first, second] = pod.ips;
    if (first === undefined) return [];
    if (second === undefined) return this.#blocks.containing(first);
    return [...new Set(pod.ips.flatMap((address) => this.#blocks.containing(address)))];
  }
}

const newPeer = (id: number, key: string): Peer => ({
  id,
  key,
  uses: 0,
  users: { Ingress: new Set(), Egress: new Set() },
});

const isEverything = ({ matchLabels, matchExpressions }: LabelSelector): boolean =>
  matchLabels.size === 0 && matchExpressions.length === 0;

/** A text that is the same only for selectors that are written alike, order of labels aside. Lengths keep odd values apart. */
function keyOfSelector({ matchLabels, matchExpressions }: LabelSelector): string {
  const quoted = (value: string): string => `${value.length}:${value}`;
  const labels = [...matchLabels].map(([key, value]) => `${key}=${quoted(value)}`);
  const expressions = matchExpressions.map(
    ({ key, operator, values }) => `${key} ${operator} ${values.map(quoted).join('|')}`,
  );
  return `${labels.length > 1 ? labels.sort().join() : labels.join()};${expressions.join()}`;
}
