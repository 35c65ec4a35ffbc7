/** The outcome of a review: what was found, what follows from it, and the patch. */
import type { Attributes } from '../k8s/attributes.ts';
import type { PatchOperation } from '../k8s/jsonPatch.ts';
import type { Violation } from '../k8s/violation.ts';

/** Why a request could not be judged at all. It is refused: an error is never an allow. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** HTTP status for the API server: 422 for an object that cannot be read, 500 where Bulkhead could not find something out. */
  readonly status: 422 | 500;
}

/** `applied`: whether any rule looked at the request at all. */
export interface Decision {
  readonly allowed: boolean;
  readonly applied: boolean;
  readonly violations: readonly Violation[];
  readonly warnings: readonly string[];
  readonly patch: readonly PatchOperation[];
  readonly failure?: Failure;
  readonly annotations?: ReadonlyMap<string, string>;
  /** The names of the exceptions that it used, `namespace/name`. */
  readonly exceptions?: readonly string[];
}

export interface Outcome {
  readonly attributes: Attributes;
  readonly decision: Decision;
}

/** What evaluating a request gives before it is weighed. */
export interface Evaluation {
  readonly applied: boolean;
  readonly violations: readonly Violation[];
  readonly warnings: readonly string[];
  readonly failure?: Failure;
  /** What guardrails write into the audit log: `policy/key` to value. */
  readonly annotations?: ReadonlyMap<string, string>;
  readonly exceptions?: readonly string[];
}

/** Nothing here is any rule's business. */
export const notApplicable: Evaluation = { applied: false, violations: [], warnings: [] };

/** The request could not be judged. */
export const failed = (code: string, message: string, status: Failure['status']): Evaluation => ({
  applied: true,
  violations: [],
  warnings: [],
  failure: { code, message, status },
});

/** Weighs an evaluation: any denial or failure denies, everything else is told. */
export function decide(evaluation: Evaluation, patch: readonly PatchOperation[]): Decision {
  const denied =
    evaluation.failure !== undefined || evaluation.violations.some(({ action }) => action === 'Deny');
  return { ...evaluation, allowed: !denied, patch: denied ? [] : patch };
}
