/** Finds the namespaces that a unit can talk with: the join of its own rules with everybody else's. */
import type { Direction } from '../../../k8s/networkPolicy.ts';
import { addAll, addMeet, eachBit, hasBit, noBits, setBit } from './bits.ts';
import type { Bits } from './bits.ts';
import type { LocalState } from './localState.ts';
import type { Peer, PeerTable } from './peerTable.ts';
import type { Scope } from './scopes.ts';
import type { PortSpec, PortTable } from './portTable.ts';
import type { Entry } from './profile.ts';
import { canPair } from './unit.ts';
import type { Unit } from './unit.ts';

/** What the join reads of the index. */
export interface Ground {
  readonly capacity: number;
  readonly ports: PortTable;
  readonly peers: PeerTable;
  readonly local: (slot: number) => LocalState | undefined;
  /** Namespaces with a pod that no policy isolates in the direction. */
  readonly open: { readonly [direction in Direction]: Bits };
  /** Those of them where such a pod is not on the host's network, so that selectors see it. */
  readonly openToSelectors: { readonly [direction in Direction]: Bits };
}

interface Remembered {
  readonly bits: Bits;
  /** How many changes of the index it has seen. */
  seen: number;
}

const mostRemembered = 8_192;
const mostChanges = 1_024;
/** Fewer users than this are looked at anew each time. */
const fewUsers = 16;

/**
 * `direction` is the side of the unit that is asked for: `Ingress` finds the namespaces with a pod that can open a connection to it,
 * `Egress` those with a pod to which it can. Sets that many units share are remembered, and mended for the namespaces that changed since.
 */
export class Paths {
  readonly #ground: Ground;
  #remembered = new Map<string, Remembered>();
  #changed: number[] = [];

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Must be told of each namespace in which anything changed. */
  changed(slot: number): void {
    this.#changed.push(slot);
    if (this.#changed.length > mostChanges) {
      this.#changed = [];
      this.#remembered = new Map();
    }
  }

