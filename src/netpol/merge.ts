/** Merges boxes that differ in one dimension only, so that the fast path finds one box where a limit was written as many. */
import type { Box } from './box.ts';
import { within } from './box.ts';
import * as connections from './connections.ts';
import * as cubes from './cube.ts';
import * as ranges from './ranges.ts';
import * as values from './valueSet.ts';

/** The same flows in fewer boxes: equal but for addresses, for connections or for one label key, and boxes inside others dropped. */
export function merge(boxes: readonly Box[]): Box[] {
  let merged = [...boxes];
  for (;;) {
    const before = merged.length;
    merged = mergeBy(merged, withoutAddresses, uniteAddresses);
    merged = mergeBy(merged, withoutConnections, uniteConnections);
    merged = mergeOneKey(merged);
    merged = merged.filter(
      (box, index) =>
        !merged.some(
          (other, at) => at !== index && within(box, other) && (at < index || !within(other, box)),
        ),
    );
    if (merged.length === before) return merged;
  }
}

const peerKey = ({ peer }: Box): string =>
  peer.sort === 'pods'
    ? `${cubes.keyOf(peer.namespace)}|${cubes.keyOf(peer.pod)}`
    : `${peer.sort}${String(peer.addresses)}`;

const frame = (box: Box): string => `${cubes.keyOf(box.subject)}|${cubes.keyOf(box.portNames)}`;

const withoutAddresses = (box: Box): string =>
  `${frame(box)}|${connections.keyOf(box.connections)}|${box.peer.sort === 'pods' ? peerKey(box) : box.peer.sort}`;

const withoutConnections = (box: Box): string => `${frame(box)}|${peerKey(box)}`;

function uniteAddresses(a: Box, b: Box): Box {
  if (a.peer.sort === 'pods' || b.peer.sort === 'pods') return a;
  const addresses = ranges.union(ranges.addressSteps, a.peer.addresses, b.peer.addresses);
  return { ...a, peer: { sort: a.peer.sort, addresses } };
}

const uniteConnections = (a: Box, b: Box): Box => ({
  ...a,
  connections: connections.union(a.connections, b.connections),
});

function mergeBy(boxes: readonly Box[], keyOf: (box: Box) => string, unite: (a: Box, b: Box) => Box): Box[] {
  const groups = new Map<string, Box>();
  for (const box of boxes) {
    const key = keyOf(box);
    const known = groups.get(key);
    groups.set(key, known === undefined ? box : unite(known, box));
  }
  return [...groups.values()];
}

/** Boxes that are equal but for one label key of the peer: `In [a]` and `In [b]` become `In [a, b]`. */
function mergeOneKey(boxes: readonly Box[]): Box[] {
  let merged = [...boxes];
  for (const aspect of ['namespace', 'pod'] as const) {
    const keys = new Set(
      merged.flatMap(({ peer }) => (peer.sort === 'pods' ? [...peer[aspect].keys()] : [])),
    );
    for (const key of keys) {
      const stripped = (box: Box): Box =>
        box.peer.sort === 'pods'
          ? { ...box, peer: { ...box.peer, [aspect]: cubes.replace(box.peer[aspect], key, values.anything) } }
          : box;
      merged = mergeBy(
        merged,
        (box) => `${withoutConnections(stripped(box))}|${connections.keyOf(box.connections)}`,
        (a, b) => uniteKey(a, b, aspect, key),
      );
    }
  }
  return merged;
}

function uniteKey(a: Box, b: Box, aspect: 'namespace' | 'pod', key: string): Box {
  if (a.peer.sort !== 'pods' || b.peer.sort !== 'pods') return a;
  const set = values.unite(
    a.peer[aspect].get(key) ?? values.anything,
    b.peer[aspect].get(key) ?? values.anything,
  );
  return { ...a, peer: { ...a.peer, [aspect]: cubes.replace(a.peer[aspect], key, set) } };
}
