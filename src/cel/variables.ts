/** `variables`: named expressions of a policy, each computed at most once a request, when another expression first reads it. */
import { type Budget } from './budget.ts';
import { type Bindings, type Program } from './program.ts';
import { Failure, type Result } from './values/failure.ts';
import { LazyFields } from './values/lazy.ts';

/**
 * The value of `variables` for one request. Every variable runs on the bindings, with `variables` among them, and takes from the same budget. A
 * variable that fails makes every expression fail that reads it.
 */
export function composed(
  programs: ReadonlyMap<string, Program>,
  bindings: Bindings,
  budget: Budget,
): LazyFields {
  const computed = new Map<string, Result>();
  const own: LazyFields = new LazyFields((name) => {
    const known = computed.get(name);
    if (known !== undefined) return known;
    const program = programs.get(name);
    if (program === undefined) return undefined;
    const result = program.evaluate(
      { ...bindings, variables: { ...bindings.variables, variables: own } },
      budget,
    );
    const value = result instanceof Failure ? failed(name, result) : result;
    computed.set(name, value);
    return value;
  });
  return own;
}

function failed(name: string, failure: Failure): Failure {
  if (failure.fatal) return new Failure(failure.code, failure.message);
  return new Failure('variableFailed', `variables.${name} failed: ${failure.message}`);
}
