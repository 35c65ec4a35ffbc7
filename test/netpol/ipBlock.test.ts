/** What an ipBlock means under each reading, against the concrete evaluator asked address by address. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatAddress, parseCidr } from '../../src/k8s/cidr.ts';
import { Decoder } from '../../src/k8s/decoder.ts';
import type { IPBlock } from '../../src/k8s/networkPolicy.ts';
import { checkIPBlock } from '../../src/k8s/networkPolicyValidate.ts';
import { compileCluster } from '../../src/netpol/cluster.ts';
import type { Addresses, Cluster, ClusterRanges } from '../../src/netpol/cluster.ts';
import { blockContains } from '../../src/netpol/concrete/ipBlock.ts';
import { documented, permissive, restrictive } from '../../src/netpol/concrete/switches.ts';
import type { HostAddress } from '../../src/netpol/concrete/world.ts';
import { agreedAddresses, meaningOf, spelledAddresses } from '../../src/netpol/ipBlock.ts';
import * as ranges from '../../src/netpol/ranges.ts';
import { lawCases } from './laws.ts';

const written: ClusterRanges = {
  podCIDRs: ['10.244.0.0/16', 'fd00:244::/64'],
  serviceCIDRs: ['10.96.0.0/12'],
  nodeCIDRs: ['192.168.0.0/24', '192.168.1.0/24'],
  nat64: ['64:ff9b::/96', '2001:db8:64::/96'],
  sixToFour: true,
};

const clusterOf = (ranges: ClusterRanges): Cluster => {
  const read = compileCluster(ranges);
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.value;
};
const cluster = clusterOf(written);

const cidrs = [
  ...[
    '0.0.0.0/0',
    '8.0.0.0/8',
    '10.0.0.0/8',
    '10.0.0.0/9',
    '10.244.0.0/16',
    '10.244.1.0/24',
    '10.96.0.0/12',
    '10.97.0.0/16',
  ],
  ...[
    '010.0.0.0/8',
    '010.0.0.0/9',
    '10.010.0.0/16',
    '8.0.0.0/9',
    '10.0.0.5/8',
    '192.168.0.0/24',
    '192.168.0.0/23',
    '192.168.0.7/32',
  ],
  ...[
    '192.168.0.0/16',
    '169.254.169.254/32',
    '::/0',
    '::ffff:0:0/96',
    '::ffff:10.0.0.0/104',
    '::ffff:10.0.0.0/105',
    '::ffff:169.254.169.254/128',
  ],
  ...[
    '64:ff9b::/96',
    '64:ff9b::/64',
    '64:ff9b::a9fe:a9fe/128',
    '64:ff9b::a00:0/104',
    '2002::/16',
    '2002:a9fe:a9fe::/48',
    '2002:a9fe:a9fe::/64',
  ],
  ...['2002:a00::/24', '2002::/15', '2001:db8:64::/96', 'fd00:244::/64', 'fd00::/8', '2000::/3'],
];

const block: fc.Arbitrary<IPBlock> = fc
  .record({
    cidr: fc.constantFrom(...cidrs),
    except: fc.uniqueArray(fc.constantFrom(...cidrs), { maxLength: 6 }),
  })
  .map(({ cidr, except }) => ({
    cidr,
    except: except.filter((text) => isAccepted({ cidr, except: [text] })),
  }));

function isAccepted(candidate: IPBlock): boolean {
  const decoder = new Decoder();
  checkIPBlock(decoder, candidate, '', false);
  return decoder.issues.length === 0;
}

/** The addresses on both sides of every border that the blocks draw, and what translators make of them. */
const near: readonly HostAddress[] = cidrs.flatMap((text) => {
  const parsed = parseCidr(text);
  return [parsed?.block, parsed?.octal].flatMap((range): HostAddress[] => {
    if (range === undefined) return [];
    const { family, low, high } = range;
    const middle = (low + high) / 2n;
    const top = family === 'IPv4' ? (1n << 32n) - 1n : (1n << 128n) - 1n;
    const values = [low - 1n, low, low + 1n, middle, high - 1n, high, high + 1n];
    const plain = values.filter((value) => value >= 0n && value <= top).map((value) => ({ family, value }));
    if (family === 'IPv4') return plain;
    return [
      ...plain,
      ...plain
        .flatMap(({ value }) => [value, value >> 80n])
        .map((value) => ({ family: 'IPv4' as const, value: value & 0xffff_ffffn })),
    ];
  });
});

