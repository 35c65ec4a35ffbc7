/** Reads the addresses that a function is asked about: exactly those, whatever a network plugin would make of the text. */
import { type Value, isList } from '../../cel/values/value.ts';
import { parseAddress, parseCidr } from '../../k8s/cidr.ts';
import { type Addresses, addressesOf, noAddresses, unite } from '../../netpol/cluster.ts';
import { Refusal } from './refusal.ts';

const example = "write an address such as '169.254.169.254' or a block such as '10.0.0.0/8'";

/** One address or one block. Texts that may be read in more than one way (leading zeros, host bits, mapped addresses) are refused. */
export function readAddresses(value: Value): Addresses | Refusal {
  if (typeof value !== 'string') return new Refusal(`an address is a string; ${example}`);
  const block = parseCidr(value);
  if (block?.canonical === true) return addressesOf(block.block);
  const address = block === undefined ? parseAddress(value) : undefined;
  if (address?.canonical === true) {
    return { ...noAddresses, [address.family]: [address.value, address.value] };
  }
  const shown = `"${value.slice(0, 80)}"`;
  if (block === undefined && address === undefined) return new Refusal(`${shown} is no address; ${example}`);
  const hint = value.includes(':')
    ? 'in its usual form, and an IPv4 address as one'
    : 'without leading zeros and without bits after the prefix';
  return new Refusal(`${shown} can be read in more than one way; write it ${hint}`);
}

/** The union of a list of addresses and blocks; an empty list holds nothing. */
export function readBlocks(value: Value): Addresses | Refusal {
  if (!isList(value)) return new Refusal(`the addresses are a list, such as ['10.0.0.0/8']`);
  const sets: Addresses[] = [];
  for (const item of value) {
    const read = readAddresses(item);
    if (read instanceof Refusal) return read;
    sets.push(read);
  }
  return unite(...sets);
}
