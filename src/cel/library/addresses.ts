/** Kubernetes' libraries of IP addresses and CIDR blocks. */
import {
  Cidr,
  Ip,
  isBroadcast,
  isMappedAddress,
  isUnspecified,
  readAddress,
  readCidr,
} from '../values/address.ts';
import { Failure } from '../values/failure.ts';
import { type Value } from '../values/value.ts';
import { type Frame } from '../evaluation/frame.ts';
import { sizeOf, traversal } from './cost.ts';
import {
  type Cost,
  type Library,
  byArguments,
  call,
  define,
  fixedCost,
  instance,
  method,
  one,
  text,
  two,
} from './definition.ts';

const anIp = instance(Ip);
const aCidr = instance(Cidr);

const notAnAddress = (what: string): Failure =>
  new Failure(
    'conversionFailed',
    `the string is no ${what} (IPv4 or IPv6, no zone, no leading zeros, no ::ffff: form)`,
  );

const toIp = (value: string): Ip | Failure => {
  const address = readAddress(value);
  return address === undefined ? notAnAddress('IP address') : new Ip(address);
};

const toCidr = (value: string): Cidr | Failure =>
  readCidr(value) ?? notAnAddress('CIDR block such as 10.0.0.0/8');

const linkLocalMulticast = (ip: Ip): boolean =>
  ip.within('IPv4', 0xe0000000n, 24) ||
  (ip.address.family === 'IPv6' && ((ip.address.value >> 112n) & 0xff0fn) === 0xff02n);

const linkLocalUnicast = (ip: Ip): boolean =>
  ip.within('IPv4', 0xa9fe0000n, 16) || ip.within('IPv6', 0xfe80n << 112n, 10);

const loopback = (ip: Ip): boolean => ip.within('IPv4', 0x7f000000n, 8) || ip.within('IPv6', 1n, 128);

const multicast = (ip: Ip): boolean =>
  ip.within('IPv4', 0xe0000000n, 4) || ip.within('IPv6', 0xffn << 120n, 8);

const globalUnicast = (ip: Ip): boolean =>
  !isUnspecified(ip.address) &&
  !isBroadcast(ip.address) &&
  !loopback(ip) &&
  !multicast(ip) &&
  !linkLocalUnicast(ip) &&
  !isMappedAddress(ip.address);

const property = (name: string, holds: (ip: Ip) => boolean) =>
  define(name, [method('IP', '(): bool', one(anIp, holds))], fixedCost);

/** Comparing addresses as long as the block's prefix; a block within a block has to be masked too. */
const containment = (frame: Frame, block: Value): number => Math.ceil(sizeOf(frame, block) * 0.2);
const inclusion = (frame: Frame, block: Value): number =>
  containment(frame, block) + Math.ceil(sizeOf(frame, block) * 0.1) + 1;

/** The same where the other one is known to be text that is parsed first. */
const parsing = (base: typeof containment): Cost =>
  byArguments((frame, block, other) => base(frame, block) + Math.ceil(sizeOf(frame, other) * 0.1));

export const addresses: Library = [
  define('ip', [
    call('(string): IP', one(text, toIp), traversal()),
    method(
      'CIDR',
      '(): IP',
      one(aCidr, (block) => new Ip(block.address)),
      fixedCost,
    ),
  ]),
  define(
    'isIP',
    [
      call(
        '(string): bool',
        one(text, (value) => readAddress(value) !== undefined),
      ),
    ],
    traversal(),
  ),
  define(
    'ip.isCanonical',
    [
      call(
        '(string): bool',
        one(text, (value) => {
          const ip = toIp(value);
          return ip instanceof Failure ? ip : ip.text === value;
        }),
      ),
    ],
    traversal(2),
  ),
  define(
    'family',
    [
      method(
        'IP',
        '(): int',
        one(anIp, (ip) => (ip.address.family === 'IPv4' ? 4 : 6)),
      ),
    ],
    fixedCost,
  ),
  property('isUnspecified', (ip) => isUnspecified(ip.address)),
  property('isLoopback', loopback),
  property('isLinkLocalMulticast', linkLocalMulticast),
  property('isLinkLocalUnicast', linkLocalUnicast),
  property('isGlobalUnicast', globalUnicast),
  define('cidr', [call('(string): CIDR', one(text, toCidr))], traversal()),
  define(
    'isCIDR',
    [
      call(
        '(string): bool',
        one(text, (value) => readCidr(value) !== undefined),
      ),
    ],
    traversal(),
  ),
  define(
    'containsIP',
    [
      method(
        'CIDR',
        '(string): bool',
        two(aCidr, text, (block, value) => {
          const ip = toIp(value);
          return ip instanceof Failure ? ip : block.contains(ip.address);
        }),
        parsing(containment),
      ),
      method(
        'CIDR',
        '(IP): bool',
        two(aCidr, anIp, (block, ip) => block.contains(ip.address)),
      ),
    ],
    byArguments(containment),
  ),
  define(
    'containsCIDR',
    [
      method(
        'CIDR',
        '(string): bool',
        two(aCidr, text, (block, value) => {
          const other = toCidr(value);
          return other instanceof Failure ? other : block.containsBlock(other);
        }),
        parsing(inclusion),
      ),
      method(
        'CIDR',
        '(CIDR): bool',
        two(aCidr, aCidr, (block, other) => block.containsBlock(other)),
      ),
    ],
    byArguments(inclusion),
  ),
  define(
    'prefixLength',
    [
      method(
        'CIDR',
        '(): int',
        one(aCidr, (block) => block.prefix),
      ),
    ],
    fixedCost,
  ),
  define(
    'masked',
    [
      method(
        'CIDR',
        '(): CIDR',
        one(aCidr, (block) => block.masked()),
      ),
    ],
    fixedCost,
  ),
];
