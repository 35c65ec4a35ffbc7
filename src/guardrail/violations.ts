/** What is told of a policy's findings: violations under its name, with the actions that its binding and failurePolicy give them. */
import type { EvaluationError } from '../cel/program.ts';
import type { Action, Violation } from '../k8s/violation.ts';
import type { Binding, Policy } from './policy.ts';

/** A violation of a policy that was found through a binding. */
export function violationOf(
  policy: Policy,
  binding: Binding | undefined,
  code: 'policy' | 'policy.error',
  action: Action,
  message: string,
  found: { readonly index?: number; readonly reason?: string } = {},
): Violation {
  const detail = {
    kind: policy.kind,
    ...(binding === undefined || policy.kind === 'GuardrailPolicy' ? {} : { binding: binding.name }),
    ...found,
    ...policy.labelling,
  };
  return { code, rule: policy.name, kind: 'GuardrailPolicy', action, field: '', message, policy: detail };
}

/** What an error means: the given actions under Fail; under Ignore it is only written down. */
export function errorOf(
  policy: Policy,
  binding: Binding | undefined,
  message: string,
  actions: readonly Action[],
): readonly Violation[] {
  const told = `policy "${policy.name}" could not be evaluated: ${message}`;
  if (policy.failurePolicy === 'Fail')
    return actions.map((action) => violationOf(policy, binding, 'policy.error', action, told));
  return [
    violationOf(policy, binding, 'policy.error', 'Audit', `${told}; failurePolicy Ignore passes over it`),
  ];
}

/** An error of an expression, with its place in it. */
export const describeError = (part: string, { message, code, line, column }: EvaluationError): string =>
  `${part}: ${message} (${code}, line ${line}, column ${column})`;
