/** Picks one concrete flow out of a box: deterministic, and chosen so that a person sees at once why it matters. */
import type { Family } from '../k8s/cidr.ts';
import { parseAddress } from '../k8s/cidr.ts';
import type { Labels } from '../k8s/labelSelector.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import { nameLabel } from '../k8s/namespaceFacts.ts';
import type { Protocol } from '../k8s/networkPolicy.ts';
import { protocols } from '../k8s/networkPolicy.ts';
import type { Box } from './box.ts';
import type { Connections } from './connections.ts';
import type { Cube } from './cube.ts';
import * as cubes from './cube.ts';
import type { Ranges } from './ranges.ts';
import * as ranges from './ranges.ts';
import type * as values from './valueSet.ts';

/** The other end of a picked flow. `exists`: the namespace is a live one. */
export type PointPeer =
  | {
      readonly sort: 'pod';
      readonly namespace: string;
      readonly namespaceLabels: Labels;
      readonly labels: Labels;
      readonly exists: boolean;
    }
  | { readonly sort: Family; readonly address: bigint };

/** One flow. `portNames` are the names that the destination's container port carries, as `TCP/web`. */
export interface Point {
  readonly subject: Labels;
  readonly peer: PointPeer;
  readonly protocol: Protocol | 'OTHER';
  readonly port: number;
  readonly portNames: readonly string[];
}

/** Addresses that tell their story: a host of the Internet, and where that is not at issue, instance metadata. */
const tellingAddresses: Readonly<Record<Family, readonly bigint[]>> = {
  IPv4: ['8.8.8.8', '169.254.169.254', '10.0.0.1'].flatMap((text) => parseAddress(text)?.value ?? []),
  IPv6: ['2001:4860:4860::8888', 'fd00:ec2::254'].flatMap((text) => parseAddress(text)?.value ?? []),
};
const tellingPorts: readonly number[] = [80, 443];

/** A flow of the box. `known` are live namespaces, tried first so that the witness is a present danger rather than a possible one. */
export function pick(box: Box, known: Iterable<NamespaceFacts>): Point {
  const { protocol, port } = pickConnection(box.connections);
  return {
    subject: pickLabels(box.subject),
    peer: pickPeer(box, known),
    protocol,
    port,
    portNames: [...box.portNames].flatMap(([key, set]) => (set.absent ? [] : [key])),
  };
}

/** Live namespaces that are looked at for one flow: a vivid witness is worth some time, not any. */
const mostLooked = 2_000;

function pickPeer({ peer }: Box, known: Iterable<NamespaceFacts>): PointPeer {
  if (peer.sort !== 'pods') return { sort: peer.sort, address: pickAddress(peer.sort, peer.addresses) };
  const labels = pickLabels(peer.pod);
  let looked = 0;
  for (const namespace of known) {
    if (++looked > mostLooked) break;
    const seen = new Map(namespace.labels).set(nameLabel, namespace.name);
    if (cubes.selects(peer.namespace, seen)) {
      return {
        sort: 'pod',
        namespace: namespace.name,
        namespaceLabels: namespace.labels,
        labels,
        exists: true,
      };
    }
  }
  const picked = new Map(pickLabels(peer.namespace));
  const name = picked.get(nameLabel) ?? 'another-namespace';
  picked.delete(nameLabel);
  return { sort: 'pod', namespace: name, namespaceLabels: picked, labels, exists: false };
}

function pickAddress(family: Family, addresses: Ranges<bigint>): bigint {
  return tellingAddresses[family].find((address) => ranges.has(addresses, address)) ?? addresses[0] ?? 0n;
}

/** A port that says something, else the lowest that is one, else another protocol; port 0 only where nothing else is left. */
function pickConnection(set: Connections): { protocol: Protocol | 'OTHER'; port: number } {
  for (const protocol of protocols) {
    const port = tellingPorts.find((telling) => ranges.has(set[protocol], telling));
    if (port !== undefined) return { protocol, port };
  }
  for (const protocol of protocols) {
    const [low, high] = ranges.pairs(ranges.intersection(set[protocol], [1, 65535]))[0] ?? [];
    if (low !== undefined && high !== undefined) return { protocol, port: low };
  }
  const zero = protocols.find((protocol) => set[protocol].length > 0);
  return set.OTHER || zero === undefined ? { protocol: 'OTHER', port: 0 } : { protocol: zero, port: 0 };
}

/** Labels that satisfy a cube: the smallest listed value, else a fresh one, else no label. */
export function pickLabels(cube: Cube): Labels {
  const labels = new Map<string, string>();
  for (const [key, set] of [...cube].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const value = pickValue(key, set);
    if (value !== undefined) labels.set(key, value);
  }
  return labels;
}

function pickValue(key: string, set: values.ValueSet): string | undefined {
  if (!set.complement) return set.values[0];
  const base = key === nameLabel ? 'another-namespace' : 'other';
  for (let at = 1; ; at += 1) {
    const fresh = at === 1 ? base : `${base}-${at}`;
    if (!set.values.includes(fresh)) return fresh;
  }
}
