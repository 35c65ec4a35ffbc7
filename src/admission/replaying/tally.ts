/** Sums up a replay: which decisions change, by rule and tenant, with examples; and what could not be replayed, and why. */
import type { Violation } from '../../k8s/violation.ts';
import type { Past } from './past.ts';
import type { Replayed, Standing } from './replay.ts';

/** One past decision that would come out differently. */
export interface Example {
  readonly past: Past;
  readonly violations: readonly Violation[];
}

/** Decisions that change alike: from what to what, by which rule, for whose namespace. */
export interface Change {
  readonly before: Standing;
  readonly after: Standing;
  /** The rule that denies or warns now, else the one that denied before; a code in brackets where nothing could be judged; empty for none. */
  readonly rule: string;
  readonly tenant: string | undefined;
  count: number;
  /** The first ones. */
  readonly examples: Example[];
}

/** Decisions of which a record does not hold what is read. */
export interface Gap {
  /** The guardrail that reads it; empty for Boundaries and settings. */
  readonly rule: string;
  readonly what: string;
  count: number;
  readonly example: Past;
}

export interface Tally {
  replayed: number;
  same: number;
  changed: number;
  unknown: number;
  newlyDenied: number;
  newlyAllowed: number;
  readonly changes: Map<string, Change>;
  readonly gaps: Map<string, Gap>;
}

/** Different reasons and changes that are told one by one; what goes beyond is counted in the sums. */
const mostKinds = 5_000;

export const newTally = (): Tally => ({
  replayed: 0,
  same: 0,
  changed: 0,
  unknown: 0,
  newlyDenied: 0,
  newlyAllowed: 0,
  changes: new Map(),
  gaps: new Map(),
});

/** Adds the answer for one decision; a decision that several rules deny counts for each of them, and once in the sums. */
export function add(tally: Tally, past: Past, replayed: Replayed, examples: number): void {
  switch (replayed.kind) {
    case 'same':
      tally.replayed += 1;
      tally.same += 1;
      return;
    case 'unknown':
      tally.unknown += 1;
      for (const { rule, what } of replayed.missing) {
        const key = JSON.stringify([rule, what]);
        const known = tally.gaps.get(key);
        if (known !== undefined) known.count += 1;
        else if (tally.gaps.size < mostKinds) tally.gaps.set(key, { rule, what, count: 1, example: past });
      }
      return;
    case 'changed':
      addChange(tally, past, replayed, examples);
      return;
    default:
      replayed satisfies never;
  }
}

function addChange(
  tally: Tally,
  past: Past,
  { before, after, violations, failure }: Extract<Replayed, { kind: 'changed' }>,
  examples: number,
): void {
  tally.replayed += 1;
  tally.changed += 1;
  if (after === 'denied') tally.newlyDenied += 1;
  if (before === 'denied') tally.newlyAllowed += 1;
  for (const rule of rulesOf(past, violations, failure)) {
    const key = JSON.stringify([before, after, rule, past.tenant ?? null]);
    let change = tally.changes.get(key);
    if (change === undefined) {
      if (tally.changes.size >= mostKinds) continue;
      change = { before, after, rule, tenant: past.tenant, count: 0, examples: [] };
      tally.changes.set(key, change);
    }
    change.count += 1;
    if (change.examples.length < examples) {
      const own = violations.filter((violation) => violation.rule === rule);
      change.examples.push({ past, violations: own });
    }
  }
}

function rulesOf(
  { denials, failure: failedBefore }: Past,
  violations: readonly Violation[],
  failure: string | undefined,
): ReadonlySet<string> {
  const now = violations.map(({ rule }) => rule);
  if (failure !== undefined) return new Set([...now, `(${failure})`]);
  if (now.length > 0) return new Set(now);
  const then = denials.map(({ rule }) => rule);
  if (then.length > 0) return new Set(then);
  return new Set([failedBefore === undefined ? '' : `(${failedBefore})`]);
}

/** Changes with the strictest first, then the most frequent. */
export const changesOf = ({ changes }: Tally): readonly Change[] =>
  [...changes.values()].sort((a, b) => rank(b.after) - rank(a.after) || b.count - a.count);

const rank = (standing: Standing): number => ['allowed', 'warned', 'denied'].indexOf(standing);

/** Reasons with the most frequent first. */
export const gapsOf = ({ gaps }: Tally): readonly Gap[] =>
  [...gaps.values()].sort((a, b) => b.count - a.count);
