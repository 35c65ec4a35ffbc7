/** What is left of a flow when everything outside the limits is taken out of it, as pieces that a policy has words for. */
import type { Family } from '../../k8s/cidr.ts';
import type { Box } from '../../netpol/box.ts';
import * as boxes from '../../netpol/box.ts';
import type { Addresses } from '../../netpol/cluster.ts';
import { noAddresses, originsInIPv6 } from '../../netpol/cluster.ts';
import type { Budget, TooComplex } from '../../netpol/cover.ts';
import { remainder } from '../../netpol/cover.ts';
import { everyPod } from '../../netpol/cube.ts';
import { agreedAddresses } from '../../netpol/ipBlock.ts';
import type { Flows } from '../../netpol/lift.ts';
import { merge } from '../../netpol/merge.ts';
import * as ranges from '../../netpol/ranges.ts';
import type { Part } from '../part.ts';
import type { PolicySetting } from '../policyFlows.ts';
import { isSayable, waysOf } from './ways.ts';

/** The flows at one field with what has to go of each; `words` are boxes of the limits and of the stored policy, which read better than pieces. */
export interface Cuts {
  readonly flows: readonly Flows[];
  readonly outside: ReadonlyMap<Flows, readonly Part[]>;
  readonly words: readonly Box[];
}

/**
 * What is left of one flow, for every pod that the policy selects: the largest part that peers and ports can say. Addresses are written as
 * ipBlocks, which may mean their IPv4 images and pods too: so they lose every address through which another reading of the same field would
 * be outside, and keep to what all plugins read.
 */
export function leftOf(part: Flows, cuts: Cuts, setting: PolicySetting, budget: Budget): Box[] | TooComplex {
  const { ipBlock } = part;
  const box = { ...part.box, subject: everyPod };
  const { peer } = box;
  if (peer.sort === 'pods') {
    if (ipBlock !== undefined) return [];
    const holes = (cuts.outside.get(part) ?? []).map((cut) => cut.box);
    const pieces = sayable(box, holes, budget);
    return pieces === 'tooComplex' ? pieces : (inWords(box, holes, pieces, cuts.words) ?? pieces);
  }
  const { sort: family } = peer;
  const agreed = ipBlock === undefined ? peer.addresses : agreedAddresses(ipBlock)[family];
  const addresses = ranges.intersection(peer.addresses, agreed);
  if (addresses.length === 0) return [];
  const siblings = cuts.flows.filter(({ field }) => field === part.field);
  const holes = siblings.flatMap((sibling) =>
    (cuts.outside.get(sibling) ?? []).flatMap((cut) => inFamily(cut, family, setting)),
  );
  return sayable({ ...box, peer: { sort: family, addresses } }, holes, budget);
}

/** The pieces of a box beside some holes, in each way to say connections, without what an earlier way says already. */
function sayable(box: Box, holes: readonly Box[], budget: Budget): Box[] | TooComplex {
  const pieces: Box[] = [];
  for (const { whole, widen } of waysOf(box, holes)) {
    const wider = holes.filter((hole) => !boxes.disjoint(whole, hole)).map(widen);
    const left = minus(whole, wider, budget);
    if (left === 'tooComplex') return left;
    const fresh: Box[] = [];
    for (const piece of left) {
      const unsaid = remainder(piece, pieces, budget);
      if (unsaid === 'tooComplex') return unsaid;
      if (unsaid.length > 0) fresh.push(...(piece.portNames.size === 0 ? unsaid : [piece]));
    }
    pieces.push(...merge(fresh));
  }
  return pieces;
}

/** More words than this read no better than the pieces they stand for. */
const mostWords = 64;

/** The same as the pieces in other words; undefined where those say less, or too much to be looked at. */
function inWords(
  box: Box,
  holes: readonly Box[],
  pieces: readonly Box[],
  words: readonly Box[],
): Box[] | undefined {
  const budget: Budget = { left: 1_000 };
  const candidates = words.flatMap((word) => {
    const both = boxes.intersect(box, word);
    return both === undefined || !isSayable(both, box) ? [] : [both];
  });
  if (candidates.length > mostWords) return undefined;
  const said: Box[] = [];
  for (const candidate of candidates) {
    const general = { ...candidate, subject: everyPod };
    for (const { whole, widen } of waysOf(general, holes)) {
      const isHit = holes.some((hole) => !boxes.disjoint(whole, hole) && !boxes.disjoint(whole, widen(hole)));
      if (!isHit && !said.some((other) => boxes.within(whole, other))) said.push(whole);
    }
  }
  for (const piece of pieces) {
    const missed = remainder(piece, said, budget, 1);
    if (missed === 'tooComplex' || missed.length > 0) return undefined;
  }
  return said;
}

/** A part that must go, as addresses of the family in which a block is written. */
function inFamily({ box, viaPods }: Part, family: Family, { cluster }: PolicySetting): Box[] {
  const { peer } = box;
  const addresses: Addresses =
    peer.sort === 'pods' ? (viaPods ?? cluster.pods) : { ...noAddresses, [peer.sort]: peer.addresses };
  const own = family === 'IPv4' ? [addresses.IPv4] : [addresses.IPv6, originsInIPv6(addresses.IPv4, cluster)];
  return own.flatMap((set) => (set.length === 0 ? [] : [{ ...box, peer: { sort: family, addresses: set } }]));
}

function minus(box: Box, holes: readonly Box[], budget: Budget): Box[] | TooComplex {
  let left = [box];
  for (const hole of holes) {
    budget.left -= left.length;
    if (budget.left < 0) return 'tooComplex';
    left = left.flatMap((piece) => (boxes.disjoint(piece, hole) ? [piece] : boxes.subtract(piece, hole)));
  }
  return left;
}
