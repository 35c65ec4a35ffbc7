/** What approved exceptions add to the limits of their own namespace: flows that count while the exception does, and are never inherited. */
import type { LabelSelector } from '../k8s/labelSelector.ts';
import type { Direction } from '../k8s/networkPolicy.ts';
import type { Box } from '../netpol/box.ts';
import * as boxes from '../netpol/box.ts';
import type { BothWays, LimitRule } from './limitRule.ts';

/**
 * The extra flows of one GuardrailException (api.md 3), for whoever knows that it is about the policy at hand: its namespace, its subjects'
 * kinds and names, its approval and its time are the caller's business.
 */
export interface ExceptionFlows {
  /** How a decision names it: `namespace/name`. */
  readonly name: string;
  /** The Boundaries whose limits it widens; those that it does not name stay as they are. */
  readonly boundaries: readonly string[];
  /** The pods of the namespace that it is about; absent: all of them. */
  readonly pods?: LabelSelector;
  readonly allow: BothWays;
  /** `lapsed`: it allows nothing more, and what only it allowed is judged again with the next update. */
  readonly state: 'active' | 'lapsed';
}

/** A flow that an exception allows, or allowed; an update does not inherit it from the stored policy. */
export interface ExceptedFlow {
  readonly exception: string;
  readonly state: ExceptionFlows['state'];
  readonly box: Box;
}

/** The exception's rules for one direction as rules of a limit: each for its own pods among those that the exception is about. */
export const exceptionRules = (
  { name, allow, pods }: ExceptionFlows,
  direction: Direction,
): readonly LimitRule[] =>
  allow[direction].map((rule) => ({
    ...rule,
    ...(pods === undefined ? {} : { appliesTo: both(pods, rule.appliesTo) }),
    exception: name,
  }));

/** A selector of what two select. Labels become expressions, because both may ask for a value of the same key. */
function both(one: LabelSelector, other: LabelSelector | undefined): LabelSelector {
  if (other === undefined) return one;
  const labels = [...one.matchLabels].map(([key, value]) => ({
    key,
    operator: 'In' as const,
    values: [value],
  }));
  return {
    matchLabels: other.matchLabels,
    matchExpressions: [...labels, ...one.matchExpressions, ...other.matchExpressions],
  };
}

/** The parts of a flow that some exception allows or allowed. */
export const exceptedParts = (box: Box, excepted: readonly ExceptedFlow[]): Box[] =>
  excepted.flatMap((one) => boxes.intersect(box, one.box) ?? []);
