/** CIDR texts: what the API server's legacy parser accepts, what Kubernetes 1.36 still takes, and every other reading of the same text. */
import { isIPv4, isIPv6 } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  blockOf,
  blocksBetween,
  formatAddress,
  formatBlock,
  highest,
  isMapped,
  mappedBlock,
  parseAddress,
  parseCidr,
} from '../../src/k8s/cidr.ts';
import type { Family } from '../../src/k8s/cidr.ts';
import { lawCases } from '../netpol/laws.ts';

describe('IPv4-mapped blocks', () => {
  test.each([
    ['::ffff:0:0/96', true],
    ['::ffff:0.0.0.0/128', true],
    ['::ffff:10.0.0.0/104', true],
    ['::ffff:255.255.255.255/128', true],
    ['::fffe:ffff:ffff/128', false],
    ['::1:0:0:0/128', false],
    ['::fffe:0:0/95', false],
    ['::/0', false],
    ['10.0.0.0/8', false],
    ['0.0.0.0/0', false],
  ])('%s: %s', (text, mapped) => {
    const cidr = parseCidr(text);
    expect(cidr && isMapped(cidr.block)).toBe(mapped);
  });
});

describe('accepted', () => {
  test.each([
    // text, the block the API server reads, whether 1.36 takes it on create, the block of a parser that reads leading zeros as octal
    ['10.0.0.0/8', '10.0.0.0/8', true, undefined],
    ['0.0.0.0/0', '0.0.0.0/0', true, undefined],
    ['255.255.255.255/32', '255.255.255.255/32', true, undefined],
    ['10.0.0.5/8', '10.0.0.0/8', false, undefined],
    ['10.1.2.3/0', '0.0.0.0/0', false, undefined],
    ['10.0.0.0/08', '10.0.0.0/8', false, undefined],
    ['10.0.0.0/008', '10.0.0.0/8', false, undefined],
    ['010.0.0.0/8', '10.0.0.0/8', false, '8.0.0.0/8'],
    ['10.010.0.0/16', '10.10.0.0/16', false, '10.8.0.0/16'],
    ['0127.0.0.1/32', '127.0.0.1/32', false, '87.0.0.1/32'],
    ['00.00.00.00/0', '0.0.0.0/0', false, undefined],
    ['010.0.0.0/0', '0.0.0.0/0', false, undefined],
    ['01.0.0.0/8', '1.0.0.0/8', false, undefined],
    ['089.0.0.0/8', '89.0.0.0/8', false, undefined],
    ['000000000010.0.0.0/8', '10.0.0.0/8', false, '8.0.0.0/8'],
    ['::/0', '::/0', true, undefined],
    ['::1/128', '::1/128', true, undefined],
    ['2001:db8::/32', '2001:db8::/32', true, undefined],
    ['2001:DB8::/32', '2001:db8::/32', true, undefined],
    ['2001:0db8:0000::/32', '2001:db8::/32', true, undefined],
    ['2001:db8::1/32', '2001:db8::/32', false, undefined],
    ['fd00::/08', 'fd00::/8', false, undefined],
    ['1:2:3:4:5:6:7:8/128', '1:2:3:4:5:6:7:8/128', true, undefined],
    ['1:2:3:4:5:6:7::/128', '1:2:3:4:5:6:7:0/128', true, undefined],
    ['::2:3:4:5:6:7:8/128', '0:2:3:4:5:6:7:8/128', true, undefined],
    ['64:ff9b::/96', '64:ff9b::/96', true, undefined],
    ['64:ff9b::8.8.8.8/128', '64:ff9b::808:808/128', true, undefined],
    ['::1.2.3.4/128', '::102:304/128', true, undefined],
    ['1:2:3:4:5:6:1.2.3.4/128', '1:2:3:4:5:6:102:304/128', true, undefined],
    ['::ffff:0:0/96', '::ffff:0.0.0.0/96', false, undefined],
    ['::ffff:10.0.0.0/104', '::ffff:10.0.0.0/104', false, undefined],
    ['::ffff:a9fe:a9fe/128', '::ffff:169.254.169.254/128', false, undefined],
    ['::FFFF:169.254.169.254/128', '::ffff:169.254.169.254/128', false, undefined],
    ['::ffff:255.255.255.255/128', '::ffff:255.255.255.255/128', false, undefined],
    ['::1:0:0:0/128', '::1:0:0:0/128', true, undefined],
    ['::ffff:0:0/95', '::fffe:0:0/95', false, undefined],
    ['::/95', '::/95', true, undefined],
  ])('%s is %s', (text, block, canonical, octal) => {
    const cidr = parseCidr(text);
    expect(cidr && formatBlock(cidr.block)).toBe(block);
    expect(cidr?.canonical).toBe(canonical);
    expect(cidr?.octal && formatBlock(cidr.octal)).toBe(octal);
    expect(cidr?.text).toBe(text);
  });
});

