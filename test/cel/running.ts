// Short ways to run an expression in tests.
import { Budget } from '../../src/cel/budget.ts';
import { compile } from '../../src/cel/compile.ts';
import { admissionEnvironment, type Environment } from '../../src/cel/environment.ts';
import { toDisplay } from '../../src/cel/json.ts';
import type { Bindings, Program } from '../../src/cel/program.ts';

export const admission = admissionEnvironment();

/** The program of an expression that must be sound. */
export function program(source: string, environment: Environment = admission): Program {
  const compiled = compile(source, environment, 'any');
  if (!compiled.ok) throw new Error(compiled.issues.map(({ message }) => message).join('; '));
  return compiled.value;
}

/** The value of an expression as JSON, or the code of the error. */
export function run(
  source: string,
  variables: Readonly<Record<string, unknown>> = {},
  { environment = admission, budget = new Budget(), functions }: Options = {},
): unknown {
  const bindings: Bindings = { variables, ...(functions && { functions }) };
  const outcome = program(source, environment).run(bindings, budget);
  if (!outcome.ok) return outcome.error.code;
  const shown = toDisplay(outcome.value);
  return shown.ok ? shown.json : shown.message;
}

interface Options {
  readonly environment?: Environment;
  readonly budget?: Budget;
  readonly functions?: Bindings['functions'];
}

/** The codes with which an expression is refused at load. */
export function refusal(source: string, environment: Environment = admission): readonly string[] {
  const compiled = compile(source, environment, 'any');
  return compiled.ok ? [] : compiled.issues.map(({ code }) => code);
}
