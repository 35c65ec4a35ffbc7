/** The ipBlocks of all rules, and for an address those that contain it. */
import type { Family } from '../../../k8s/cidr.ts';
import { blockContains } from '../../concrete/ipBlock.ts';
import { documented } from '../../concrete/switches.ts';
import type { HostAddress } from '../../concrete/world.ts';
import { cut } from '../addressSpace.ts';
import type { Peer } from './peerTable.ts';

/** More remembered answers than this are dropped and found again. */
const mostRemembered = 200_000;

interface Space {
  /** Where segments begin, ascending; every block contains all or nothing of one. IPv4 as plain numbers, which compare ten times faster. */
  readonly starts: readonly (number | bigint)[];
  /** By segment. */
  readonly containing: Map<number, readonly Peer[]>;
}

/** Addresses fall into segments that no block can tell apart further; which blocks contain a segment is found once, when first asked. */
export class Blocks {
  readonly #peers = new Set<Peer>();
  #spaces = new Map<Family, Space>();
  #remembered = 0;

  add(peer: Peer): void {
    this.#peers.add(peer);
    this.#spaces = new Map();
  }

  remove(peer: Peer): void {
    if (this.#peers.delete(peer)) this.#spaces = new Map();
  }

  /** The blocks that contain the address, as documented. */
  containing(address: HostAddress): readonly Peer[] {
    if (this.#peers.size === 0) return [];
    const space = this.#space(address.family);
    const at = address.family === 'IPv4' ? Number(address.value) : address.value;
    const segment = lastNotAbove(space.starts, at);
    const known = space.containing.get(segment);
    if (known !== undefined) return known;
    const found = [...this.#peers].filter(
      ({ block }) => block !== undefined && blockContains(block, address, documented),
    );
    this.#remembered += found.length + 1;
    if (this.#remembered > mostRemembered) {
      this.#remembered = 0;
      this.#spaces = new Map();
    } else space.containing.set(segment, found);
    return found;
  }

  #space(family: Family): Space {
    const known = this.#spaces.get(family);
    if (known !== undefined) return known;
    const segments = cut(
      family,
      [...this.#peers].flatMap(({ block }) => block ?? []),
    );
    const starts = segments.map(({ low }) => (family === 'IPv4' ? Number(low) : low));
    const space = { starts, containing: new Map<number, readonly Peer[]>() };
    this.#spaces.set(family, space);
    return space;
  }
}

/** The place of the last of the ascending numbers that is not above `at`. */
function lastNotAbove(starts: readonly (number | bigint)[], at: number | bigint): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
