/** A policy and its bindings as they are compiled: everything that a request only has to run. */
import type { Program } from '../cel/program.ts';
import type { Action } from '../k8s/violation.ts';
import type { MatchResources } from './matchResources.ts';
import type { ParamKind, ParamRef } from './params.ts';

export type PolicyKind = 'GuardrailPolicy' | 'ValidatingAdmissionPolicy' | 'MutatingAdmissionPolicy';

export interface Condition {
  readonly name: string;
  readonly program: Program;
}

export interface Validation {
  readonly program: Program;
  readonly message: string;
  readonly messageProgram: Program | undefined;
  readonly reason: string;
}

export interface AuditAnnotation {
  readonly key: string;
  readonly program: Program;
}

export interface Mutation {
  readonly patchType: 'ApplyConfiguration' | 'JSONPatch';
  readonly program: Program;
}

/** What distinguishes a GuardrailPolicy's results; plain admission policies have none of it. */
export interface Labelling {
  readonly severity?: string;
  readonly category?: string;
  readonly remediation?: string;
}

export interface Policy {
  readonly kind: PolicyKind;
  readonly name: string;
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly paramKind: ParamKind | undefined;
  readonly constraints: MatchResources;
  readonly conditions: readonly Condition[];
  readonly variables: ReadonlyMap<string, Program>;
  readonly validations: readonly Validation[];
  readonly annotations: readonly AuditAnnotation[];
  readonly mutations: readonly Mutation[];
  readonly reinvoked: boolean;
  readonly labelling: Labelling;
  /** Whether it comes from the cluster, and so do its parameters. */
  readonly stored: boolean;
}

/** What puts a policy into force, where, with which parameters, and what follows from a failure. A GuardrailPolicy is its own binding. */
export interface Binding {
  readonly name: string;
  readonly policyName: string;
  readonly resources: MatchResources | undefined;
  readonly paramRef: ParamRef | undefined;
  readonly actions: readonly Action[];
}

/** A policy in force. */
export interface Guardrail {
  readonly policy: Policy;
  readonly bindings: readonly Binding[];
}