const probes: readonly HostAddress[] = [
  ...new Map(near.map((address) => [`${address.family} ${address.value}`, address])).values(),
];

const someProbes = fc.array(fc.constantFrom(...probes), { minLength: 12, maxLength: 12 });

const has = (addresses: Addresses, { family, value }: HostAddress): boolean =>
  ranges.has(addresses[family], value);
const told = (addresses: readonly HostAddress[]): string[] =>
  addresses.map(({ family, value }) => formatAddress(family, value));
const loose = permissive(written);
const certain = (one: IPBlock, address: HostAddress): boolean =>
  restrictive.every((switches) => blockContains(one, address, switches));
const liesIn = (cidrs: readonly string[], address: HostAddress): boolean =>
  cidrs.some((cidr) => blockContains({ cidr, except: [] }, address, restrictive[0] ?? loose[0] ?? failed()));
const failed = (): never => {
  throw new Error('no switches');
};

describe('agrees with the concrete evaluator at every border', () => {
  test.each(['may', 'never'] as const)('%s: what some plugin reaches', (reading) => {
    fc.assert(
      fc.property(block, someProbes, (one, probes) => {
        const { addresses, viaPods } = meaningOf(one, reading, cluster);
        const expected = probes.filter((address) =>
          loose.some((switches) => blockContains(one, address, switches)),
        );
        expect(told(probes.filter((address) => has(addresses, address)))).toEqual(told(expected));
        const pods = expected.filter((address) => liesIn(written.podCIDRs, address));
        expect(told(probes.filter((address) => has(viaPods, address)))).toEqual(told(pods));
      }),
      lawCases(),
    );
  });

  test('must: what every plugin reaches, without pods, and nodes and services only where named on purpose', () => {
    const inside = (cidr: string, outer: readonly string[]): boolean => {
      const inner = parseCidr(cidr)?.block;
      return [inner?.low, inner?.high, ((inner?.low ?? 0n) + (inner?.high ?? 0n)) / 2n].every(
        (value) =>
          inner !== undefined && value !== undefined && liesIn(outer, { family: inner.family, value }),
      );
    };
    fc.assert(
      fc.property(block, someProbes, (one, probes) => {
        const { addresses, viaPods } = meaningOf(one, 'must', cluster);
        const expected = probes.filter(
          (address) =>
            certain(one, address) &&
            !liesIn(written.podCIDRs, address) &&
            [written.nodeCIDRs, written.serviceCIDRs].every(
              (range) => !liesIn(range, address) || inside(one.cidr, range),
            ),
        );
        expect(told(probes.filter((address) => has(addresses, address)))).toEqual(told(expected));
        expect(viaPods).toEqual({ IPv4: [], IPv6: [] });
      }),
      lawCases(),
    );
  });
});

/** The same block as seen without any translator, which is what only the texts say. */
const untranslated = permissive({ nat64: [], sixToFour: false });

