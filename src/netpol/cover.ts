/** The splitter: what of a box lies outside a union of boxes, within a counted budget (semantics.md 2.2). */
import type { Box } from './box.ts';
import { disjoint, excessCount, subtract } from './box.ts';

/** Counts split nodes, not time, so that the same question always has the same answer. Shared by all questions of one review. */
export interface Budget {
  left: number;
}

/** Split nodes that one review may take in all. */
export const fullBudget = 2_000;

/** Nothing is known: the budget ran out. The caller must treat it as "not proven". */
export type TooComplex = 'tooComplex';

/**
 * The parts of `box` that no box of `cover` holds, disjoint from each other, at most `atMost` of them (1 is enough to know that something
 * is left). Exact for every present and future pod and address; `tooComplex` when the budget is spent.
 */
export function remainder(
  box: Box,
  cover: readonly Box[],
  budget: Budget,
  atMost = Number.POSITIVE_INFINITY,
): Box[] | TooComplex {
  const found: Box[] = [];
  return collect(box, cover, budget, atMost, found) ? found : 'tooComplex';
}

/** Appends to `found`; false when the budget ran out. */
function collect(box: Box, cover: readonly Box[], budget: Budget, atMost: number, found: Box[]): boolean {
  budget.left -= 1;
  if (budget.left < 0) return false;
  const near: Box[] = [];
  let best: Box | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const other of cover) {
    if (disjoint(box, other)) continue;
    const cuts = excessCount(box, other);
    if (cuts === 0) return true;
    if (cuts < fewest) [best, fewest] = [other, cuts];
    near.push(other);
  }
  if (best === undefined) {
    found.push(box);
    return true;
  }
  const others = near.filter((other) => other !== best);
  for (const piece of subtract(box, best)) {
    if (!collect(piece, others, budget, atMost, found)) return false;
    if (found.length >= atMost) return true;
  }
  return true;
}