  /** Adds the namespaces that some unit of this one can talk with, other than the namespace itself. */
  collect(slot: number, direction: Direction, into: Bits): void {
    const done = new Set<string>();
    const anything = [{ peer: this.#ground.peers.anybody, spec: this.#ground.ports.everything }];
    const scopes = this.#ground.peers.scopes.selecting(slot);
    for (const unit of this.#ground.local(slot)?.units ?? []) {
      const matched = this.#matching(unit, opposite(direction), scopes);
      const { open, entries, key } = unit.profiles[direction];
      const names = direction === 'Ingress' ? unit.names : 0;
      const signature = `${unit.addressing} ${names} ${key} ${matched.map(({ id }) => id).join(' ')}`;
      if (done.has(signature)) continue;
      done.add(signature);
      for (const entry of open ? anything : entries) this.#follow(unit, direction, entry, matched, into);
    }
    setBit(into, slot, false);
  }

  /** Whether some pod of the namespace can open a connection to another one of it. */
  within(slot: number): boolean {
    const units = this.#ground.local(slot)?.units ?? [];
    return units.some((source) =>
      units.some((destination) => {
        if (source === destination && !source.several) return false;
        if (!canPair(source.addressing, destination.addressing)) return false;
        const out = this.#specs(source, 'Egress', destination);
        return (
          out.length > 0 &&
          this.#specs(destination, 'Ingress', source).some((inward) =>
            out.some((outward) => this.#ground.ports.meet(outward, inward, destination.names)),
          )
        );
      }),
    );
  }

  /** The ports on which one side lets the other in, own-namespace peers included. */
  #specs(subject: Unit, direction: Direction, peer: Unit): readonly PortSpec[] {
    const profile = subject.profiles[direction];
    if (profile.open) return [this.#ground.ports.everything];
    return [
      ...profile.entries.filter((entry) => this.#ground.peers.names(entry.peer, peer)),
      ...(peer.pod.hostNetwork ? [] : profile.own.filter(({ matches }) => matches(peer.labels))),
    ].map(({ spec }) => spec);
  }

  /** The peers that name the unit and that somebody's rules of that direction use. `scopes` are those of its namespace. */
  #matching(unit: Unit, direction: Direction, scopes: readonly Scope[]): readonly Peer[] {
    const { peers } = this.#ground;
    const matched: Peer[] = peers.anybody.users[direction].size > 0 ? [peers.anybody] : [];
    for (const block of peers.blocksOf(unit)) if (block.users[direction].size > 0) matched.push(block);
    if (unit.pod.hostNetwork) return matched;
    for (const scope of scopes) {
      for (const peer of scope.peers) {
        if (peer.users[direction].size === 0) continue;
        if (peer.matches === undefined || peer.matches(unit.labels)) matched.push(peer);
      }
    }
    return matched;
  }

  /** Follows one of the unit's rules to those whom the rule names and whose own rules name the unit, or who are open. */
  #follow(unit: Unit, direction: Direction, near: Entry, matched: readonly Peer[], into: Bits): void {
    this.#addOpen(unit, direction, near, into);
    const far = opposite(direction);
    for (const peer of matched) {
      const users = peer.users[far];
      if (users.size >= fewUsers) {
        const names = direction === 'Ingress' ? unit.names : 0;
        const key = `${direction} ${near.peer.id} ${near.spec.id} ${peer.id} ${unit.addressing} ${names}`;
        addAll(
          into,
          this.#remember(
            key,
            () => slotsOf(users),
            (slot) => this.#joins(slot, unit, direction, near, peer),
          ),
        );
        continue;
      }
      for (const { slot } of users) {
        if (!hasBit(into, slot) && this.#joins(slot, unit, direction, near, peer)) setBit(into, slot, true);
      }
    }
  }

  #addOpen(unit: Unit, direction: Direction, near: Entry, into: Bits): void {
    const { open, openToSelectors, ports } = this.#ground;
    const far = opposite(direction);
    const { scope, matches, block } = near.peer;
    const anyPort =
      !near.spec.named || (direction === 'Ingress' && ports.meet(near.spec, ports.everything, unit.names));
    if (!anyPort && direction === 'Ingress') return;
    if (anyPort && block === undefined && matches === undefined) {
      if (scope === undefined) addAll(into, open[far]);
      else addMeet(into, scope.extent, openToSelectors[far]);
      return;
    }
    const spec = anyPort ? ports.everything.id : near.spec.id;
    const key = `${direction} ${near.peer.id} ${spec} open ${unit.addressing}`;
    addAll(
      into,
      this.#remember(
        key,
        () => this.#slots(scope === undefined ? [open[far]] : [scope.extent, openToSelectors[far]]),
        (slot) => this.#opens(slot, unit, direction, near),
      ),
    );
  }

  /** Whether the namespace has a unit, open on its side, that the rule names. */
  #opens(slot: number, unit: Unit, direction: Direction, near: Entry): boolean {
    const { local, peers, ports } = this.#ground;
    const far = opposite(direction);
    const state = local(slot);
    const meets = (other: Unit, inside: boolean): boolean =>
      other.profiles[far].open &&
      ((inside && peers.blocksMatch(other)) || peers.names(near.peer, other)) &&
      canPair(unit.addressing, other.addressing) &&
      ports.meet(near.spec, ports.everything, direction === 'Ingress' ? unit.names : other.names);
    if (state === undefined) return false;
    const { demand } = near.peer;
    return demand === undefined
      ? state.units.some((other) => meets(other, false))
      : state.columns.some(demand, meets);
  }

  /** Whether the namespace has a unit that the rule names and that lets the unit in by a rule for `peer`. */
  #joins(slot: number, unit: Unit, direction: Direction, near: Entry, peer: Peer): boolean {
    const { local, peers, ports } = this.#ground;
    return (local(slot)?.profiles[opposite(direction)] ?? []).some((profile) =>
      profile.entries.some(
        (entry) =>
          entry.peer === peer &&
          profile.units.some(
            (other) =>
              peers.names(near.peer, other) &&
              canPair(unit.addressing, other.addressing) &&
              ports.meet(near.spec, entry.spec, direction === 'Ingress' ? unit.names : other.names),
          ),
      ),
    );
  }

  /** A set of namespaces by its key: worked out for `candidates` the first time, then mended where the index changed. */
  #remember(key: string, candidates: () => Iterable<number>, holds: (slot: number) => boolean): Bits {
    const now = this.#changed.length;
    const known = this.#remembered.get(key);
    if (known !== undefined) {
      for (const slot of new Set(this.#changed.slice(known.seen))) setBit(known.bits, slot, holds(slot));
      known.seen = now;
      return known.bits;
    }
    const bits = noBits(this.#ground.capacity);
    for (const slot of candidates()) if (holds(slot)) setBit(bits, slot, true);
    if (this.#remembered.size >= mostRemembered) this.#remembered = new Map();
    this.#remembered.set(key, { bits, seen: now });
    return bits;
  }

  /** The slots that are in all of the sets. */
  #slots([first, ...others]: readonly [Bits, ...Bits[]]): readonly number[] {
    const slots: number[] = [];
    eachBit(first, (slot) => {
      if (others.every((bits) => hasBit(bits, slot))) slots.push(slot);
    });
    return slots;
  }
}

export const opposite = (direction: Direction): Direction => (direction === 'Ingress' ? 'Egress' : 'Ingress');

const slotsOf = (profiles: Iterable<{ readonly slot: number }>): ReadonlySet<number> =>
  new Set([...profiles].map(({ slot }) => slot));
