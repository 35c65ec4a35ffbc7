/** The split nodes that one decision may take, and whether they sufficed (semantics.md 2.2). */
import type { Budget } from '../netpol/cover.ts';

/**
 * What the main thread spends on one decision: more than any usual policy takes, and a few milliseconds at most. A decision that takes more is
 * made again in a worker, with the full budget: nobody else waits for it, and the answer is the same.
 */
export const promptBudget = 250;

export interface Allowance {
  /** Split nodes that each question of the decision may take. */
  readonly budget: number;
  /** Takes note of what was drawn, for who wants to know afterwards; absent: nobody does. */
  readonly drawn?: Budget[];
}

/** A budget for one question of the decision. */
export function draw({ budget, drawn }: Allowance): Budget {
  const left = { left: budget };
  drawn?.push(left);
  return left;
}

/** Claims that some question of the decision took more than it was given: with more, the decision could be another. */
export const isSpent = ({ drawn }: Allowance): boolean => drawn?.some(({ left }) => left < 0) === true;
