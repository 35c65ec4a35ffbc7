/** Judges a request by every guardrail in force and gathers what they find; an error of one never hides a denial of another. */
import type { Bindings } from '../cel/program.ts';
import type { Attributes } from '../k8s/attributes.ts';
import type { NamespaceLookup } from '../k8s/namespaceFacts.ts';
import type { Action, Violation } from '../k8s/violation.ts';
import type { Guardrails } from './guardrails.ts';
import { matches } from './match.ts';
import { paramsFor } from './params.ts';
import type { Binding, Guardrail, Policy } from './policy.ts';
import { type Finding, validate } from './validate.ts';
import { type NamespaceObjects, type RequestVariables, variablesOf } from './variables.ts';

/** What guardrails may look at beside the request. */
export interface Surroundings {
  readonly lookup: NamespaceLookup;
  readonly namespaceObjects: NamespaceObjects;
  /** Implementations of the functions beyond Kubernetes' library. */
  readonly functions: NonNullable<Bindings['functions']>;
}

/** `applied`: whether a policy in force matched. `annotations`: `policy/key` to value, for the audit log. */
export interface Judgement {
  readonly applied: boolean;
  readonly violations: readonly Violation[];
  readonly warnings: readonly string[];
  readonly annotations: ReadonlyMap<string, string>;
}

/** Policies and bindings are no subject of policies: nobody may lock himself out (isPolicyResource of kube-apiserver). */
const isPolicyResource = ({ group, resource }: Attributes): boolean =>
  group === 'admissionregistration.k8s.io' &&
  /^(validating|mutating)admissionpolic(ies|ybindings)$/.test(resource);

/** The guardrails that may match a request. */
export const candidatesFor = (attributes: Attributes, guardrails: Guardrails): readonly Guardrail[] =>
  isPolicyResource(attributes) ? [] : guardrails.candidates(attributes);

/** What the validations of all guardrails say. */
export function judgeGuardrails(
  attributes: Attributes,
  guardrails: Guardrails,
  surroundings: Surroundings,
): Judgement {
  const judging = new Judging(attributes, guardrails, surroundings);
  for (const { policy, bindings } of candidatesFor(attributes, guardrails)) {
    if (policy.validations.length + policy.annotations.length > 0) judging.policy(policy, bindings);
  }
  return judging;
}

/** One request on its way through the guardrails. */
class Judging implements Judgement {
  applied = false;
  readonly violations: Violation[] = [];
  readonly warnings: string[] = [];
  readonly annotations = new Map<string, string>();
  readonly #attributes: Attributes;
  readonly #guardrails: Guardrails;
  readonly #surroundings: Surroundings;
  #variables: RequestVariables | undefined;

  constructor(attributes: Attributes, guardrails: Guardrails, surroundings: Surroundings) {
    this.#attributes = attributes;
    this.#guardrails = guardrails;
    this.#surroundings = surroundings;
  }

  policy(policy: Policy, bindings: readonly Binding[]): void {
    const match = matches(policy.constraints, this.#attributes, this.#surroundings.lookup);
    if (match.kind === 'unmatched') return;
    if (match.kind === 'unknown') {
      this.#misconfigured(policy, undefined, match.message);
      return;
    }
    for (const binding of bindings) this.#binding(policy, binding);
  }

  #binding(policy: Policy, binding: Binding): void {
    const { lookup, functions, namespaceObjects } = this.#surroundings;
    if (binding.resources !== undefined) {
      const match = matches(binding.resources, this.#attributes, lookup);
      if (match.kind === 'unknown') this.#misconfigured(policy, binding, match.message);
      if (match.kind !== 'matched') return;
    }
    this.applied = true;
    const found = paramsFor(
      policy.paramKind,
      binding.paramRef,
      this.#attributes.namespace,
      this.#guardrails.params,
    );
    if (!found.ok) {
      this.#misconfigured(policy, binding, found.message);
      return;
    }
    this.#variables ??= variablesOf(this.#attributes, lookup, namespaceObjects);
    for (const params of found.params) {
      const { findings, annotations } = validate(policy, this.#variables, params, functions);
      for (const [key, value] of annotations) this.#annotate(`${policy.name}/${key}`, value);
      for (const finding of findings) this.#tell(policy, binding, finding);
    }
  }

  /** Values that several bindings and parameters give are joined, as kube-apiserver joins them. */
  #annotate(key: string, value: string): void {
    const known = this.annotations.get(key);
    if (known === undefined) this.annotations.set(key, value);
    else if (!known.split(', ').includes(value)) this.annotations.set(key, `${known}, ${value}`);
  }

  #tell(policy: Policy, binding: Binding, finding: Finding): void {
    if (finding.kind === 'failed') {
      const { index, reason, message } = finding;
      for (const action of binding.actions)
        this.#violation(policy, binding, 'policy', action, message, { index, reason });
      return;
    }
    const { part, error, always } = finding;
    const message = `${part}: ${error.message} (${error.code}, line ${error.line}, column ${error.column})`;
    const actions: readonly Action[] = always ? ['Deny'] : binding.actions;
    this.#errored(policy, binding, message, actions);
  }

  /** What keeps a policy from being evaluated at all refuses, whatever its actions say. */
  #misconfigured(policy: Policy, binding: Binding | undefined, message: string): void {
    this.applied = true;
    this.#errored(policy, binding, message, ['Deny']);
  }

  #errored(policy: Policy, binding: Binding | undefined, message: string, actions: readonly Action[]): void {
    const told = `policy "${policy.name}" could not be evaluated: ${message}`;
    if (policy.failurePolicy === 'Ignore') {
      this.#violation(
        policy,
        binding,
        'policy.error',
        'Audit',
        `${told}; failurePolicy Ignore passes over it`,
        {},
      );
      return;
    }
    for (const action of actions) this.#violation(policy, binding, 'policy.error', action, told, {});
  }

  #violation(
    policy: Policy,
    binding: Binding | undefined,
    code: string,
    action: Action,
    message: string,
    found: { readonly index?: number; readonly reason?: string },
  ): void {
    const detail = {
      kind: policy.kind,
      ...(binding === undefined || policy.kind === 'GuardrailPolicy' ? {} : { binding: binding.name }),
      ...found,
      ...policy.labelling,
    };
    this.violations.push({
      code,
      rule: policy.name,
      kind: 'GuardrailPolicy',
      action,
      field: '',
      message,
      policy: detail,
    });
  }
}
