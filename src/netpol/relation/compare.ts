/** The relation of two sets of policies by what they mean: for all pods and namespaces that there could be. */
import type { Direction } from '../../k8s/networkPolicy.ts';
import type { Box } from '../box.ts';
import * as boxes from '../box.ts';
import type { Budget, TooComplex } from '../cover.ts';
import { remainder } from '../cover.ts';
import { merge } from '../merge.ts';
import type { Allowed, PolicySet, SideFlows } from './sides.ts';
import { sideFlows } from './sides.ts';

export type Relation = 'equivalent' | 'a-within-b' | 'b-within-a' | 'incomparable';

/** Flows that one set allows and the other does not. `direction` is the side on which the other set stops them. */
export interface Difference {
  readonly direction: Direction;
  /** Between pods: source in `subject` (see endpoints.ts). Otherwise the pods in `subject` and the addresses as peer. */
  readonly box: Box;
  /** The rule that allows the flow on the side where the other set stops it; absent where no policy isolates the pod. */
  readonly because?: { readonly policy: string; readonly field: string };
}

export interface Comparison {
  readonly relation: Relation;
  readonly onlyInA: Difference | undefined;
  readonly onlyInB: Difference | undefined;
}

/** Split nodes that a comparison may take: generous, because nobody waits for an admission. */
export const comparisonBudget = 2_000_000;

/** Compares two sets of policies. A flow between pods counts as allowed where its source's egress and its destination's ingress allow it. */
export function compare(
  a: PolicySet,
  b: PolicySet,
  budget: Budget = { left: comparisonBudget },
): Comparison | TooComplex {
  const [inA, inB] = [meaningOf(a), meaningOf(b)];
  const onlyInA = firstOutside(inA, inB, budget);
  const onlyInB = firstOutside(inB, inA, budget);
  if (onlyInA === 'tooComplex' || onlyInB === 'tooComplex') return 'tooComplex';
  return { relation: relationOf(onlyInA, onlyInB), onlyInA, onlyInB };
}

function relationOf(onlyInA: Difference | undefined, onlyInB: Difference | undefined): Relation {
  if (onlyInA === undefined) return onlyInB === undefined ? 'equivalent' : 'a-within-b';
  return onlyInB === undefined ? 'b-within-a' : 'incomparable';
}

type Meaning = { readonly [D in Direction]: SideFlows };

const meaningOf = (set: PolicySet): Meaning => ({
  Egress: sideFlows(set, 'Egress'),
  Ingress: sideFlows(set, 'Ingress'),
});

/** A flow of `one` that `other` does not allow. */
function firstOutside(one: Meaning, other: Meaning, budget: Budget): Difference | undefined | TooComplex {
  for (const direction of ['Egress', 'Ingress'] as const) {
    const reverse = direction === 'Egress' ? 'Ingress' : 'Egress';
    const found =
      firstLeft(one[direction].addresses, other[direction].addresses, [], direction, budget) ??
      firstLeft(one[direction].pods, other[direction].pods, one[reverse].pods, direction, budget);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What is allowed on this side, and by the same set on the reverse side too, but not by the other set on this side. */
function firstLeft(
  allowed: readonly Allowed[],
  other: readonly Allowed[],
  reverse: readonly Allowed[],
  direction: Direction,
  budget: Budget,
): Difference | undefined | TooComplex {
  const cover = merge(other.map(({ box }) => box));
  for (const { box, because } of allowed) {
    const left = remainder(box, cover, budget);
    if (left === 'tooComplex') return left;
    for (const part of left) {
      const whole = part.peer.sort !== 'pods' ? part : firstCommon(part, reverse);
      if (whole !== undefined)
        return { direction, box: whole, ...(because === undefined ? {} : { because }) };
    }
  }
  return undefined;
}

function firstCommon(box: Box, reverse: readonly Allowed[]): Box | undefined {
  for (const other of reverse) {
    const both = boxes.intersect(box, other.box);
    if (both !== undefined) return both;
  }
  return undefined;
}
