/** Which rules of a list, and which peers of a rule, add nothing to the others: exact, for every namespace. */
import type { LimitRule } from '../../boundary/limitRule.ts';
import type { Budget } from '../../netpol/cover.ts';
import type { Meaning } from './resolution.ts';
import { isInside, isNothing, onlyWith, together } from './resolution.ts';

/** A rule or a peer at `field` whose flows the places in `by` mean already: one where one is enough. */
export interface Shadowed {
  readonly field: string;
  readonly by: readonly string[];
}

/** Beyond so many peers only whole rules are compared. */
const mostPeers = 512;
/** Where more places than this are needed together, the direction as a whole is named. */
const mostNamed = 3;

interface Part {
  readonly field: string;
  readonly meaning: Meaning;
}

/**
 * What could be removed without a change. Of two that mean the same the later is told. `read` says what rules mean together; those that mean
 * nothing are for others to tell.
 */
export function shadowedParts(
  rules: readonly LimitRule[],
  read: (rules: readonly LimitRule[]) => Meaning,
  budget: Budget,
): readonly Shadowed[] {
  const parts = rules
    .map((rule): Part => ({ field: rule.field, meaning: read([rule]) }))
    .filter(({ meaning }) => !isNothing(meaning));
  const whole = redundant(parts, [], budget);
  const kept = rules.filter(({ field }) => !whole.some((one) => one.field === field));
  if (kept.reduce((sum, { peers }) => sum + peers.length, 0) > mostPeers) return whole;
  const within = kept.flatMap((rule) => {
    if (rule.peers.length < 2) return [];
    const others = parts.filter(
      ({ field }) => field !== rule.field && kept.some((one) => one.field === field),
    );
    const peers = rule.peers
      .map((peer): Part => ({ field: peer.field, meaning: read([onlyWith(rule, [peer])]) }))
      .filter(({ meaning }) => !isNothing(meaning));
    return redundant(peers, others, budget);
  });
  return [...whole, ...within];
}

/** The parts that the others and `beside` cover, from the last to the first, each only once. */
function redundant(parts: readonly Part[], beside: readonly Part[], budget: Budget): readonly Shadowed[] {
  const found: Shadowed[] = [];
  let left = [...parts];
  for (const part of [...parts].reverse()) {
    const others = [...left.filter((one) => one !== part), ...beside];
    if (others.length === 0) break;
    const single = others.find(({ meaning }) => isInside(part.meaning, meaning, budget));
    const covered =
      single === undefined &&
      isInside(part.meaning, together(...others.map(({ meaning }) => meaning)), budget);
    if (single === undefined && !covered) continue;
    left = left.filter((one) => one !== part);
    const by = single === undefined ? needed(part, others, budget) : [single];
    found.push({ field: part.field, by: by.map(({ field }) => field) });
  }
  return found.reverse();
}

/** Those of the others that it takes: each that can be left out is. */
function needed(part: Part, others: readonly Part[], budget: Budget): readonly Part[] {
  let kept = others;
  for (const other of others) {
    const rest = kept.filter((one) => one !== other);
    if (isInside(part.meaning, together(...rest.map(({ meaning }) => meaning)), budget)) kept = rest;
  }
  return kept.slice(0, mostNamed);
}
