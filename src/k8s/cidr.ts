/** CIDR blocks read as Go's net package reads them, with every other reading that some network plugin may give the same text. */

export type Family = 'IPv4' | 'IPv6';

/** One block of addresses: inclusive bounds in the family's own width (32 or 128 bits). */
export interface AddressRange {
  readonly family: Family;
  readonly low: bigint;
  readonly high: bigint;
  readonly prefix: number;
}

/**
 * A parsed CIDR. `block` is the API server's own reading. `octal` is what a parser that takes leading zeros for octal sees, where that
 * differs (`010.0.0.0/8` is 10/8 for Kubernetes, 8/8 for inet_aton). `canonical` is false where Kubernetes 1.36 refuses the text on create.
 */
export interface Cidr {
  readonly text: string;
  readonly block: AddressRange;
  readonly octal?: AddressRange;
  readonly canonical: boolean;
}

const width = { IPv4: 32, IPv6: 128 } as const;

/** The highest address of a family. */
export const highest = (family: Family): bigint => (1n << BigInt(width[family])) - 1n;

/** The block that holds `address` with `prefix` leading bits fixed; host bits are cut off. */
export function blockOf(family: Family, address: bigint, prefix: number): AddressRange {
  const hosts = (1n << BigInt(width[family] - prefix)) - 1n;
  const high = address | hosts;
  return { family, low: high ^ hosts, high, prefix };
}

/** Parses a CIDR as the legacy ("sloppy") parser of the API server does; undefined if it refuses the text. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const prefixText = text.slice(slash + 1);
  const address = parseAddress(text.slice(0, slash));
  if (address === undefined || !/^[0-9]{1,3}$/.test(prefixText)) return undefined;
  const prefix = Number(prefixText);
  if (prefix > width[address.family]) return undefined;
  const block = blockOf(address.family, address.value, prefix);
  const canonical = address.canonical && block.low === address.value && String(prefix) === prefixText;
  const octal = address.octal === undefined ? undefined : blockOf('IPv4', address.octal, prefix);
  return { text, block, canonical, ...(octal === undefined || octal.low === block.low ? {} : { octal }) };
}

interface Address {
  readonly family: Family;
  readonly value: bigint;
  readonly octal?: bigint;
  readonly canonical: boolean;
}

/** Parses an IPv4 or IPv6 address; zones are refused, as in ParseCIDR. */
export function parseAddress(text: string): Address | undefined {
  return text.includes(':') ? parseIPv6(text) : parseIPv4(text);
}

/** The four numbers of a dotted address as one, where none has a leading zero, as in nearly all; -1 where the text must be read more closely, or is none. */
function plainIPv4(text: string): number {
  let value = 0;
  let part = -1;
  let parts = 1;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit === -2 && part >= 0) {
      value = value * 256 + part;
      part = -1;
      parts += 1;
    } else if (digit >= 0 && digit <= 9 && part !== 0) {
      part = part < 0 ? digit : part * 10 + digit;
      if (part > 255) return -1;
    } else return -1;
  }
  return parts === 4 && part >= 0 ? value * 256 + part : -1;
}

function parseIPv4(text: string): Address | undefined {
  const plain = plainIPv4(text);
  if (plain >= 0) return { family: 'IPv4', value: BigInt(plain), canonical: true };
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  let octal: number | undefined = 0;
  let canonical = true;
  for (const part of parts) {
    if (!/^[0-9]{1,12}$/.test(part)) return undefined;
    const decimal = Number(part);
    if (decimal > 255) return undefined;
    value = value * 256 + decimal;
    const leadingZero = part.length > 1 && part.startsWith('0');
    const other = !leadingZero ? decimal : /^[0-7]+$/.test(part) ? Number.parseInt(part, 8) : undefined;
    if (leadingZero) canonical = false;
    // Octal digits are never worth more than decimal ones, so `other` is below 256 too.
    octal = octal === undefined || other === undefined ? undefined : octal * 256 + other;
  }
  const address: Address = { family: 'IPv4', value: BigInt(value), canonical };
  return octal === undefined || octal === value ? address : { ...address, octal: BigInt(octal) };
}

function parseIPv6(text: string): Address | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const tailText = halves[1];
  const head = groupsOf(halves[0] ?? '', tailText === undefined);
  const tail = tailText === undefined ? [] : groupsOf(tailText, true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (tailText === undefined ? missing !== 0 : missing < 1) return undefined;
  const value = (join(head) << BigInt(16 * (8 - head.length))) | join(tail);
  const mapped = value >= mappedBlock.low && value <= mappedBlock.high;
  return { family: 'IPv6', value, canonical: !mapped };
}

/** Groups as one number, the first the highest. */
const join = (groups: readonly number[]): bigint =>
  groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);

/** The 16-bit groups between colons; the last may be a dotted IPv4 address, which makes two groups. */
function groupsOf(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (last && index === parts.length - 1 && part.includes('.')) {
      const embedded = parseIPv4(part);
      if (embedded === undefined || !embedded.canonical) return undefined;
      groups.push(Number(embedded.value >> 16n), Number(embedded.value & 0xffffn));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** The IPv4-mapped block ::ffff:0:0/96. */
export const mappedBlock: AddressRange = blockOf('IPv6', 0xffff_0000_0000n, 96);

/** Whether the block lies inside ::ffff:0:0/96, so that Go folds it to IPv4. */
export const isMapped = (block: AddressRange): boolean =>
  block.family === 'IPv6' && block.low >= mappedBlock.low && block.high <= mappedBlock.high;

/** Prints an address in its canonical form (RFC 5952). */
export function formatAddress(family: Family, value: bigint): string {
  if (family === 'IPv4') {
    return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
  }
  if (value >= mappedBlock.low && value <= mappedBlock.high) {
    return `::ffff:${formatAddress('IPv4', value & 0xffff_ffffn)}`;
  }
  const groups = Array.from({ length: 8 }, (_, index) =>
    Number((value >> BigInt(112 - 16 * index)) & 0xffffn),
  );
  const run = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (run.length < 2) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}

/** Prints a block as `address/prefix`. */
export const formatBlock = (block: AddressRange): string =>
  `${formatAddress(block.family, block.low)}/${block.prefix}`;

/** The fewest CIDR blocks that hold exactly the addresses `low`..`high`. */
export function blocksBetween(family: Family, low: bigint, high: bigint): AddressRange[] {
  const blocks: AddressRange[] = [];
  for (let at = low; at <= high;) {
    let prefix: number = width[family];
    while (prefix > 0) {
      const wider = blockOf(family, at, prefix - 1);
      if (wider.low !== at || wider.high > high) break;
      prefix -= 1;
    }
    const block = blockOf(family, at, prefix);
    blocks.push(block);
    at = block.high + 1n;
  }
  return blocks;
}