describe('the addresses themselves', () => {
  test('spelledAddresses: what some plugin finds in the texts, agreedAddresses: what all do', () => {
    fc.assert(
      fc.property(block, someProbes, (one, probes) => {
        const [spelled, agreed] = [spelledAddresses(one), agreedAddresses(one)];
        for (const address of probes) {
          const some = untranslated.filter(({ foldMapped }) => !foldMapped);
          expect(has(spelled, address)).toBe(some.some((switches) => blockContains(one, address, switches)));
          expect(has(agreed, address)).toBe(certain(one, address));
        }
      }),
      lawCases(0.5),
    );
  });

  test('documented: what the concrete evaluator finds under the documented switches, IPv4-mapped spellings as IPv4 only', () => {
    fc.assert(
      fc.property(block, someProbes, (one, probes) => {
        const { addresses, viaPods } = meaningOf(one, 'documented', cluster);
        for (const address of probes) {
          const isMappedSpelling = liesIn(['::ffff:0:0/96'], address);
          const expected = !isMappedSpelling && blockContains(one, address, documented);
          if (!isMappedSpelling) expect(has(addresses, address)).toBe(expected);
        }
        expect(viaPods).toEqual({ IPv4: [], IPv6: [] });
      }),
      lawCases(0.5),
    );
  });

  test('a text that is no block holds nothing', () => {
    const nothing = { IPv4: [], IPv6: [] };
    for (const reading of ['may', 'must', 'never', 'documented'] as const) {
      expect(meaningOf({ cidr: 'x', except: [] }, reading, cluster)).toEqual({
        addresses: nothing,
        viaPods: nothing,
      });
    }
    expect(spelledAddresses({ cidr: 'x', except: [] })).toEqual(nothing);
    expect(agreedAddresses({ cidr: 'x', except: [] })).toEqual(nothing);
  });
});

describe('one by one', () => {
  test.each([
    ['may', '::ffff:0:0/96', [], '169.254.169.254', true],
    ['must', '::ffff:0:0/96', [], '169.254.169.254', false],
    ['may', '0.0.0.0/0', ['::ffff:169.254.169.254/128'], '169.254.169.254', true],
    ['must', '0.0.0.0/0', ['::ffff:169.254.169.254/128'], '169.254.169.254', false],
    ['may', '010.0.0.0/8', [], '8.8.8.8', true],
    ['may', '010.0.0.0/8', [], '10.8.8.8', true],
    ['must', '010.0.0.0/8', [], '10.8.8.8', false],
    ['may', '010.0.0.0/8', ['010.8.0.0/16'], '10.8.8.8', false],
    ['may', '64:ff9b::/96', [], '169.254.169.254', true],
    ['may', '64:ff9b::/96', ['64:ff9b::a9fe:0/112'], '169.254.169.254', false],
    ['may', '2002::/16', [], '169.254.169.254', true],
    ['may', '2002::/16', ['2002:a9fe:a9fe::/49'], '169.254.169.254', true],
    ['may', '2002::/16', ['2002:a9fe:a9fe::/49', '2002:a9fe:a9fe:8000::/49'], '169.254.169.254', false],
    ['may', '::/0', [], '169.254.169.254', true],
    ['must', '10.0.0.0/8', [], '10.244.0.1', false],
    ['must', '10.0.0.0/8', [], '10.96.0.1', false],
    ['must', '10.96.0.0/12', [], '10.96.0.1', true],
    ['must', '192.168.0.0/23', [], '192.168.1.1', true],
    ['must', '192.168.0.0/16', [], '192.168.1.1', false],
    ['must', '10.244.0.0/16', [], '10.244.0.1', false],
  ] as const)('%s %s except %j holds %s: %s', (reading, cidr, except, address, holds) => {
    const probe = probes.find(({ family, value }) => formatAddress(family, value) === address);
    const [family, value] =
      probe === undefined
        ? ['IPv4' as const, parseCidr(`${address}/32`)?.block.low ?? -1n]
        : [probe.family, probe.value];
    expect(has(meaningOf({ cidr, except }, reading, cluster).addresses, { family, value })).toBe(holds);
  });

  test('excepts that together cover their block leave nothing', () => {
    const one = { cidr: '10.0.0.0/8', except: ['10.0.0.0/9', '10.128.0.0/9'] };
    expect(meaningOf(one, 'may', cluster).addresses).toEqual({ IPv4: [], IPv6: [] });
  });

  test('unknown pod ranges lift nothing', () => {
    const unknown = clusterOf({ podCIDRs: [], serviceCIDRs: [], nodeCIDRs: [], nat64: [], sixToFour: false });
    expect(meaningOf({ cidr: '0.0.0.0/0', except: [] }, 'may', unknown).viaPods).toEqual({
      IPv4: [],
      IPv6: [],
    });
  });
});
