/** Which documents are guardrails: GuardrailPolicies, and the admission policies and bindings of Kubernetes in every version that it has served. */
import type { Document } from '../config/document.ts';
import { stringAt } from '../k8s/json.ts';

export type GuardrailKind =
  | 'GuardrailPolicy'
  | 'ValidatingAdmissionPolicy'
  | 'ValidatingAdmissionPolicyBinding'
  | 'MutatingAdmissionPolicy'
  | 'MutatingAdmissionPolicyBinding';

const kubernetes = ['v1', 'v1beta1', 'v1alpha1'].map((version) => `admissionregistration.k8s.io/${version}`);

/** The versions of each kind that load. */
export const versionsOf: ReadonlyMap<GuardrailKind, readonly string[]> = new Map([
  ['GuardrailPolicy', ['bulkhead.dev/v1alpha1']],
  ['ValidatingAdmissionPolicy', kubernetes],
  ['ValidatingAdmissionPolicyBinding', kubernetes],
  ['MutatingAdmissionPolicy', kubernetes],
  ['MutatingAdmissionPolicyBinding', kubernetes],
]);

/** The kind of a guardrail document, whatever its version; undefined for every other document. */
export function guardrailKindOf({ value }: Document): GuardrailKind | undefined {
  const kind = stringAt(value, 'kind');
  return [...versionsOf.keys()].find((known) => known === kind);
}
