/** What the index works out of the namespaces it is given: compiled rules, and the matrix of who reaches whom, by slot. */
import { directions } from '../../../k8s/networkPolicy.ts';
import type { Direction } from '../../../k8s/networkPolicy.ts';
import { namespaceLabels } from '../../concrete/world.ts';
import { eachBit, hasBit, noBits, setBit } from './bits.ts';
import type { Bits } from './bits.ts';
import { compile } from './localState.ts';
import type { LocalState, NamespaceSource } from './localState.ts';
import { Paths } from './paths.ts';
import { PeerTable } from './peerTable.ts';
import type { Peer } from './peerTable.ts';
import { PortTable } from './portTable.ts';

/** One bit of the matrix that changed. */
export interface Flip {
  readonly from: number;
  readonly to: number;
  readonly opened: boolean;
}

/** Everything is addressed by slot, a small number that a namespace has while it exists. */
export class IndexState {
  readonly capacity: number;
  readonly #ports = new PortTable();
  readonly #peers: PeerTable;
  readonly #locals: (LocalState | undefined)[] = [];
  readonly #named: (readonly Peer[])[] = [];
  readonly #open: { readonly [direction in Direction]: Bits };
  readonly #openToSelectors: { readonly [direction in Direction]: Bits };
  readonly #paths: Paths;
  /** One row of bits for each destination: who reaches it. In one piece, so that a column is quick to walk. */
  readonly #matrix: Bits;
  readonly #words: number;
  /** For one row or column at a time: what is thrown away for each of ten thousand adds up before the collector comes. */
  readonly #scratch: Bits;

  constructor(capacity: number, ipBlockMatchesPods: boolean) {
    this.capacity = capacity;
    this.#words = (capacity + 31) >>> 5;
    this.#scratch = noBits(capacity);
    this.#matrix = new Uint32Array(this.#words * capacity);
    this.#peers = new PeerTable(capacity, ipBlockMatchesPods);
    this.#open = { Ingress: noBits(capacity), Egress: noBits(capacity) };
    this.#openToSelectors = { Ingress: noBits(capacity), Egress: noBits(capacity) };
    this.#paths = new Paths({
      capacity,
      ports: this.#ports,
      peers: this.#peers,
      local: (slot) => this.#locals[slot],
      open: this.#open,
      openToSelectors: this.#openToSelectors,
    });
  }

  reaches(from: number, to: number): boolean {
    return hasBit(this.#sourcesOf(to), from);
  }

  eachSource(to: number, visit: (from: number) => void): void {
    eachBit(this.#sourcesOf(to), visit);
  }

  /** Takes over what a namespace holds now; the matrix is left as it was. */
  refresh(source: NamespaceSource): void {
    const { slot } = source;
    this.#peers.scopes.relabel(slot, namespaceLabels(source));
    const named: Peer[] = [];
    const local = compile(source, {
      ports: this.#ports,
      peer: (item) => {
        if (item === 'anybody') return this.#peers.anybody;
        const peer = this.#peers.use(item);
        named.push(peer);
        return peer;
      },
    });
    this.#install(slot, local, named);
  }

  /** The namespace is gone; the matrix is left as it was. */
  drop(slot: number): void {
    this.#peers.scopes.relabel(slot, undefined);
    this.#install(slot, undefined, []);
  }

  /** Works out the whole matrix. */
  drawAll(slots: Iterable<number>): void {
    for (const slot of slots) this.#drawColumn(slot, this.#sourcesOf(slot).fill(0));
  }

  /** Works out one row and one column again: nothing else depends on what a namespace holds. */
  redraw(slot: number): readonly Flip[] {
    const flips: Flip[] = [];
    const before = this.#sourcesOf(slot);
    const column = this.#drawColumn(slot, this.#scratch.fill(0));
    compare(before, column, (from, opened) => flips.push({ from, to: slot, opened }));
    before.set(column);

    const row = this.#scratch.fill(0);
    this.#paths.collect(slot, 'Egress', row);
    const [word, bit] = [slot >>> 5, slot & 31];
    for (let to = 0; to < this.capacity; to += 1) {
      const was = (((this.#matrix[to * this.#words + word] ?? 0) >>> bit) & 1) === 1;
      const opened = hasBit(row, to);
      if (was === opened || to === slot) continue;
      setBit(this.#sourcesOf(to), slot, opened);
      flips.push({ from: slot, to, opened });
    }
    return flips;
  }

  /** Takes flips back, where what caused them was taken back. */
  undo(flips: readonly Flip[]): void {
    for (const { from, to, opened } of flips) setBit(this.#sourcesOf(to), from, !opened);
  }

  #sourcesOf(to: number): Bits {
    return this.#matrix.subarray(to * this.#words, (to + 1) * this.#words);
  }

  #drawColumn(slot: number, into: Bits): Bits {
    this.#paths.collect(slot, 'Ingress', into);
    setBit(into, slot, this.#paths.within(slot));
    return into;
  }

  /** Puts the new state in place of the old one, in whatever is kept across namespaces. */
  #install(slot: number, local: LocalState | undefined, named: readonly Peer[]): void {
    const old = this.#locals[slot];
    for (const direction of directions) {
      for (const profile of old?.profiles[direction] ?? []) {
        for (const { peer } of profile.entries) peer.users[direction].delete(profile);
      }
      for (const profile of local?.profiles[direction] ?? []) {
        for (const { peer } of profile.entries) peer.users[direction].add(profile);
      }
      const open = (local?.units ?? []).filter(({ profiles }) => profiles[direction].open);
      setBit(this.#open[direction], slot, open.length > 0);
      setBit(
        this.#openToSelectors[direction],
        slot,
        open.some(({ pod }) => !pod.hostNetwork),
      );
    }
    this.#locals[slot] = local;
    for (const peer of this.#named[slot] ?? []) this.#peers.release(peer);
    this.#named[slot] = named;
    this.#paths.changed(slot);
  }
}

function compare(before: Bits, after: Bits, changed: (at: number, opened: boolean) => void): void {
  for (let word = 0; word < after.length; word += 1) {
    const differs = (before[word] ?? 0) ^ (after[word] ?? 0);
    for (let rest = differs; rest !== 0; rest &= rest - 1) {
      const at = (word << 5) + 31 - Math.clz32(rest & -rest);
      changed(at, hasBit(after, at));
    }
  }
}
