/** How the pods of a namespace are isolated in one direction: the rules of all policies that select them, taken together. */
import type { Matcher } from './matcher.ts';
import type { PortSpec } from './portTable.ts';
import type { Peer } from './peerTable.ts';
import type { Unit } from './unit.ts';

/** Peers of one rule, with its ports. */
export interface Entry {
  readonly peer: Peer;
  readonly spec: PortSpec;
}

/** Pods of the namespace itself (a peer with podSelector alone). They matter inside the namespace only. */
export interface OwnEntry {
  readonly matches: Matcher;
  readonly spec: PortSpec;
}

/** Units that the same policies isolate share a profile. `open`: none does. */
export interface Profile {
  readonly slot: number;
  readonly open: boolean;
  /** The same for profiles with the same entries. */
  readonly key: string;
  readonly entries: readonly Entry[];
  readonly own: readonly OwnEntry[];
  readonly units: Unit[];
}
