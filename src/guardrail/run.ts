/** One run of a policy: its match conditions and its expressions, on one request with one parameter. */
import { Budget, matchConditionsLimit } from '../cel/budget.ts';
import type { Bindings, EvaluationError, Program } from '../cel/program.ts';
import { composed } from '../cel/variables.ts';
import type { JsonObject } from '../k8s/json.ts';
import type { Surroundings } from './surroundings.ts';
import type { Policy } from './policy.ts';
import type { RequestVariables } from './variables.ts';

/** What the match conditions say. */
export type Applies = 'yes' | 'no' | EvaluationError;

/**
 * Judges the match conditions: one that is false excludes the request, whatever errors others have. `namespaceObject` is null in them, as in
 * kube-apiserver.
 */
export function applies(
  policy: Policy,
  request: RequestVariables,
  params: JsonObject | null,
  functions: Surroundings['functions'],
): Applies {
  if (policy.conditions.length === 0) return 'yes';
  const budget = new Budget(matchConditionsLimit);
  const bindings = { variables: { ...request, namespaceObject: null, params }, functions };
  let error: EvaluationError | undefined;
  for (const { program } of policy.conditions) {
    const outcome = program.run(bindings, budget);
    if (!outcome.ok) error ??= outcome.error;
    else if (outcome.value !== true) return 'no';
  }
  return error ?? 'yes';
}

/** What the expressions of a policy run on, `variables` among it; all take from one budget. */
export interface Run {
  readonly bindings: Bindings;
  readonly budget: Budget;
  readonly run: (program: Program) => ReturnType<Program['run']>;
}

/** Starts a run with a full budget. */
export function start(
  policy: Policy,
  request: RequestVariables,
  params: JsonObject | null,
  functions: Surroundings['functions'],
): Run {
  const budget = new Budget();
  const plain: Bindings = { variables: { ...request, params }, functions };
  const bindings: Bindings =
    policy.variables.size === 0
      ? plain
      : {
          functions,
          variables: { ...plain.variables, variables: composed(policy.variables, plain, budget) },
        };
  return { bindings, budget, run: (program) => program.run(bindings, budget) };
}
