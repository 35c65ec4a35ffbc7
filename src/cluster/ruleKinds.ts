/** Where rules are stored in a cluster, kind by kind, and what of a stored object is the rule. */
import { storedFile } from '../config/document.ts';
import type { Document } from '../config/document.ts';
import { own, ownAt, stringAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';

export interface RuleKind {
  readonly kind: string;
  readonly apiVersion: string;
  readonly path: string;
}

const stored = (apiVersion: string, kind: string, plural: string): RuleKind => ({
  kind,
  apiVersion,
  path: `/apis/${apiVersion}/${plural}`,
});

const own1 = 'bulkhead.dev/v1alpha1';
const kubernetes = 'admissionregistration.k8s.io/v1';

/** Our own kinds, always followed. */
export const ownRuleKinds: readonly RuleKind[] = [
  stored(own1, 'Boundary', 'boundaries'),
  stored(own1, 'GuardrailPolicy', 'guardrailpolicies'),
];

/** Exceptions, which are no rules: whether one counts is in its status. */
export const exceptionKind: RuleKind = stored(own1, 'GuardrailException', 'guardrailexceptions');

/** Kubernetes' own, followed where the configuration says so. */
export const admissionPolicyKinds: readonly RuleKind[] = [
  stored(kubernetes, 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies'),
  stored(kubernetes, 'ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings'),
  stored(kubernetes, 'MutatingAdmissionPolicy', 'mutatingadmissionpolicies'),
  stored(kubernetes, 'MutatingAdmissionPolicyBinding', 'mutatingadmissionpolicybindings'),
];

const nowhere = { line: 1, column: 1 } as const;

/** A rule of the cluster. `version`: another one with every change of what somebody wrote, so that what is changed back is told from what it was. */
export interface StoredRule extends Document {
  readonly version: string;
}

/**
 * The rule in a stored object: what somebody wrote, without what the server keeps about it, so that a change of status is no other rule. Items of
 * a list carry no kind, so it is written out.
 */
export const toDocument = ({ kind, apiVersion }: RuleKind, object: JsonObject): StoredRule => {
  const name = stringAt(object, 'metadata', 'name') ?? '';
  return {
    value: { apiVersion, kind, metadata: { name }, spec: own(object, 'spec') },
    file: `${storedFile}${kind}/${name}`,
    version: `${stringAt(object, 'metadata', 'uid') ?? ''} ${Number(ownAt(object, 'metadata', 'generation') ?? 0)}`,
    positionOf: () => nowhere,
  };
};
