/** IP addresses and CIDR blocks as Go's net/netip reads them: no zones, no leading zeros, no IPv4 in IPv6. */
import { type Family, blockOf, formatAddress, highest, isMapped, parseAddress } from '../../k8s/cidr.ts';
import { Opaque } from './opaque.ts';

/** An address: its family and its bits. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** Reads an address; undefined if it is none that Kubernetes' ip() takes. */
export function readAddress(text: string): Address | undefined {
  const address = parseAddress(text);
  if (address === undefined || !address.canonical) return undefined;
  return { family: address.family, value: address.value };
}

/** Reads an IPv4 address in its IPv6 form, which ip() refuses but a URL may hold. */
export function readMapped(text: string): Address | undefined {
  const address = parseAddress(text);
  return address?.family === 'IPv6' ? { family: 'IPv6', value: address.value } : undefined;
}

/** An IP address. */
export class Ip extends Opaque {
  readonly typeName = 'net.IP';
  readonly address: Address;
  constructor(address: Address) {
    super();
    this.address = address;
  }

  get text(): string {
    return formatAddress(this.address.family, this.address.value);
  }

  equals(other: Opaque): boolean {
    return other instanceof Ip && same(this.address, other.address);
  }

  /** Whether the address lies in a block such as `127.0.0.0/8` (of its own family). */
  within(family: Family, network: bigint, prefix: number): boolean {
    const block = blockOf(family, network, prefix);
    return (
      this.address.family === family && this.address.value >= block.low && this.address.value <= block.high
    );
  }
}

const same = (a: Address, b: Address): boolean => a.family === b.family && a.value === b.value;

const bits = (family: Family): number => (family === 'IPv4' ? 32 : 128);

/** A block of addresses; the address keeps its host bits, as it was written. */
export class Cidr extends Opaque {
  readonly typeName = 'net.CIDR';
  readonly address: Address;
  readonly prefix: number;
  constructor(address: Address, prefix: number) {
    super();
    this.address = address;
    this.prefix = prefix;
  }

  get text(): string {
    return `${formatAddress(this.address.family, this.address.value)}/${this.prefix}`;
  }

  equals(other: Opaque): boolean {
    return other instanceof Cidr && this.prefix === other.prefix && same(this.address, other.address);
  }

  /** The block without host bits. */
  masked(): Cidr {
    const { family, value } = this.address;
    return new Cidr({ family, value: blockOf(family, value, this.prefix).low }, this.prefix);
  }

  contains(address: Address): boolean {
    return new Ip(address).within(this.address.family, this.address.value, this.prefix);
  }

  /** Whether the other block lies inside: it is no wider and its first address is in this one. */
  containsBlock(other: Cidr): boolean {
    return this.prefix <= other.prefix && this.contains(other.masked().address);
  }
}

/** Reads `address/prefix`; undefined if it is none that Kubernetes' cidr() takes. */
export function readCidr(text: string): Cidr | undefined {
  const [, left = '', right = ''] = /^(.+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const address = readAddress(left);
  const prefix = Number(right);
  if (address === undefined || prefix > bits(address.family)) return undefined;
  return new Cidr(address, prefix);
}

/** Whether all bits are zero. */
export const isUnspecified = (address: Address): boolean => address.value === 0n;

/** Whether it is the address of every host of an IPv4 network. */
export const isBroadcast = (address: Address): boolean =>
  address.family === 'IPv4' && address.value === highest('IPv4');

/** Whether an address is an IPv4 address written as IPv6. */
export const isMappedAddress = (address: Address): boolean =>
  isMapped(blockOf(address.family, address.value, bits(address.family)));
