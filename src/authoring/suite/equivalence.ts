/** Whether a Boundary still means the same when a part of it is left out: then no case could miss the part, and lint tells it instead. */
import { compileRules } from '../../admission/rules.ts';
import type { Boundary } from '../../boundary/boundary.ts';
import type { Surroundings } from '../../boundary/surroundings.ts';
import type { Document } from '../../config/document.ts';
import type { Config } from '../../config/schema.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import { directions } from '../../k8s/networkPolicy.ts';
import { allowedBy, forbiddenBy, fullLintBudget, isInside } from '../lint/resolution.ts';
import type { Meaning } from '../lint/resolution.ts';
import { samplesOf } from '../lint/samples.ts';

/** False where it is not proven. Only limits and prohibitions are compared; anything else that differs has to be the caller's business. */
export function limitsMeanTheSame(before: Document, after: Document, config: Config): boolean {
  const [one, other] = [boundaryOf(before, config), boundaryOf(after, config)];
  if (one === undefined || other === undefined) return false;
  const samples = samplesOf(one.boundary);
  if (samples === undefined) return false;
  return directions.every((direction) => {
    if ((one.boundary.limit[direction] === undefined) !== (other.boundary.limit[direction] === undefined))
      return false;
    const meanings = [one, other].map(({ boundary, surroundings }) =>
      meaningOf(boundary, surroundings, samples, direction),
    );
    const [a, b] = meanings;
    return a !== undefined && b !== undefined && same(a.allowed, b.allowed) && same(a.never, b.never);
  });
}

const same = (a: Meaning, b: Meaning): boolean => {
  const budget = { left: fullLintBudget };
  return isInside(a, b, budget) && isInside(b, a, budget);
};

function meaningOf(
  boundary: Boundary,
  surroundings: Surroundings,
  samples: readonly NamespaceFacts[],
  direction: (typeof directions)[number],
): { readonly allowed: Meaning; readonly never: Meaning } {
  const resolution = { boundary, surroundings, samples, budget: { left: fullLintBudget } };
  return {
    allowed: allowedBy(boundary.limit[direction] ?? [], direction, resolution),
    never: forbiddenBy(boundary.never[direction], direction, resolution),
  };
}

function boundaryOf(
  document: Document,
  config: Config,
): { readonly boundary: Boundary; readonly surroundings: Surroundings } | undefined {
  const read = compileRules([document], config);
  const [boundary] = read.ok ? read.value.ruleSet.boundaries : [];
  return read.ok && boundary !== undefined
    ? { boundary, surroundings: read.value.ruleSet.surroundings }
    : undefined;
}
