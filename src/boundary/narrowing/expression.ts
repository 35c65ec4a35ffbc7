/** Writes sets of flows as NetworkPolicy peers and ports, as far as the API has words for them. */
import { blockOf, blocksBetween, formatBlock, mappedBlock } from '../../k8s/cidr.ts';
import type { Family } from '../../k8s/cidr.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { Labels } from '../../k8s/labelSelector.ts';
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import { protocols } from '../../k8s/networkPolicy.ts';
import type { IPBlock } from '../../k8s/networkPolicy.ts';
import type { Box } from '../../netpol/box.ts';
import * as connections from '../../netpol/connections.ts';
import type { Cube } from '../../netpol/cube.ts';
import * as cubes from '../../netpol/cube.ts';
import type { Ranges } from '../../netpol/ranges.ts';
import * as ranges from '../../netpol/ranges.ts';
import * as values from '../../netpol/valueSet.ts';
import { nameOf as portNameOf } from './ways.ts';

/** A `ports` list; undefined means every port of every protocol. */
export type WrittenPorts = readonly unknown[] | undefined;

/** The `ports` of a box that is one way to speak of connections (ways.ts); `inexpressible` where it is about port 0 only. */
export function writePorts(box: Box): WrittenPorts | 'inexpressible' {
  const named = portNameOf(box);
  if (named !== undefined) return [{ protocol: named.protocol, port: named.name }];
  if (connections.isWithin(connections.everyConnection, box.connections)) return undefined;
  const written = protocols.flatMap((protocol) =>
    ranges.pairs(box.connections[protocol]).flatMap(([low, high]): JsonObject[] => {
      if (low === 0 && high === 65535) return [{ protocol }];
      if (high === 0) return [];
      const port = Math.max(low, 1);
      return [port === high ? { protocol, port } : { protocol, port, endPort: high }];
    }),
  );
  return written.length === 0 ? 'inexpressible' : written;
}

/** What a peer of pods is written with: the policy's own namespace and what is known of namespaces named outright, which need no words. */
export interface Vocabulary {
  readonly ownNamespace: string;
  readonly factsOf: (namespace: string) => Labels | undefined;
}

/** The peers of a box; several where one cannot say it. */
export function writePeers(
  box: Box,
  original: { readonly cidr: string } | undefined,
  words: Vocabulary,
): JsonObject[] {
  const { peer } = box;
  if (peer.sort !== 'pods') return writeBlocks(peer.sort, peer.addresses, original?.cidr);
  const namespaces = alternatives(withoutFacts(peer.namespace, words));
  const pods = alternatives(peer.pod).map(writeSelector);
  return namespaces.flatMap((namespace) =>
    pods.map((podSelector) => {
      if (isOnly(namespace, words.ownNamespace)) return { podSelector };
      const namespaceSelector = writeSelector(namespace);
      return Object.keys(podSelector).length === 0
        ? { namespaceSelector }
        : { namespaceSelector, podSelector };
    }),
  );
}

const nameOf = (cube: Cube): string | undefined => {
  const names = cube.get(nameLabel);
  return names === undefined || names.complement || names.values.length !== 1 ? undefined : names.values[0];
};

const isOnly = (cube: Cube, name: string): boolean => cube.size === 1 && nameOf(cube) === name;

/** Drops what is known of a namespace that is named anyway. */
function withoutFacts(cube: Cube, { factsOf }: Vocabulary): Cube {
  const name = nameOf(cube);
  const facts = name === undefined ? undefined : factsOf(name);
  if (facts === undefined) return cube;
  return new Map([...cube].filter(([key, set]) => key === nameLabel || !isJust(set, facts.get(key))));
}

const isJust = (set: values.ValueSet, value: string | undefined): boolean =>
  value !== undefined && !set.complement && !set.absent && set.values.length === 1 && set.values[0] === value;

