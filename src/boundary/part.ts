/** Parts of flows that keep the pod addresses through which an ipBlock means pods. */
import type { Box } from '../netpol/box.ts';
import * as boxes from '../netpol/box.ts';
import { intersect, isNone } from '../netpol/cluster.ts';
import type { Addresses } from '../netpol/cluster.ts';
import type { Prohibition } from './limit.ts';

/** `viaPods`: the pods of the box are meant only at these addresses; absent where selectors name them. */
export interface Part {
  readonly box: Box;
  readonly viaPods?: Addresses;
}

export const partOf = (box: Box, viaPods: Addresses | undefined): Part =>
  viaPods === undefined || box.peer.sort !== 'pods' ? { box } : { box, viaPods };

/**
 * What a prohibition forbids of some flows. Where both mean pods by their addresses, only pods at an address that both hold: a pod has one
 * address of a family.
 */
export function forbiddenPart(
  box: Box,
  viaPods: Addresses | undefined,
  prohibition: Prohibition,
): Part | undefined {
  const both = boxes.intersect(box, prohibition.box);
  if (both === undefined) return undefined;
  if (viaPods === undefined || prohibition.viaPods === undefined)
    return partOf(both, viaPods ?? prohibition.viaPods);
  const common = intersect(viaPods, prohibition.viaPods);
  return both.peer.sort === 'pods' && isNone(common) ? undefined : partOf(both, common);
}
