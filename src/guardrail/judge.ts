/** Judges a request by every guardrail in force and gathers what they find; an error of one never hides a denial of another. */
import type { Attributes } from '../k8s/attributes.ts';
import type { Violation } from '../k8s/violation.ts';
import type { Guardrails } from './guardrails.ts';
import { invocationsOf } from './invocation.ts';
import type { Binding, Policy } from './policy.ts';
import type { Surroundings } from './surroundings.ts';
import { type Finding, validate } from './validate.ts';
import { variablesOf } from './variables.ts';
import { describeError, errorOf, violationOf } from './violations.ts';

/** `applied`: whether a policy in force matched. `annotations`: `policy/key` to value, for the audit log. */
export interface Judgement {
  readonly applied: boolean;
  readonly violations: readonly Violation[];
  readonly annotations: ReadonlyMap<string, string>;
}

const judges = ({ validations, annotations }: Policy): boolean =>
  validations.length > 0 || annotations.length > 0;

/** What the validations of all guardrails say. */
export function judgeGuardrails(
  attributes: Attributes,
  guardrails: Guardrails,
  surroundings: Surroundings,
): Judgement {
  const invocations = invocationsOf(attributes, guardrails, surroundings, judges);
  const annotations = new Map<string, string>();
  if (invocations.length === 0) return { applied: false, violations: [], annotations };
  const variables = variablesOf(attributes, surroundings.lookup, surroundings.namespaceObjects);
  const violations: Violation[] = [];
  for (const invocation of invocations) {
    if (invocation.kind === 'called') continue;
    const { policy, binding } = invocation;
    // What keeps a policy from being evaluated at all refuses, whatever its actions say.
    if (invocation.kind === 'misconfigured') {
      violations.push(...errorOf(policy, binding, invocation.message, ['Deny']));
      continue;
    }
    const found = validate(policy, variables, invocation.params, surroundings.functions);
    for (const [key, value] of found.annotations) join(annotations, `${policy.name}/${key}`, value);
    for (const finding of found.findings) violations.push(...tell(policy, invocation.binding, finding));
  }
  return { applied: true, violations, annotations };
}

function tell(policy: Policy, binding: Binding, finding: Finding): readonly Violation[] {
  if (finding.kind === 'error') {
    const message = describeError(finding.part, finding.error);
    return errorOf(policy, binding, message, finding.always ? ['Deny'] : binding.actions);
  }
  const { message, index, reason } = finding;
  return binding.actions.map((action) =>
    violationOf(policy, binding, 'policy', action, message, { index, reason }),
  );
}

/** Values that several bindings and parameters give under one key are joined, as kube-apiserver joins them. */
function join(annotations: Map<string, string>, key: string, value: string): void {
  const known = annotations.get(key);
  if (known === undefined) annotations.set(key, value);
  else if (!known.split(', ').includes(value)) annotations.set(key, `${known}, ${value}`);
}
