/** What is written down of a decision: an allow-listed part of the request and what was found, never the object itself. */
import type { Violation } from '../k8s/violation.ts';
import type { Outcome } from './decision.ts';
import { verdictOf, warningsOf } from './respond.ts';
import type { Identity } from './respond.ts';
import type { Door } from './world.ts';

export interface DecisionRecord {
  readonly decisionId: string;
  readonly uid: string;
  readonly door: Door;
  readonly operation: string;
  readonly dryRun: boolean;
  readonly resource: {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
    readonly subresource: string;
    readonly namespace: string;
    readonly name: string;
  };
  readonly user: string;
  readonly decision: string;
  readonly violations: readonly Violation[];
  readonly warnings: readonly string[];
  readonly failure?: { readonly code: string; readonly message: string };
  readonly rulesHash: string;
  readonly latencyMicros: number;
}

/** At most this many violations of one decision are written down; how many there were is in their number. */
const mostViolations = 50;

/** The record of one decision. */
export function recordOf(
  door: Door,
  { attributes, decision }: Outcome,
  identity: Identity,
  latencyMicros: number,
): DecisionRecord {
  const { uid, operation, dryRun, group, version, kind, subresource, namespace, name, user } = attributes;
  return {
    decisionId: identity.decisionId,
    uid,
    door,
    operation,
    dryRun,
    resource: { group, version, kind, subresource, namespace, name },
    user: user.username,
    decision: verdictOf(decision),
    violations: decision.violations.slice(0, mostViolations),
    warnings: warningsOf(decision),
    ...(decision.failure === undefined
      ? {}
      : { failure: { code: decision.failure.code, message: decision.failure.message } }),
    rulesHash: identity.rulesHash,
    latencyMicros,
  };
}
