/** `boundary.excess`: what a policy might open outside the limits of its namespace, all of it. */
import type { Limit } from '../../boundary/limit.ts';
import { forbiddenPart } from '../../boundary/part.ts';
import type { Budget } from '../../netpol/cover.ts';
import { remainder } from '../../netpol/cover.ts';
import type { Flow } from './flowEntry.ts';
import { type Refusal, tooComplex } from './refusal.ts';
import type { Subject } from './subject.ts';

/**
 * Every flow that the policy might allow and that some limit does not certainly allow, or forbids. The lists together hold all of it, so that
 * what is true of every flow in it is true of all that is outside.
 */
export function beyondLimits(
  { flows }: Subject,
  limits: readonly Limit[],
  budget: Budget,
): readonly Flow[] | Refusal {
  const found: Flow[] = [];
  for (const { direction, never, allowed, allowedFor, boundary } of limits) {
    for (const { box, field, viaPods } of flows(direction)) {
      const base = { direction, field, boundary: boundary.name, viaPods };
      for (const prohibition of never) {
        const part = forbiddenPart(box, viaPods, prohibition);
        if (part !== undefined) found.push({ ...base, box: part.box });
      }
      const left = allowed === undefined ? [] : remainder(box, allowedFor[box.peer.sort], budget);
      if (left === 'tooComplex') return tooComplex;
      for (const outside of left) found.push({ ...base, box: outside });
    }
  }
  return found;
}
