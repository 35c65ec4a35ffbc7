/** Which addresses an ipBlock contains, spelling by spelling. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { blockContains } from '../../../src/netpol/concrete/ipBlock.ts';
import { documented } from '../../../src/netpol/concrete/switches.ts';
import type { Switches } from '../../../src/netpol/concrete/switches.ts';
import { formatAddress } from '../../../src/k8s/cidr.ts';
import { ip } from './cast.ts';

interface Case {
  readonly name: string;
  readonly cidr: string;
  readonly except?: readonly string[];
  readonly address: string;
  readonly switches?: Partial<Switches>;
  readonly inside: boolean;
}

test.each<Case>([
  { name: 'the lowest address', cidr: '10.0.0.0/8', address: '10.0.0.0', inside: true },
  { name: 'the highest address', cidr: '10.0.0.0/8', address: '10.255.255.255', inside: true },
  { name: 'one below', cidr: '10.0.0.0/8', address: '9.255.255.255', inside: false },
  { name: 'one above', cidr: '10.0.0.0/8', address: '11.0.0.0', inside: false },
  { name: 'host bits are cut off', cidr: '10.1.2.3/8', address: '10.200.0.1', inside: true },
  { name: 'host bits before /0', cidr: '10.1.2.3/0', address: '200.0.0.1', inside: true },
  {
    name: 'an except takes away',
    cidr: '10.0.0.0/8',
    except: ['10.1.0.0/16'],
    address: '10.1.9.9',
    inside: false,
  },
  {
    name: 'an except takes no more',
    cidr: '10.0.0.0/8',
    except: ['10.1.0.0/16'],
    address: '10.2.0.0',
    inside: true,
  },
  {
    name: 'excepts that cover the block leave nothing',
    cidr: '10.0.0.0/8',
    except: ['10.0.0.0/9', '10.128.0.0/9'],
    address: '10.77.0.1',
    inside: false,
  },
  { name: 'IPv6 in IPv6', cidr: 'fd00::/8', address: 'fdff::1', inside: true },
  {
    name: '::/0 is no IPv4 for a plugin that does not fold',
    cidr: '::/0',
    address: '8.8.8.8',
    switches: { foldMapped: false },
    inside: false,
  },
  { name: '::/0 is no IPv4 for Go', cidr: '::/0', address: '8.8.8.8', inside: false },
  {
    name: '::/0 holds the mapped spelling for a plugin on 128-bit numbers',
    cidr: '::/0',
    address: '8.8.8.8',
    switches: { foldWider: true },
    inside: true,
  },
  {
    name: '::ffff:0:0/96 is all of IPv4 when folded',
    cidr: '::ffff:0:0/96',
    address: '8.8.8.8',
    inside: true,
  },
  {
    name: '::ffff:0:0/96 is nothing else',
    cidr: '::ffff:0:0/96',
    address: '8.8.8.8',
    switches: { foldMapped: false },
    inside: false,
  },
  {
    name: 'a mapped except takes away when folded',
    cidr: '0.0.0.0/0',
    except: ['::ffff:169.254.169.254/128'],
    address: '169.254.169.254',
    inside: false,
  },
  {
    name: 'a mapped except is nothing otherwise',
    cidr: '0.0.0.0/0',
    except: ['::ffff:169.254.169.254/128'],
    address: '169.254.169.254',
    switches: { foldMapped: false },
    inside: true,
  },
  {
    name: 'leading zeros are decimal for Kubernetes',
    cidr: '010.0.0.0/8',
    address: '10.1.1.1',
    inside: true,
  },
  {
    name: 'leading zeros are octal for inet_aton: new',
    cidr: '010.0.0.0/8',
    address: '8.1.1.1',
    switches: { leadingZeros: 'octal' },
    inside: true,
  },
  {
    name: 'leading zeros are octal for inet_aton: old',
    cidr: '010.0.0.0/8',
    address: '10.1.1.1',
    switches: { leadingZeros: 'octal' },
    inside: false,
  },
  {
    name: 'octal reading of what is no octal number is decimal',
    cidr: '09.0.0.0/8',
    address: '9.1.1.1',
    switches: { leadingZeros: 'octal' },
    inside: true,
  },
  { name: 'NAT64 off', cidr: '64:ff9b::/96', address: '8.8.8.8', inside: false },
  {
    name: 'NAT64 on',
    cidr: '64:ff9b::/96',
    address: '8.8.8.8',
    switches: { nat64: ['64:ff9b::/96'] },
    inside: true,
  },
  {
    name: 'NAT64, one host',
    cidr: '64:ff9b::a9fe:a9fe/128',
    address: '169.254.169.254',
    switches: { nat64: ['64:ff9b::/96'] },
    inside: true,
  },
  {
    name: 'NAT64, another host',
    cidr: '64:ff9b::a9fe:a9fe/128',
    address: '169.254.169.253',
    switches: { nat64: ['64:ff9b::/96'] },
    inside: false,
  },
  {
    name: 'NAT64, excepted host',
    cidr: '64:ff9b::/96',
    except: ['64:ff9b::a9fe:a9fe/128'],
    address: '169.254.169.254',
    switches: { nat64: ['64:ff9b::/96'] },
    inside: false,
  },
  {
    name: 'NAT64 way round an IPv4 except',
    cidr: '::/0',
    except: ['::ffff:169.254.169.254/128'],
    address: '169.254.169.254',
    switches: { nat64: ['64:ff9b::/96'] },
    inside: true,
  },
  // RFC 6052 2.4, the table of examples for 192.0.2.33.
  {
    name: 'NAT64 /32',
    cidr: '2001:db8:c000:221::/72',
    address: '192.0.2.33',
    switches: { nat64: ['2001:db8::/32'] },
    inside: true,
  },
  {
    name: 'NAT64 /40',
    cidr: '2001:db8:1c0:2:21::/80',
    address: '192.0.2.33',
    switches: { nat64: ['2001:db8:100::/40'] },
    inside: true,
  },
  {
    name: 'NAT64 /48',
    cidr: '2001:db8:122:c000:2:2100::/88',
    address: '192.0.2.33',
    switches: { nat64: ['2001:db8:122::/48'] },
    inside: true,
  },
  {
    name: 'NAT64 /56',
    cidr: '2001:db8:122:3c0:0:221::/96',
    address: '192.0.2.33',
    switches: { nat64: ['2001:db8:122:300::/56'] },
    inside: true,
  },
  {
    name: 'NAT64 /64',
    cidr: '2001:db8:122:344:c0:2:2100::/104',
    address: '192.0.2.33',
    switches: { nat64: ['2001:db8:122:344::/64'] },
    inside: true,
  },
  {
    name: 'NAT64 /64, neighbour',
    cidr: '2001:db8:122:344:c0:2:2100::/104',
    address: '192.0.2.34',
    switches: { nat64: ['2001:db8:122:344::/64'] },
    inside: false,
  },
  { name: '6to4 off', cidr: '2002::/16', address: '8.8.8.8', inside: false },
  { name: '6to4 on', cidr: '2002::/16', address: '8.8.8.8', switches: { sixToFour: true }, inside: true },
  {
    name: '6to4, a part of the host range',
    cidr: '2002:808:808:1::/64',
    address: '8.8.8.8',
    switches: { sixToFour: true },
    inside: true,
  },
  {
    name: '6to4, half of the host range excepted',
    cidr: '2002::/16',
    except: ['2002:808:808::/49'],
    address: '8.8.8.8',
    switches: { sixToFour: true },
    inside: true,
  },
  {
    name: '6to4, both halves excepted',
    cidr: '2002::/16',
    except: ['2002:808:808:8000::/49', '2002:808:808::/49'],
    address: '8.8.8.8',
    switches: { sixToFour: true },
    inside: false,
  },
])('$name: $address in $cidr less $except is $inside', ({ cidr, except, address, switches, inside }) => {
  expect(blockContains({ cidr, except: except ?? [] }, ip(address), { ...documented, ...switches })).toBe(
    inside,
  );
});

describe('laws', () => {
  const address = fc.bigInt({ min: 0n, max: 0xffff_ffffn });
  const prefix = fc.integer({ min: 0, max: 31 });
  test('a block is the union of its halves', () => {
    fc.assert(
      fc.property(address, prefix, address, (base, length, probe) => {
        const half = 1n << BigInt(31 - length);
        const low = (base / (half * 2n)) * (half * 2n);
        const block = (from: bigint, bits: number): boolean =>
          blockContains(
            { cidr: `${formatAddress('IPv4', from)}/${bits}`, except: [] },
            { family: 'IPv4', value: probe },
            documented,
          );
        expect(block(base, length)).toBe(block(low, length + 1) || block(low + half, length + 1));
      }),
    );
  });

  test('an except is set difference', () => {
    fc.assert(
      fc.property(
        address,
        prefix,
        fc.integer({ min: 1, max: 32 }),
        address,
        (base, length, longer, probe) => {
          const cidr = `${formatAddress('IPv4', base)}/${length}`;
          const except = `${formatAddress('IPv4', base ^ (probe & 0xffn))}/${longer}`;
          const at = { family: 'IPv4', value: probe } as const;
          const inside = (text: string, cut: readonly string[]): boolean =>
            blockContains({ cidr: text, except: cut }, at, documented);
          expect(inside(cidr, [except])).toBe(inside(cidr, []) && !inside(except, []));
        },
      ),
    );
  });
});