describe('refused', () => {
  test.each(
    [
      '',
      '/',
      '/8',
      '10.0.0.0',
      '10.0.0.0/',
      '10.0.0.0/33',
      '10.0.0.0/-1',
      '10.0.0.0/+8',
      '10.0.0.0/8 ',
      ' 10.0.0.0/8',
      '10.0.0.0/8/8',
      '10.0.0.0/a',
      '10.0.0.0/0x8',
      '10.0.0/8',
      '10/8',
      '10.0.0.0.0/8',
      '10.0.0./8',
      '.0.0.0/8',
      '256.0.0.0/8',
      '0x0a.0.0.0/8',
      '1e1.0.0.0/8',
      '10.0.0.-1/8',
      '10.0.0.0/8\n',
      '١٠.0.0.0/8',
      'example.com/8',
      'fd00::/129',
      'fd00::',
      ':/8',
      ':::/8',
      '1::2::3/64',
      '1:2:3:4:5:6:7/64',
      '1:2:3:4:5:6:7:8:9/64',
      '1:2:3:4:5:6:7:8::/64',
      '::1:2:3:4:5:6:7:8/64',
      ':1::/64',
      '1:/64',
      '12345::/64',
      'g::/64',
      'fe80::1%eth0/64',
      '[::1]/128',
      '::1.2.3/128',
      '::1.2.3.4.5/128',
      '::1.2.3.256/128',
      '::1.2.3.4:5/128',
      '1.2.3.4::/128',
      '1:2:3:4:5:6:7:1.2.3.4/128',
      '::ffff:1.2.3.4',
    ].map((text) => [text]),
  )('%j', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
});

const families: readonly Family[] = ['IPv4', 'IPv6'];
const arbitraryFamily = fc.constantFrom(...families);
const bits = (family: Family): number => (family === 'IPv4' ? 32 : 128);
const arbitraryBlock = arbitraryFamily.chain((family) =>
  fc
    .tuple(fc.bigInt({ min: 0n, max: highest(family) }), fc.nat(bits(family)))
    .map(([address, prefix]) => blockOf(family, address, prefix)),
);

describe('laws', () => {
  test('a printed block reads back as itself', () => {
    fc.assert(
      fc.property(arbitraryBlock, (block) => {
        const cidr = parseCidr(formatBlock(block));
        expect(cidr?.block).toEqual(block);
        expect(cidr?.canonical).toBe(!isMapped(block));
        expect(cidr?.octal).toBeUndefined();
      }),
      lawCases(),
    );
  });

  test('IPv6 is printed as the URL standard prints it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 0, 1, 0xff9b, 0xffff), { minLength: 8, maxLength: 8 }),
        (groups) => {
          const text = groups.map((group) => group.toString(16)).join(':');
          const value = parseAddress(text)?.value ?? -1n;
          fc.pre(value < mappedBlock.low || value > mappedBlock.high);
          expect(formatAddress('IPv6', value)).toBe(new URL(`http://[${text}]/`).hostname.slice(1, -1));
        },
      ),
      lawCases(),
    );
  });

  test('what node takes for an IPv6 address is read, and what it refuses is not', () => {
    const piece = fc.constantFrom('0', '1', 'ff', 'ffff', '00001', ':', '::', ':', '1.2.3.4', '.', 'g', '');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
        const text = pieces.join('');
        fc.pre(text.includes(':'));
        expect(parseAddress(text) !== undefined).toBe(isIPv6(text));
      }),
      lawCases(),
    );
  });

  test('IPv4 is read digit by digit', () => {
    const octet = fc
      .tuple(fc.nat(255), fc.nat(2))
      .map(([n, zeros]) => ({ n, text: `${'0'.repeat(zeros)}${n}` }));
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet), fc.nat(32), (octets, prefix) => {
        const cidr = parseCidr(`${octets.map(({ text }) => text).join('.')}/${prefix}`);
        const value = octets.reduce((sum, { n }) => sum * 256n + BigInt(n), 0n);
        const mask = (1n << BigInt(32 - prefix)) - 1n;
        expect(cidr?.block).toEqual({ family: 'IPv4', low: value & ~mask, high: value | mask, prefix });
        expect(cidr?.canonical).toBe(
          (value & mask) === 0n && octets.every(({ n, text }) => text === String(n)),
        );
      }),
      lawCases(),
    );
  });

  test('what node takes for an IPv4 address is read and canonical; of all else only leading zeros are read, and are not', () => {
    const part = fc.constantFrom(
      '0',
      '1',
      '25',
      '255',
      '256',
      '4294967296',
      '00',
      '010',
      '08',
      '',
      '-1',
      '+1',
      '1e1',
      ' 1',
      '１',
      '1/',
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 3, maxLength: 5 }), (parts) => {
        const text = parts.join('.');
        const read = parseAddress(text);
        expect(read?.canonical === true).toBe(isIPv4(text));
        const isRead = isIPv4(text.replace(/(?<=^|\.)0+(?=\d)/g, ''));
        expect(read !== undefined).toBe(isRead);
      }),
      lawCases(),
    );
  });

  test('an interval is the fewest blocks that hold exactly its addresses', () => {
    fc.assert(
      fc.property(arbitraryFamily, fc.nat(200), fc.nat(200), (family, from, length) => {
        const [low, high] = [BigInt(from), BigInt(from + length)];
        const blocks = blocksBetween(family, low, high);
        const covered = blocks.flatMap((block) =>
          Array.from({ length: Number(block.high - block.low + 1n) }, (_, at) => block.low + BigInt(at)),
        );
        expect(covered).toEqual(Array.from({ length: length + 1 }, (_, at) => low + BigInt(at)));
        for (const [index, block] of blocks.entries()) {
          expect(block).toEqual(blockOf(family, block.low, block.prefix));
          const next = blocks[index + 1];
          if (next?.prefix !== block.prefix) continue;
          expect(blockOf(family, block.low, block.prefix - 1).high).not.toBe(next.high);
        }
      }),
      lawCases(),
    );
  });

  test.each(families)('the whole of %s is one block', (family) => {
    expect(blocksBetween(family, 0n, highest(family)).map(formatBlock)).toEqual([
      family === 'IPv4' ? '0.0.0.0/0' : '::/0',
    ]);
  });
});
