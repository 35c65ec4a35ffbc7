/** What single rules and peers of a Boundary mean in sample namespaces, as boxes that can be compared exactly. */
import type { Boundary, BothWays } from '../../boundary/boundary.ts';
import { resolveLimit } from '../../boundary/limit.ts';
import type { LimitPeer, LimitRule } from '../../boundary/limitRule.ts';
import type { Surroundings } from '../../boundary/surroundings.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import type { Direction } from '../../k8s/networkPolicy.ts';
import type { Box } from '../../netpol/box.ts';
import type { Budget } from '../../netpol/cover.ts';
import { remainder } from '../../netpol/cover.ts';

/** A Boundary with the namespaces that stand for all it can select, and the steps that comparing its rules may take. */
export interface Resolution {
  readonly boundary: Boundary;
  readonly samples: readonly NamespaceFacts[];
  readonly surroundings: Surroundings;
  readonly budget: Budget;
}

/** Steps for one Boundary in all: enough for some hundred rules, and an end within seconds in any case. */
export const fullLintBudget = 20_000;

/** One set of boxes for each sample. */
export type Meaning = readonly (readonly Box[])[];

const nothing: BothWays = { Ingress: [], Egress: [] };
const unlimited = { Ingress: undefined, Egress: undefined };

/** What rules allow as a limit. */
export const allowedBy = (
  rules: readonly LimitRule[],
  direction: Direction,
  { boundary, samples, surroundings }: Resolution,
): Meaning => {
  const alone: Boundary = { ...boundary, limit: { ...unlimited, [direction]: rules }, never: nothing };
  return samples.map((sample) => resolveLimit(alone, direction, sample, surroundings, false)?.allowed ?? []);
};

/** What rules forbid as `never`; those that forbid pods only by their addresses are left out, since they do not forbid all that their box holds. */
export const forbiddenBy = (
  rules: readonly LimitRule[],
  direction: Direction,
  { boundary, samples, surroundings }: Resolution,
): Meaning => {
  const alone: Boundary = { ...boundary, limit: unlimited, never: { ...nothing, [direction]: rules } };
  return samples.map((sample) => {
    const limit = resolveLimit(alone, direction, sample, surroundings, boundary.floor.allowDNS);
    return (limit?.never ?? []).flatMap(({ box, viaPods }) => (viaPods === undefined ? [box] : []));
  });
};

/** Whether nothing is meant in any namespace. */
export const isNothing = (meaning: Meaning): boolean => meaning.every((boxes) => boxes.length === 0);

/** Whether all of `part` is in `whole` in every namespace. False where that takes more steps than are left: only what is proven is claimed. */
export const isInside = (part: Meaning, whole: Meaning, budget: Budget): boolean =>
  part.every((boxes, at) =>
    boxes.every((box) => {
      const left = remainder(box, whole[at] ?? [], budget, 1);
      return left !== 'tooComplex' && left.length === 0;
    }),
  );

/** Both meanings together. */
export const together = (...meanings: readonly Meaning[]): Meaning =>
  (meanings[0] ?? []).map((_, at) => meanings.flatMap((meaning) => meaning[at] ?? []));

/** A rule with only some of its peers. */
export const onlyWith = (rule: LimitRule, peers: readonly LimitPeer[]): LimitRule => ({ ...rule, peers });
