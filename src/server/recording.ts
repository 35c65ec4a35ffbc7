/** How decisions get into the log: what is sealed before an answer, and when an answer must be a refusal because nothing can be recorded. */
import { decide, failed } from '../admission/decision.ts';
import type { Outcome } from '../admission/decision.ts';
import { markAnnotation } from '../admission/exceptions/mark.ts';
import { verdictOf, warningsOf } from '../admission/respond.ts';
import type { Identity } from '../admission/respond.ts';
import type { Rules } from '../admission/rules.ts';
import type { Door, World } from '../admission/world.ts';
import type { Config } from '../config/schema.ts';
import { allowanceOf } from '../decisions/event/allowance.ts';
import type { Allowance } from '../decisions/event/allowance.ts';
import { ObjectHashes } from '../decisions/event/objectHash.ts';
import type { Recent } from '../decisions/event/recent.ts';
import { isRecorded, sealHead } from '../decisions/event/seal.ts';
import type { Sealed, SealedHead } from '../decisions/event/seal.ts';
import type { Verdict } from '../decisions/record.ts';
import { readsOf } from '../guardrail/reads.ts';

/** What a reviewer does about the log; absent where decisions are not recorded. */
export interface Recorder {
  /** Seals a decision before its answer; undefined for one that is not written down. */
  readonly seal: (
    door: Door,
    outcome: Outcome,
    identity: Identity,
    world: World,
  ) => Sealed | SealedHead | undefined;
  /** Takes a sealed decision once it is answered; never waits. The trace is told in its line of the log and never stored. */
  readonly keep: (sealed: Sealed | SealedHead, latencyMicros: number, traceparent?: string) => void;
  /** Counts a decision of which no record could be made. */
  readonly lost: () => void;
  /** Whether nothing may be allowed without a record. */
  readonly required: boolean;
  /** Whether decisions must be recorded to allow anything, and cannot be at this moment. */
  readonly refuses: () => boolean;
}

export interface RecorderOptions extends Pick<Recorder, 'keep' | 'lost' | 'refuses'> {
  readonly config: Config;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Absent in a worker, which sees only some of the calls. */
  readonly recent?: Recent;
}

export function recorder({ config, now, recent, keep, lost, refuses }: RecorderOptions): Recorder {
  const memory = { hashes: new ObjectHashes(), recent };
  let known:
    { readonly ruleSet: unknown; readonly guardrails: unknown; readonly allowance: Allowance } | undefined;
  const allowanceFor = (rules: Rules): Allowance => {
    // Rules are replaced as a whole; what may be recorded is worked out once for each set.
    const guardrails = rules.guardrails.all;
    if (known?.ruleSet !== rules.ruleSet || known.guardrails !== guardrails) {
      known = { ruleSet: rules.ruleSet, guardrails, allowance: allowance(rules, config) };
    }
    return known.allowance;
  };
  return {
    keep,
    lost,
    refuses,
    required: config.decisionLog.required,
    seal: (door, outcome, identity, world) => {
      const decision = verdictOf(outcome.decision);
      if (!isRecorded({ door, decision })) return undefined;
      const { violations, patch, failure, exceptions } = outcome.decision;
      const decided = {
        decisionId: identity.decisionId,
        millis: now(),
        door,
        attributes: outcome.attributes,
        decision,
        violations,
        warnings: warningsOf(outcome.decision),
        patch,
        failure,
        rulesHash: identity.rulesHash,
        exceptions,
        namespace: namespaceOf(outcome, world),
      };
      return sealHead(decided, allowanceFor(world.rules), memory);
    },
  };
}

/** The same outcome where it is a refusal already or leaves no record; otherwise a refusal that says why. */
export function unrecorded(door: Door, outcome: Outcome): Outcome {
  const { attributes, decision } = outcome;
  const verdict: Verdict = verdictOf(decision);
  if (!decision.allowed || !isRecorded({ door, decision: verdict })) return outcome;
  const message =
    'decisions must be recorded (decisionLog.required) and the decision log cannot record now; ask whoever runs Bulkhead to look at the reasons in /readyz';
  return { attributes, decision: decide(failed('log.unavailable', message, 500), []) };
}

/** What rules look at, and what the configuration adds. */
function allowance({ tenancy, ruleSet, guardrails }: Rules, { decisionLog }: Config): Allowance {
  const { roles, assign } = tenancy;
  const reads = readsOf(guardrails.all);
  return allowanceOf({
    tenantLabel: tenancy.tenantLabel,
    labels: [
      ...tenancy.protectedLabels,
      ...tenancy.protectedPodLabels,
      ...ruleSet.boundaries.flatMap(({ stampPods }) => stampPods),
      ...reads.labels,
    ],
    reads: reads.parts,
    // The mark is Bulkhead's own, and says which exceptions a policy lives by.
    annotations: [...decisionLog.annotations, markAnnotation],
    groups: [
      ...decisionLog.groups,
      ...Object.values(roles).flatMap(({ groups }: { readonly groups: Iterable<string> }) => [...groups]),
      ...assign.flatMap(({ groups }) => groups),
    ],
  });
}

function namespaceOf({ attributes }: Outcome, world: World): ReturnType<typeof found> {
  return attributes.namespace === '' ? undefined : found(world.lookup(attributes.namespace));
}

const found = (
  facts: ReturnType<World['lookup']>,
): Exclude<ReturnType<World['lookup']>, string> | undefined =>
  typeof facts === 'string' ? undefined : facts;
