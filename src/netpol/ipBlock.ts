/** What an ipBlock means under each reading: what it might reach on some network plugin, and what it certainly reaches. */
import { isMapped, mappedBlock, parseCidr } from '../k8s/cidr.ts';
import type { Cidr } from '../k8s/cidr.ts';
import type { IPBlock } from '../k8s/networkPolicy.ts';
import type { Addresses, Cluster } from './cluster.ts';
import { addressesOf, imagesInIPv4, intersect, isWithin, noAddresses, subtract, unite } from './cluster.ts';

/**
 * `may`: what a submitted policy might open somewhere. `must`: what a limit certainly allows everywhere. `never`: what a prohibition could
 * possibly mean (semantics.md 2.1, the table of liftings). `documented`: what the API's documentation says, for comparing policies.
 */
export type Reading = 'may' | 'must' | 'never' | 'documented';

/** Addresses, and whether pods may be meant too because the block meets the pod ranges; `viaPods` are the pod addresses it holds. */
export interface BlockMeaning {
  readonly addresses: Addresses;
  readonly viaPods: Addresses;
}

/** Reads one block. A text that cannot be parsed means nothing under `must`; callers refuse such policies before asking what they may mean. */
export function meaningOf(block: IPBlock, reading: Reading, cluster: Cluster): BlockMeaning {
  const cidr = parseCidr(block.cidr);
  if (cidr === undefined) return { addresses: noAddresses, viaPods: noAddresses };
  const excepts = block.except.flatMap((text) => parseCidr(text) ?? []);
  if (reading === 'documented') return documented(cidr, excepts);
  return reading === 'must' ? certain(cidr, excepts, cluster) : possible(cidr, excepts, cluster);
}

/** What any plugin reaches, each reading all texts of the block in its own one way, with the IPv4 images of IPv6 addresses and the pods it may touch. */
function possible(cidr: Cidr, excepts: readonly Cidr[], cluster: Cluster): BlockMeaning {
  const plain = spelled(cidr, excepts);
  const images = imagesInIPv4(plain.IPv6, cluster);
  const addresses = unite(plain, { IPv4: images, IPv6: [] });
  return { addresses, viaPods: intersect(addresses, cluster.pods) };
}

/** The addresses themselves that some plugin finds in the block. */
export const spelledAddresses = (block: IPBlock): Addresses => parsed(block, spelled);

/** The addresses themselves that every plugin finds in the block. */
export const agreedAddresses = (block: IPBlock): Addresses => parsed(block, agreed);

function parsed(block: IPBlock, read: (cidr: Cidr, excepts: readonly Cidr[]) => Addresses): Addresses {
  const cidr = parseCidr(block.cidr);
  return cidr === undefined
    ? noAddresses
    : read(
        cidr,
        block.except.flatMap((text) => parseCidr(text) ?? []),
      );
}

const spelled = (cidr: Cidr, excepts: readonly Cidr[]): Addresses =>
  unite(...spellingsOf(cidr, excepts).map((read) => subtract(read(cidr), unite(...excepts.map(read)))));

function agreed(cidr: Cidr, excepts: readonly Cidr[]): Addresses {
  const spellings = spellingsOf(cidr, excepts);
  const out = excepts.flatMap((except) => [...spellings.map((read) => read(except)), folded(except)]);
  return subtract(spellings.map((read) => read(cidr)).reduce(intersect), unite(...out));
}

const decimal = ({ block }: Cidr): Addresses => addressesOf(block);
const octal = (cidr: Cidr): Addresses => addressesOf(cidr.octal ?? cidr.block);

/** The ways to read the numbers of these texts that differ. */
const spellingsOf = (cidr: Cidr, excepts: readonly Cidr[]): readonly ((cidr: Cidr) => Addresses)[] =>
  [cidr, ...excepts].some((one) => one.octal !== undefined) ? [decimal, octal] : [decimal];

/** What every plugin agrees on: not pods, and not nodes or services unless the block names a part of such a range on purpose. */
function certain(cidr: Cidr, excepts: readonly Cidr[], cluster: Cluster): BlockMeaning {
  const notNamed = [cluster.services, cluster.nodes].filter(
    (range) => !isWithin(addressesOf(cidr.block), range),
  );
  const addresses = subtract(agreed(cidr, excepts), unite(cluster.pods, ...notNamed));
  return { addresses, viaPods: noAddresses };
}

/** The API server's own reading: the block less its exceptions, IPv4-mapped spellings folded as Go does. */
function documented(cidr: Cidr, excepts: readonly Cidr[]): BlockMeaning {
  const plain = (one: Cidr): Addresses => (isMapped(one.block) ? folded(one) : addressesOf(one.block));
  return { addresses: subtract(plain(cidr), unite(...excepts.map(plain))), viaPods: noAddresses };
}

/** An IPv4-mapped except as Go-based evaluators see it: the IPv4 block. */
function folded(cidr: Cidr): Addresses {
  if (!isMapped(cidr.block)) return noAddresses;
  const { low, high } = cidr.block;
  return { IPv4: [low - mappedBlock.low, high - mappedBlock.low], IPv6: [] };
}
