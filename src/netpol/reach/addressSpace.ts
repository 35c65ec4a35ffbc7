/** The space of addresses outside the cluster, cut where a list of ipBlocks can tell addresses apart. */
import { blocksBetween, formatBlock, highest, mappedBlock, parseCidr } from '../../k8s/cidr.ts';
import type { AddressRange, Family } from '../../k8s/cidr.ts';
import type { IPBlock } from '../../k8s/networkPolicy.ts';

/** Addresses `low`..`high` of one family. */
export interface Segment {
  readonly family: Family;
  readonly low: bigint;
  readonly high: bigint;
}

export const families: readonly Family[] = ['IPv4', 'IPv6'];

/**
 * Cuts a family's whole space into segments such that each of the blocks contains all or nothing of each. Blocks are read as documented:
 * decimal, with ::ffff:a.b.c.d taken for a.b.c.d.
 */
export function cut(family: Family, blocks: readonly IPBlock[]): readonly Segment[] {
  const starts = new Set([0n]);
  for (const text of new Set(blocks.flatMap(({ cidr, except }) => [cidr, ...except]))) {
    const range = parseCidr(text)?.block;
    if (range === undefined) continue;
    const seen = range.family === family ? range : family === 'IPv4' ? mappedPart(range) : undefined;
    if (seen === undefined) continue;
    starts.add(seen.low);
    if (seen.high < highest(family)) starts.add(seen.high + 1n);
  }
  const sorted = [...starts].sort((a, b) => (a < b ? -1 : 1));
  return sorted.map((low, index) => ({
    family,
    low,
    high: (sorted[index + 1] ?? highest(family) + 1n) - 1n,
  }));
}

/** The IPv4 addresses whose mapped spelling lies in an IPv6 range. */
function mappedPart(range: AddressRange): { low: bigint; high: bigint } | undefined {
  if (range.family === 'IPv4' || range.high < mappedBlock.low || range.low > mappedBlock.high)
    return undefined;
  const low = range.low > mappedBlock.low ? range.low : mappedBlock.low;
  const high = range.high < mappedBlock.high ? range.high : mappedBlock.high;
  return { low: low - mappedBlock.low, high: high - mappedBlock.low };
}

/** Joins neighbours; the segments must be sorted. */
export function join(segments: readonly Segment[]): readonly Segment[] {
  const joined: Segment[] = [];
  for (const segment of segments) {
    const last = joined.at(-1);
    if (last?.family === segment.family && last.high + 1n === segment.low) {
      joined[joined.length - 1] = { ...last, high: segment.high };
    } else joined.push(segment);
  }
  return joined;
}

/** The fewest CIDRs that make up the segments. */
export const toCidrs = (segments: readonly Segment[]): readonly string[] =>
  join(segments).flatMap(({ family, low, high }) => blocksBetween(family, low, high).map(formatBlock));
