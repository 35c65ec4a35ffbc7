/** What a NetworkPolicy would open beyond its namespace's limits: containment, for all present and future pods and addresses. */
import type { Direction, NetworkPolicy } from '../k8s/networkPolicy.ts';
import { directions } from '../k8s/networkPolicy.ts';
import type { Box } from '../netpol/box.ts';
import type { Addresses } from '../netpol/cluster.ts';
import type { Budget, TooComplex } from '../netpol/cover.ts';
import { remainder } from '../netpol/cover.ts';
import type { Flows } from '../netpol/lift.ts';
import { Before, changedPart } from './before.ts';
import { exceptedParts } from './exceptionFlows.ts';
import type { Limit } from './limit.ts';
import type { LimitRule } from './limitRule.ts';
import { forbiddenPart, partOf } from './part.ts';
import { isMeasurable, policyFlows } from './policyFlows.ts';
import type { PolicySetting } from './policyFlows.ts';

/** Flows at one place of the policy that one limit does not allow, or that one of its prohibitions forbids. */
export interface Excess {
  readonly limit: Limit;
  readonly direction: Direction;
  /** JSON pointer of the peer, or of the rule that names no peers. */
  readonly field: string;
  readonly box: Box;
  /** The prohibition that was hit; absent where the flows are merely not allowed. */
  readonly never?: LimitRule;
  readonly flows: Flows;
  /** The pod addresses through which the pods of the box are meant, where an ipBlock means them. */
  readonly viaPods?: Addresses;
}

/** After this many findings of one limit the rest of the policy is not compared with it: nobody reads more, and a refusal is a refusal. */
export const mostFindings = 32;

/**
 * Every excess of `policy`, up to {@link mostFindings} of a limit, one for each field, limit and prohibition. With `old`, only what the old
 * policy did not open, and what an exception allowed it to. `tooComplex` must deny.
 */
export function excessOf(
  policy: NetworkPolicy,
  old: NetworkPolicy | undefined,
  limits: readonly Limit[],
  setting: PolicySetting,
  budget: Budget,
): readonly Excess[] | TooComplex {
  const judged = old === undefined ? policy : changedPart(policy, old);
  if (!isMeasurable(judged)) return 'tooComplex';
  const findings = new Findings();
  for (const direction of directions) {
    const relevant = limits.filter((limit) => limit.direction === direction);
    if (relevant.length === 0) continue;
    const before = old === undefined ? undefined : new Before(old, direction, setting);
    for (const flows of policyFlows(judged, direction, 'may', setting)) {
      const open = findings.notFull(relevant);
      const beyond = beyondLimits([flows.box], flows, open, budget, findings);
      if (beyond === 'tooComplex') return 'tooComplex';
      if (before === undefined || beyond.length === 0) {
        findings.add(beyond);
        continue;
      }
      const opened = before.opened(flows, budget);
      if (opened === 'tooComplex') return 'tooComplex';
      const beyondNow = beyondLimits(opened, flows, open, budget, findings);
      if (beyondNow === 'tooComplex') return 'tooComplex';
      findings.add(beyondNow);
    }
    if (before === undefined) continue;
    const kept = notInherited(policy, direction, findings.notFull(relevant), setting, budget, findings);
    if (kept === 'tooComplex') return 'tooComplex';
    findings.add(kept);
  }
  return findings.all;
}

/** One finding for each field, limit and prohibition is enough to act on. */
class Findings {
  readonly all: Excess[] = [];
  private readonly seen = new Map<Limit, Set<string>>();

  has(limit: Limit, field: string, never: LimitRule | undefined): boolean {
    return this.all.length > 0 && this.seen.get(limit)?.has(keyOf(field, never)) === true;
  }

  add(found: readonly Excess[]): void {
    for (const excess of found) {
      const { limit, field, never } = excess;
      if (this.has(limit, field, never)) continue;
      this.seen.set(limit, (this.seen.get(limit) ?? new Set()).add(keyOf(field, never)));
      this.all.push(excess);
    }
  }

  /** The limits of which more may be told. */
  notFull(limits: readonly Limit[]): readonly Limit[] {
    if (this.all.length < mostFindings) return limits;
    return limits.filter((limit) => (this.seen.get(limit)?.size ?? 0) < mostFindings);
  }
}

const keyOf = (field: string, never: LimitRule | undefined): string => `${field} ${never?.field ?? ''}`;

/** What only an exception allowed stays for an update only while something allows it, whether its rules changed or not. */
function notInherited(
  policy: NetworkPolicy,
  direction: Direction,
  limits: readonly Limit[],
  setting: PolicySetting,
  budget: Budget,
  findings: Findings,
): Excess[] | TooComplex {
  const widened = limits.filter(({ excepted }) => excepted.length > 0);
  if (widened.length === 0) return [];
  if (!isMeasurable(policy)) return 'tooComplex';
  const found: Excess[] = [];
  for (const flows of policyFlows(policy, direction, 'may', setting)) {
    for (const limit of widened) {
      const parts = exceptedParts(flows.box, limit.excepted);
      const beyond = beyondLimits(parts, flows, [limit], budget, findings);
      if (beyond === 'tooComplex') return 'tooComplex';
      found.push(...beyond);
    }
  }
  return found;
}

/** What parts of some flows are beyond some limits, without what is among the findings already. */
function beyondLimits(
  parts: readonly Box[],
  flows: Flows,
  limits: readonly Limit[],
  budget: Budget,
  findings: Findings,
): Excess[] | TooComplex {
  const found: Excess[] = [];
  for (const limit of limits) {
    for (const part of parts) {
      const beyond = beyondLimit(part, flows, limit, budget, findings);
      if (beyond === 'tooComplex') return 'tooComplex';
      found.push(...beyond);
    }
  }
  return found;
}

function beyondLimit(
  box: Box,
  flows: Flows,
  limit: Limit,
  budget: Budget,
  findings: Findings,
): Excess[] | TooComplex {
  const { direction, never, allowed, allowedFor } = limit;
  const base = { limit, direction, field: flows.field, flows };
  const found: Excess[] = [];
  const hit = new Set<LimitRule>();
  for (const prohibition of never) {
    const { rule } = prohibition;
    const isKnown = hit.has(rule) || findings.has(limit, flows.field, rule);
    const part = isKnown ? undefined : forbiddenPart(box, flows.viaPods, prohibition);
    if (part === undefined) continue;
    hit.add(rule);
    found.push({ ...base, ...part, never: rule });
  }
  if (allowed === undefined || findings.has(limit, flows.field, undefined)) return found;
  const left = remainder(box, allowedFor[box.peer.sort], budget, 1);
  if (left === 'tooComplex') return left;
  return [...found, ...left.map((outside) => ({ ...base, ...partOf(outside, flows.viaPods) }))];
}
