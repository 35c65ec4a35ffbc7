/** Lints one compiled guardrail: whom it is about, what it checks, what it may cost. */
import type { Document } from '../../config/document.ts';
import type { Binding, Policy } from '../../guardrail/policy.ts';
import type { Finding } from '../finding.ts';
import { findingAt } from '../finding.ts';
import { lintExpressions } from './expressions.ts';
import { lintMatching } from './matching.ts';
import type { Protection } from './trust.ts';

/** A policy with its document, and what puts it into force. */
export interface LintedPolicy {
  readonly document: Document;
  readonly policy: Policy;
  readonly bindings: readonly Binding[];
}

/** Everything that is odd about a policy. */
export function lintGuardrail(linted: LintedPolicy, protection: Protection): readonly Finding[] {
  const { document, policy } = linted;
  return [
    ...failsOpen(linted),
    ...lintMatching(document, policy.constraints, '/spec/matchConstraints', protection),
    ...lintExpressions(document, policy),
  ];
}

function failsOpen({ document, policy, bindings }: LintedPolicy): readonly Finding[] {
  const denies = bindings.some(({ actions }) => actions.includes('Deny'));
  if (policy.failurePolicy !== 'Ignore' || !denies || policy.validations.length === 0) return [];
  const message =
    'failurePolicy: Ignore lets in what the expressions fail on, and who writes an object can make an expression fail; use Fail';
  return [
    findingAt(document, '/spec/failurePolicy', { severity: 'warning', code: 'guardrail.failsOpen', message }),
  ];
}
