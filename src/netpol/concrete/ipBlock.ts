/** Whether one concrete address lies in an ipBlock, by every way on which the packet can get there. */
import { blockOf, isMapped, mappedBlock, parseCidr } from '../../k8s/cidr.ts';
import type { AddressRange } from '../../k8s/cidr.ts';
import type { IPBlock } from '../../k8s/networkPolicy.ts';
import type { Switches } from './switches.ts';
import type { HostAddress } from './world.ts';

/**
 * The address is in the block if it is reached directly at an address inside, or through a translator (NAT64, 6to4) at one inside. A CIDR
 * that the API server would not parse contains nothing.
 */
export function blockContains(block: IPBlock, address: HostAddress, switches: Switches): boolean {
  const cidr = readCidr(block.cidr, switches);
  const excepts = block.except.flatMap((text) => readCidr(text, switches) ?? []);
  if (cidr === undefined) return false;
  const direct =
    holds(cidr, address, switches) && !excepts.some((except) => holds(except, address, switches));
  return direct || translatedNames(address, switches).some((range) => someAddressLeft(range, cidr, excepts));
}

function readCidr(text: string, { leadingZeros }: Switches): AddressRange | undefined {
  const parsed = parseCidr(text);
  return leadingZeros === 'octal' ? (parsed?.octal ?? parsed?.block) : parsed?.block;
}

const contains = (range: AddressRange, address: HostAddress): boolean =>
  range.family === address.family && range.low <= address.value && address.value <= range.high;

/** Whether the address itself or, for an implementation that folds, its IPv4-mapped spelling is in the range. */
function holds(range: AddressRange, address: HostAddress, { foldMapped, foldWider }: Switches): boolean {
  if (contains(range, address)) return true;
  if (address.family !== 'IPv4' || !foldMapped || !(foldWider || isMapped(range))) return false;
  return contains(range, { family: 'IPv6', value: mappedBlock.low + address.value });
}

/** The IPv6 ranges that a translator turns into this IPv4 address. */
function translatedNames(address: HostAddress, { nat64, sixToFour }: Switches): readonly AddressRange[] {
  if (address.family !== 'IPv4') return [];
  const translated = nat64.flatMap((text) => embedded(text, address.value) ?? []);
  return sixToFour ? [...translated, sixToFourRange(address.value)] : translated;
}

/** RFC 3056: 2002, then the 32 bits of the IPv4 address, then 80 free bits. */
const sixToFourRange = (address: bigint): AddressRange =>
  blockOf('IPv6', (0x2002n << 112n) | (address << 80n), 48);

/** RFC 6052 2.2: the IPv4 address follows the prefix, bits 64..71 are zero and stepped over, what comes after is free. */
function embedded(prefixText: string, address: bigint): AddressRange | undefined {
  const prefix = parseCidr(prefixText)?.block;
  if (prefix?.family !== 'IPv6') return undefined;
  if (prefix.prefix === 96) return blockOf('IPv6', prefix.low | address, 128);
  if (![32, 40, 48, 56, 64].includes(prefix.prefix)) return undefined;
  let bits = prefix.low;
  let at = prefix.prefix;
  for (let taken = 31n; taken >= 0n; taken -= 1n) {
    if (at === 64) at = 72;
    bits |= ((address >> taken) & 1n) << BigInt(127 - at);
    at += 1;
  }
  return blockOf('IPv6', bits, at === 64 ? 72 : at);
}

/** Whether some address of `range` is in `cidr` and in none of `excepts`. */
function someAddressLeft(range: AddressRange, cidr: AddressRange, excepts: readonly AddressRange[]): boolean {
  if (range.family !== cidr.family) return false;
  const high = range.high < cidr.high ? range.high : cidr.high;
  let candidate = range.low > cidr.low ? range.low : cidr.low;
  const sameFamily = excepts.filter(({ family }) => family === cidr.family);
  for (const except of sameFamily.sort((a, b) => (a.low < b.low ? -1 : 1))) {
    if (except.low <= candidate && candidate <= except.high) candidate = except.high + 1n;
  }
  return candidate <= high;
}
