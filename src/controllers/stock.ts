/** Scans what is stored once the rules are in force on every replica, and again and again: what is outside was let in before, or behind our back. */
import type { Finding } from '../admission/scanning/finding.ts';
import type { Rules } from '../admission/rules.ts';
import type { Controller } from './controller.ts';
import { countAgainst, isOutside, lackingOf } from './outside.ts';
import type { Gap, RuleName, Taken } from './outside.ts';
import type { Surroundings } from './surroundings.ts';
import type { Timing } from './timing.ts';

/** What a scan found, or why there is none. */
export type Scanned =
  | { readonly ok: true; readonly findings: readonly Finding[]; readonly gaps: readonly Gap[] }
  | { readonly ok: false; readonly message: string };

export interface StockOptions {
  readonly around: Pick<Surroundings, 'rules' | 'rollout' | 'isFresh'>;
  readonly timing: Timing;
  readonly scan: (signal: AbortSignal) => Promise<Scanned>;
  readonly everyMillis: number;
}

export interface Stock extends Controller {
  /** What the last scan holds against a Boundary's proof, in words; empty where it found nothing. */
  readonly lacking: (boundary: string) => readonly string[];
  /** How many stored objects break a rule; undefined where that is not known. */
  readonly violations: (...rule: RuleName) => number | undefined;
}

/** What replicas were deciding when the rules came is stored by then: API servers wait five seconds for an answer. */
const settledMillis = 7_000;
const lookMillis = 1_000;
/** While something is outside it is looked at sooner, so that who mends it sees that; yet a scan must not follow on a scan. */
const soonMillis = 30_000;
const restFactor = 10;
const retryMillis = 10_000;

/** One key: all that is stored. A scan by rules that were replaced meanwhile counts for nothing. */
export function stock({ around, timing, scan, everyMillis }: StockOptions): Stock {
  let settling: { readonly rules: Rules; readonly since: number } | undefined;
  /** `term`: aborted when this process leads no more; whoever leads again looks again. */
  let last: (Taken & { readonly nextAt: number; readonly term: AbortSignal }) | undefined;

  const isLast = (rules: Rules): boolean =>
    last !== undefined && !last.term.aborted && last.rules.ruleSet === rules.ruleSet;

  /** How long until a scan by these rules would find all that was let in by others. */
  const due = (rules: Rules): number => {
    const { inForce, waitingFor } = around.rollout();
    if (!inForce || !around.isFresh() || waitingFor === undefined || waitingFor.length > 0) {
      settling = undefined;
      return lookMillis;
    }
    if (isLast(rules)) return (last?.nextAt ?? 0) - timing.now();
    if (settling?.rules.ruleSet !== rules.ruleSet) settling = { rules, since: timing.now() };
    return settling.since + settledMillis - timing.now();
  };

  const current = (): Taken | undefined =>
    isLast(around.rules()) && around.rollout().waitingFor?.length === 0 ? last : undefined;

  return {
    name: 'scan',
    keys: () => ['everything'],
    reconcile: async (_, signal) => {
      const rules = around.rules();
      const wait = due(rules);
      if (wait > 0) return { outcome: 'again', afterMillis: wait };
      const begun = timing.now();
      const scanned = await scan(signal);
      if (!scanned.ok) return { outcome: 'failed', message: scanned.message, retryAfterMillis: retryMillis };
      if (around.rules().ruleSet !== rules.ruleSet) return { outcome: 'again', afterMillis: lookMillis };
      const findings = scanned.findings.filter(isOutside);
      const sooner = Math.max(soonMillis, restFactor * (timing.now() - begun));
      const afterMillis = findings.length === 0 ? everyMillis : Math.min(everyMillis, sooner);
      last = { rules, findings, gaps: scanned.gaps, nextAt: timing.now() + afterMillis, term: signal };
      return { outcome: 'again', afterMillis };
    },
    lacking: (boundary) => {
      const taken = current();
      return taken === undefined
        ? ['what is stored was not scanned yet since the rules changed']
        : lackingOf(taken, boundary);
    },
    violations: (...rule) => {
      const taken = current();
      return taken === undefined ? undefined : countAgainst(taken, rule);
    },
  };
}
