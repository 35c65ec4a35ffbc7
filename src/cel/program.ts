/** A compiled expression, ready to run on the variables of a request. */
import { type Budget, expressionLimit } from './budget.ts';
import { type Code } from './evaluation/compile.ts';
import { type ExtensionFunctions, Frame } from './evaluation/frame.ts';
import { type Expression } from './syntax/expression.ts';
import { placeOf } from './syntax/position.ts';
import { type Type } from './typing/type.ts';
import { Failure, type FailureCode, type Result } from './values/failure.ts';
import { type Value } from './values/value.ts';

/** Why a run has no value; line and column (from 1) are those of the part that failed. */
export interface EvaluationError {
  readonly code: `cel.${FailureCode}`;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** The outcome of a run. */
export type Outcome =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: EvaluationError };

/**
 * The variables of a run by name: JSON as JSON.parse made it, or values of the language. A variable that is left out fails only where it is
 * read. `functions` are the implementations of the extension functions that the environment declares.
 */
export interface Bindings {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly functions?: ExtensionFunctions;
}

/** A compiled expression. */
export interface Program {
  readonly source: string;
  readonly type: Type;
  readonly expression: Expression;
  /** Runs it; never throws (unless an extension function does), never does more than the budget allows. */
  readonly run: (bindings: Bindings, budget: Budget) => Outcome;
  /** The same, with the bare result; for variables that other expressions read. */
  readonly evaluate: (bindings: Bindings, budget: Budget) => Result;
}

const noFunctions: ExtensionFunctions = new Map();

/** Makes a program of compiled code. */
export function programOf(source: string, type: Type, expression: Expression, code: Code): Program {
  const globals = [...code.globals].map(([name, slot]) => ({ name, slot }));
  const empty: readonly Result[] = Array.from({ length: code.slots }, () => null);
  const evaluate = (bindings: Bindings, budget: Budget): Result => {
    const slots = empty.slice();
    for (const { name, slot } of globals) slots[slot] = bound(bindings.variables, name);
    const allowance = budget.allowance;
    const frame = new Frame(
      slots,
      bindings.functions ?? noFunctions,
      Math.min(expressionLimit, budget.remaining),
      allowance,
    );
    if (budget.spent) return exceeded('policy');
    const result = guarded(code, frame);
    // What is charged and then not done, since it is too dear, is charged up to the limit.
    const left = budget.take(Math.min(frame.cost, frame.limit + 1), allowance - frame.work);
    if (!frame.overrun) return result;
    return exceeded(left || frame.cost > expressionLimit ? 'expression' : 'policy');
  };
  const run = (bindings: Bindings, budget: Budget): Outcome => {
    const result = evaluate(bindings, budget);
    return result instanceof Failure
      ? { ok: false, error: errorOf(result, source) }
      : { ok: true, value: result };
  };
  return { source, type, expression, run, evaluate };
}

/** Runs the code; what exhausts the machine's own limits (stack, string length) exhausts the budget. */
function guarded(code: Code, frame: Frame): Result {
  try {
    return code.evaluate(frame);
  } catch (error) {
    if (error instanceof RangeError) return frame.exhausted();
    throw error;
  }
}

const exceeded = (what: 'expression' | 'policy'): Failure =>
  new Failure(
    'costExceeded',
    what === 'expression'
      ? `cost budget exceeded: the expression may cost ${expressionLimit} units; loop over less, or match fewer objects`
      : 'cost budget exceeded: the expressions of this policy together cost more than they may',
  );

/** The value of a variable; a failure if it was not given. Only own properties count, and only what JSON or the language can hold. */
function bound(variables: Readonly<Record<string, unknown>>, name: string): Result {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  return isValue(value) ? value : new Failure('unboundVariable', `the variable ${name} has no value here`);
}

/** Claims a value by its outermost form; what is inside is looked at where an expression reads it. */
const isValue = (value: unknown): value is Value =>
  value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';

/** A failure as an error with its place in the source. */
export function errorOf(failure: Failure, source: string): EvaluationError {
  return { code: `cel.${failure.code}`, message: failure.message, ...placeOf(source, failure.at ?? 0) };
}
