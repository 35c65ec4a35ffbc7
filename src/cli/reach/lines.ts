/** Connections as lines for people: the blocks outside that share an answer stand together. */
import { inWords, keyOf } from '../../netpol/reach/connectionSet.ts';
import type { ReachConnection, ReachEndpoint } from '../../netpol/reach/connections.ts';

/** One end, or many blocks outside that are treated alike. */
export interface ReachLine {
  readonly source: string;
  readonly destination: string;
  readonly allowed: string;
}

/** More blocks than this are counted rather than listed. */
const mostBlocks = 3;

/** Puts neighbours together that differ in a block outside only. */
export function* linesOf(connections: Iterable<ReachConnection>): Generator<ReachLine> {
  let group: { readonly first: ReachConnection; readonly key: string; readonly cidrs: string[] } | undefined;
  for (const connection of connections) {
    const { source, destination, allowed } = connection;
    const cidr = 'cidr' in source ? source.cidr : 'cidr' in destination ? destination.cidr : undefined;
    const key = cidr === undefined ? '' : `${placeOf(source)} ${placeOf(destination)} ${keyOf(allowed)}`;
    if (group !== undefined && cidr !== undefined && group.key === key) {
      group.cidrs.push(cidr);
      continue;
    }
    if (group !== undefined) yield lineOf(group.first, group.cidrs);
    group = { first: connection, key, cidrs: cidr === undefined ? [] : [cidr] };
  }
  if (group !== undefined) yield lineOf(group.first, group.cidrs);
}

/** An end's name: `namespace/pod`, or the block. */
export const nameOf = (end: ReachEndpoint): string =>
  'cidr' in end ? end.cidr : `${end.namespace}/${end.pod}`;

const placeOf = (end: ReachEndpoint): string => ('cidr' in end ? 'outside' : nameOf(end));

function lineOf({ source, destination, allowed }: ReachConnection, cidrs: readonly string[]): ReachLine {
  const outside = `outside ${blocks(cidrs)}`;
  return {
    source: 'cidr' in source ? outside : nameOf(source),
    destination: 'cidr' in destination ? outside : nameOf(destination),
    allowed: inWords(allowed),
  };
}

function blocks(cidrs: readonly string[]): string {
  if (cidrs.length <= mostBlocks) return cidrs.join(', ');
  return `${cidrs.slice(0, mostBlocks).join(', ')} and ${cidrs.length - mostBlocks} more blocks`;
}
