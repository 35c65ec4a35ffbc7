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
  /** Scans, or answers with a scan that began at `since` or later, by the clock of `timing`. */
  readonly scan: (signal: AbortSignal, since: number) => Promise<Scanned>;
  readonly everyMillis: number;
}

export interface Stock extends Controller {
  /** Who decides by the rules changed: to be told at once, for whoever decided by others may have let something in after a scan. */
  readonly changed: () => void;
  /** What the last scan holds against a Boundary's proof, in words; empty where it found nothing. */
  readonly lacking: (boundary: string) => readonly string[];
  /** How many stored objects break a rule; undefined where that is not known. */
  readonly violations: (...rule: RuleName) => number | undefined;
}

interface Settled {
  readonly ruleSet: Rules['ruleSet'];
  readonly at: number;
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
  /** From when on a scan finds all that was let in by other rules; undefined while somebody decides by others. */
  let settled: Settled | undefined;
  /** `term`: aborted when this process leads no more; whoever leads again looks again. */
  let last:
    (Taken & { readonly settled: Settled; readonly nextAt: number; readonly term: AbortSignal }) | undefined;

  const isLast = (rules: Rules): boolean =>
    last !== undefined &&
    !last.term.aborted &&
    last.settled === settled &&
    last.rules.ruleSet === rules.ruleSet;

  const isComplete = (): boolean => {
    const { inForce, waitingFor } = around.rollout();
    return inForce && waitingFor?.length === 0;
  };

  /** Since when a scan by these rules counts, and how long until the next is due; how long to wait where none may begin yet. */
  const due = (rules: Rules): { readonly settled?: Settled; readonly wait: number } => {
    if (!isComplete() || !around.isFresh()) {
      settled = undefined;
      return { wait: lookMillis };
    }
    const now = timing.now();
    if (settled?.ruleSet !== rules.ruleSet) settled = { ruleSet: rules.ruleSet, at: now + settledMillis };
    return { settled, wait: (isLast(rules) ? (last?.nextAt ?? 0) : settled.at) - now };
  };

  const current = (): Taken | undefined => (isComplete() && isLast(around.rules()) ? last : undefined);

  return {
    name: 'scan',
    keys: () => ['everything'],
    reconcile: async (_, signal) => {
      const rules = around.rules();
      const next = due(rules);
      if (next.settled === undefined || next.wait > 0) return { outcome: 'again', afterMillis: next.wait };
      const begun = timing.now();
      const scanned = await scan(signal, next.settled.at);
      if (!scanned.ok) return { outcome: 'failed', message: scanned.message, retryAfterMillis: retryMillis };
      if (around.rules().ruleSet !== rules.ruleSet) return { outcome: 'again', afterMillis: lookMillis };
      const findings = scanned.findings.filter(isOutside);
      const sooner = Math.max(soonMillis, restFactor * (timing.now() - begun));
      const afterMillis = findings.length === 0 ? everyMillis : Math.min(everyMillis, sooner);
      const nextAt = timing.now() + afterMillis;
      last = { rules, findings, gaps: scanned.gaps, settled: next.settled, nextAt, term: signal };
      return { outcome: 'again', afterMillis };
    },
    changed: () => {
      if (!isComplete()) settled = undefined;
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
