/** The splitter: what of a box lies outside a union of boxes, within a counted budget (semantics.md 2.2). */
import type { Box } from './box.ts';
import { disjoint, excessCount, subtract, within } from './box.ts';

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
  for (const other of cover) {
    if (disjoint(box, other)) continue;
    if (within(box, other)) return true;
    near.push(other);
  }
  const best = fewestCuts(box, near);
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

function fewestCuts(box: Box, near: readonly Box[]): Box | undefined {
  let best: Box | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const other of near) {
    const count = excessCount(box, other);
    if (count < fewest) [best, fewest] = [other, count];
  }
  return best;
}
