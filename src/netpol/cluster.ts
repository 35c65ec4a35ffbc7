/** What is known of the cluster's addresses: the ranges in which an ipBlock can mean something else than plain addresses. */
import { blockOf, highest, mappedBlock, parseCidr } from '../k8s/cidr.ts';
import type { Family } from '../k8s/cidr.ts';
import { sound, unsound } from '../config/issue.ts';
import type { Issue, Read } from '../config/issue.ts';
import type { Ranges } from './ranges.ts';
import * as ranges from './ranges.ts';

/** Addresses of both families. */
export interface Addresses {
  readonly IPv4: Ranges<bigint>;
  readonly IPv6: Ranges<bigint>;
}

/** Ranges are empty where they are not known; then nothing is lifted and no boundary can be called proven. */
export interface Cluster {
  readonly pods: Addresses;
  readonly services: Addresses;
  readonly nodes: Addresses;
  /** IPv6 ranges whose low 32 bits are an IPv4 address: NAT64 prefixes of length 96. */
  readonly nat64: readonly bigint[];
  /** Whether 2002::/16 (6to4) is routed, so that its bits 16..47 are an IPv4 address. */
  readonly sixToFour: boolean;
}

/** The same, as written in the configuration. */
export interface ClusterRanges {
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  readonly nodeCIDRs: readonly string[];
  readonly nat64: readonly string[];
  readonly sixToFour: boolean;
}

export const noAddresses: Addresses = { IPv4: [], IPv6: [] };
export const everyAddress: Addresses = { IPv4: [0n, highest('IPv4')], IPv6: [0n, highest('IPv6')] };

export const unite = (...sets: readonly Addresses[]): Addresses => {
  const [only] = sets;
  if (only !== undefined && sets.length === 1) return only;
  return {
    IPv4: ranges.union(ranges.addressSteps, ...sets.map((set) => set.IPv4)),
    IPv6: ranges.union(ranges.addressSteps, ...sets.map((set) => set.IPv6)),
  };
};

export const subtract = (a: Addresses, b: Addresses): Addresses => ({
  IPv4: ranges.difference(ranges.addressSteps, a.IPv4, b.IPv4),
  IPv6: ranges.difference(ranges.addressSteps, a.IPv6, b.IPv6),
});

export const intersect = (a: Addresses, b: Addresses): Addresses => ({
  IPv4: ranges.intersection(a.IPv4, b.IPv4),
  IPv6: ranges.intersection(a.IPv6, b.IPv6),
});

export const isNone = ({ IPv4, IPv6 }: Addresses): boolean => IPv4.length === 0 && IPv6.length === 0;

export const isWithin = (a: Addresses, b: Addresses): boolean =>
  ranges.isWithin(a.IPv4, b.IPv4) && ranges.isWithin(a.IPv6, b.IPv6);

/** The addresses of one block. */
export const addressesOf = (block: { family: Family; low: bigint; high: bigint }): Addresses => ({
  ...noAddresses,
  [block.family]: [block.low, block.high],
});

/** Reads the configured ranges; every malformed one is named. */
export function compileCluster(written: ClusterRanges): Read<Cluster> {
  const issues: Issue[] = [];
  const read = (texts: readonly string[], pointer: string): Addresses =>
    unite(
      ...texts.map((text, index) => {
        const cidr = parseCidr(text);
        if (cidr?.canonical === true) return addressesOf(cidr.block);
        issues.push({
          code: 'cluster.cidr',
          pointer: `${pointer}/${index}`,
          message: `"${text.slice(0, 80)}" is no CIDR in canonical form`,
        });
        return noAddresses;
      }),
    );
  const pods = read(written.podCIDRs, '/cluster/podCIDRs');
  const services = read(written.serviceCIDRs, '/cluster/serviceCIDRs');
  const nodes = read(written.nodeCIDRs, '/cluster/nodeCIDRs');
  const nat64 = written.nat64.flatMap((text, index) => {
    const cidr = parseCidr(text);
    if (cidr?.canonical === true && cidr.block.family === 'IPv6' && cidr.block.prefix === 96)
      return [cidr.block.low];
    issues.push({
      code: 'cluster.nat64',
      pointer: `/cluster/nat64/${index}`,
      message: `"${text.slice(0, 80)}" is no NAT64 prefix: write an IPv6 block of length 96, such as 64:ff9b::/96`,
    });
    return [];
  });
  if (issues.length > 0) return unsound(issues);
  return sound({ pods, services, nodes, nat64, sixToFour: written.sixToFour });
}

const sixToFourBlock = blockOf('IPv6', 0x2002n << 112n, 16);

/**
 * The IPv4 addresses that a set of IPv6 addresses may also stand for: IPv4-mapped, NAT64 and, if configured, 6to4. A plugin or gateway that
 * folds them sends the packet there, so whoever may reach the one may reach the other.
 */
export function imagesInIPv4(addresses: Ranges<bigint>, cluster: Cluster): Ranges<bigint> {
  if (addresses.length === 0) return [];
  const images: Ranges<bigint>[] = [];
  for (const base of [mappedBlock.low, ...cluster.nat64]) {
    const part = ranges.intersection(addresses, [base, base + highest('IPv4')]);
    images.push(part.map((bound) => bound - base));
  }
  if (cluster.sixToFour) {
    const part = ranges.intersection(addresses, [sixToFourBlock.low, sixToFourBlock.high]);
    images.push(part.map((bound) => (bound - sixToFourBlock.low) >> 80n));
  }
  return ranges.union(ranges.addressSteps, ...images);
}

/** The IPv6 addresses whose image is one of these IPv4 addresses: the inverse of {@link imagesInIPv4}. */
export function originsInIPv6(addresses: Ranges<bigint>, cluster: Cluster): Ranges<bigint> {
  const origins: Ranges<bigint>[] = [mappedBlock.low, ...cluster.nat64].map((base) =>
    addresses.map((bound) => bound + base),
  );
  if (cluster.sixToFour) {
    origins.push(
      addresses.map(
        (bound, index) => sixToFourBlock.low + (bound << 80n) + (index % 2 === 0 ? 0n : (1n << 80n) - 1n),
      ),
    );
  }
  return ranges.union(ranges.addressSteps, ...origins);
}