/** "One of these values, or no such label" takes two selectors. */
function alternatives(cube: Cube): Cube[] {
  for (const [key, set] of cube) {
    if (set.complement || !set.absent || set.values.length === 0) continue;
    const either = [{ ...set, absent: false }, values.missing];
    return either.flatMap((part) => alternatives(cubes.replace(cube, key, part)));
  }
  return [cube];
}

function writeSelector(cube: Cube): JsonObject {
  const matchLabels: [string, string][] = [];
  const matchExpressions: JsonObject[] = [];
  for (const [key, set] of [...cube].sort(([a], [b]) => (a < b ? -1 : 1))) {
    // A copy: one list in two places would be written as an anchor and an alias.
    const listed = [...set.values];
    const [only] = listed;
    if (set.complement) {
      if (!set.absent && !(key === nameLabel)) matchExpressions.push({ key, operator: 'Exists' });
      if (listed.length > 0) matchExpressions.push({ key, operator: 'NotIn', values: listed });
    } else if (listed.length === 0) matchExpressions.push({ key, operator: 'DoesNotExist' });
    else if (listed.length === 1 && only !== undefined) matchLabels.push([key, only]);
    else matchExpressions.push({ key, operator: 'In', values: listed });
  }
  return {
    ...(matchLabels.length === 0 ? {} : { matchLabels: Object.fromEntries(matchLabels) }),
    ...(matchExpressions.length === 0 ? {} : { matchExpressions }),
  };
}

/** Addresses as ipBlocks: the original block with exceptions where that is shorter, else the fewest blocks. */
function writeBlocks(family: Family, addresses: Ranges<bigint>, original: string | undefined): JsonObject[] {
  const written = inBlocks(family, addresses, original);
  if (!written.some(({ cidr, except }) => [cidr, ...except].some(namesMapped))) return written.map(toPeer);
  const around = [aroundMapped.low, aroundMapped.high];
  const writable = ranges.difference(ranges.addressSteps, addresses, around);
  const besides = ranges.intersection(addresses, [aroundMapped.low, mappedBlock.low - 1n]);
  return [...inBlocks(family, writable, original), ...inBlocks(family, besides, undefined)].map(toPeer);
}

/**
 * IPv4-mapped addresses cannot be written, not even as an exception: the smallest block around them that can is taken out, and what is in it besides
 * them is written on its own.
 */
const aroundMapped = blockOf('IPv6', mappedBlock.low, 95);

const namesMapped = (text: string): boolean => text.startsWith('::ffff:') && text.includes('.');

const toPeer = ({ cidr, except }: IPBlock): JsonObject => ({
  ipBlock: except.length === 0 ? { cidr } : { cidr, except },
});

function inBlocks(family: Family, addresses: Ranges<bigint>, original: string | undefined): IPBlock[] {
  const blocks = cidrsOf(family, addresses).map((cidr): IPBlock => ({ cidr, except: [] }));
  const low = addresses[0];
  const high = addresses.at(-1);
  if (low === undefined || high === undefined || blocks.length <= 1) return blocks;
  const frame = enclosing(family, low, high);
  const holes = ranges.difference(ranges.addressSteps, [frame.low, frame.high], addresses);
  const except = cidrsOf(family, holes);
  if (except.length === 0 || except.length + 1 >= blocks.length) return blocks;
  const cidr = formatBlock(frame);
  return [{ cidr: cidr === original ? original : cidr, except }];
}

const cidrsOf = (family: Family, addresses: Ranges<bigint>): string[] =>
  ranges.pairs(addresses).flatMap(([low, high]) => blocksBetween(family, low, high).map(formatBlock));

/** The smallest block around an interval. */
function enclosing(family: Family, low: bigint, high: bigint): ReturnType<typeof blocksBetween>[number] {
  const bits = family === 'IPv4' ? 32 : 128;
  const prefix = bits - (low ^ high).toString(2).length + (low === high ? 1 : 0);
  const size = 1n << BigInt(bits - prefix);
  const start = low - (low % size);
  return { family, prefix, low: start, high: start + size - 1n };
}
