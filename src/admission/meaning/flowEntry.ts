/** Flows as expressions see them: one map of texts for each protocol. */
import { fieldPath } from '../../boundary/describe.ts';
import type { Value } from '../../cel/values/value.ts';
import { type Family, blocksBetween, formatBlock } from '../../k8s/cidr.ts';
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import { type Direction, protocols } from '../../k8s/networkPolicy.ts';
import type { Box, Peer } from '../../netpol/box.ts';
import type { Addresses } from '../../netpol/cluster.ts';
import type { Cube } from '../../netpol/cube.ts';
import { type Ranges, pairs } from '../../netpol/ranges.ts';
import type { ValueSet } from '../../netpol/valueSet.ts';

/** Flows at one place of a policy. */
export interface Flow {
  readonly direction: Direction;
  readonly field: string;
  readonly box: Box;
  readonly viaPods: Addresses | undefined;
  readonly boundary?: string;
}

/**
 * `direction`, `protocol` (TCP, UDP, SCTP, OTHER), `ports` (`all`, `80,90-99`, or a name), `peer` (addresses, or the pods and namespaces that
 * are meant), `pods` (the pods of the policy's namespace it is about), `field` (where the policy says it) and, for an excess, `boundary`.
 */
export function entriesOf({ direction, field, box, boundary, viaPods }: Flow): readonly Value[] {
  const { connections, portNames } = box;
  const base = {
    direction,
    peer: describePeer(box.peer, viaPods),
    pods: describeCube(box.subject),
    field: fieldPath(field),
    ...(boundary === undefined ? {} : { boundary }),
  };
  const entries = protocols.flatMap((protocol): Value[] =>
    connections[protocol].length === 0
      ? []
      : [{ ...base, protocol, ports: describePorts(connections[protocol], portNames, protocol) }],
  );
  return connections.OTHER ? [...entries, { ...base, protocol: 'OTHER', ports: 'all' }] : entries;
}

/** Names are said where the flow depends on what the destination calls its port. */
function describePorts(ports: Ranges<number>, portNames: Cube, protocol: string): string {
  const numbers = pairs(ports).map(([low, high]) => (low === high ? `${low}` : `${low}-${high}`));
  const isAll = ports.length === 2 && (ports[0] ?? 0) <= 1 && ports[1] === 65_535;
  const own = [...portNames].filter(([key]) => key.startsWith(`${protocol}/`));
  const named = own.map(([key, set]) => `${set.absent ? 'not ' : ''}${key.slice(protocol.length + 1)}`);
  if (named.length === 0) return isAll ? 'all' : numbers.join(',');
  return isAll ? named.join(' ') : `${named.join(' ')} ${numbers.join(',')}`;
}

/** More blocks than this are not listed one by one. */
const mostBlocks = 16;

/** Pods that an ipBlock may mean are those at its addresses. */
function describePeer(peer: Peer, viaPods: Addresses | undefined): string {
  if (peer.sort !== 'pods') return describeBlocks(peer.sort, peer.addresses);
  const pods = `pods ${describeCube(peer.pod)} in ${describeNamespaces(peer.namespace)}`;
  if (viaPods === undefined) return pods;
  const families = (['IPv4', 'IPv6'] as const).filter((family) => viaPods[family].length > 0);
  return `${pods} at ${families.map((family) => describeBlocks(family, viaPods[family])).join(', ')}`;
}

function describeBlocks(family: Family, addresses: Ranges<bigint>): string {
  const blocks = pairs(addresses).flatMap(([low, high]) => blocksBetween(family, low, high).map(formatBlock));
  const shown = blocks.slice(0, mostBlocks).join(', ');
  return blocks.length > mostBlocks ? `${shown} and ${blocks.length - mostBlocks} more blocks` : shown;
}

/** Every namespace has a name, so that requirement alone says nothing. */
function describeNamespaces(namespace: Cube): string {
  const name = namespace.get(nameLabel);
  const names = name === undefined ? [] : [...name.values];
  if (name?.complement === false && names.length === 1) return `namespace ${names[0] ?? ''}`;
  const says = name !== undefined && (!name.complement || names.length > 0);
  return `namespaces ${describeCube(says ? namespace : new Map([...namespace].filter(([key]) => key !== nameLabel)))}`;
}

/** `{app=web, tier in (a, b), !x}`; `{}` is every object. */
const describeCube = (cube: Cube): string =>
  `{${[...cube].map(([key, set]) => describeValues(key, set)).join(', ')}}`;

function describeValues(key: string, { complement, values, absent }: ValueSet): string {
  const listed = [...values].sort();
  if (complement) {
    const other = listed.length === 0 ? key : `${key} notin (${listed.join(', ')})`;
    return absent || listed.length === 0 ? other : `${key} and ${other}`;
  }
  const among = listed.length === 1 ? `${key}=${listed[0] ?? ''}` : `${key} in (${listed.join(', ')})`;
  if (listed.length === 0) return `!${key}`;
  return absent ? `${among} or !${key}` : among;
}
