/** The cluster's address ranges: what is refused, and the two ways between IPv4 addresses and their IPv6 forms. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileCluster, imagesInIPv4, originsInIPv6 } from '../../src/netpol/cluster.ts';
import type { Cluster, ClusterRanges } from '../../src/netpol/cluster.ts';
import type { Ranges } from '../../src/netpol/ranges.ts';
import * as ranges from '../../src/netpol/ranges.ts';
import { lawCases } from './laws.ts';

const nothing: ClusterRanges = { podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], nat64: [], sixToFour: false };

describe('refused', () => {
  test.each([
    [{ podCIDRs: ['10.0.0.5/8'] }, '/cluster/podCIDRs/0'],
    [{ podCIDRs: ['10.0.0.0/8', '010.0.0.0/8'] }, '/cluster/podCIDRs/1'],
    [{ serviceCIDRs: ['::ffff:0:0/96'] }, '/cluster/serviceCIDRs/0'],
    [{ nodeCIDRs: ['x'] }, '/cluster/nodeCIDRs/0'],
    [{ nat64: ['64:ff9b::/64'] }, '/cluster/nat64/0'],
    [{ nat64: ['10.0.0.0/8'] }, '/cluster/nat64/0'],
    [{ nat64: ['64:ff9b::1/96'] }, '/cluster/nat64/0'],
  ])('%j at %s', (given, pointer) => {
    const read = compileCluster({ ...nothing, ...given });
    expect(read.ok ? [] : read.issues.map((issue) => issue.pointer)).toEqual([pointer]);
  });

  test('every mistake is named', () => {
    const read = compileCluster({ ...nothing, podCIDRs: ['x'], nodeCIDRs: ['y'], nat64: ['z'] });
    expect(read.ok ? 0 : read.issues.length).toBe(3);
  });
});

describe('images and origins', () => {
  const read = compileCluster({ ...nothing, nat64: ['64:ff9b::/96'], sixToFour: true });
  const cluster: Cluster | undefined = read.ok ? read.value : undefined;
  const some = fc
    .array(fc.tuple(fc.nat(200), fc.nat(20)), { maxLength: 5 })
    .map((list): Ranges<bigint> =>
      ranges.union(ranges.addressSteps, ...list.map(([low, length]) => [BigInt(low), BigInt(low + length)])),
    );

  test('the images of the origins are the addresses again', () => {
    fc.assert(
      fc.property(some, (addresses) => {
        if (cluster === undefined) throw new Error('the cluster did not compile');
        expect(imagesInIPv4(originsInIPv6(addresses, cluster), cluster)).toEqual(addresses);
      }),
      lawCases(),
    );
  });

  test('nothing but the origins has an image among the addresses', () => {
    fc.assert(
      fc.property(some, (addresses) => {
        if (cluster === undefined) throw new Error('the cluster did not compile');
        const all: Ranges<bigint> = [0n, (1n << 128n) - 1n];
        const others = ranges.difference(ranges.addressSteps, all, originsInIPv6(addresses, cluster));
        expect(ranges.meets(imagesInIPv4(others, cluster), addresses)).toBe(false);
      }),
      lawCases(),
    );
  });
});
