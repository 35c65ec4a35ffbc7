/** From the text of an expression to a program, or to everything that is wrong with it. */
import { withArticle } from './values/wording.ts';
import { type Issue, type Read, sound, unsound } from '../config/issue.ts';
import { type Environment } from './environment.ts';
import { ConstantFailure } from './evaluation/constantFailure.ts';
import { generate } from './evaluation/compile.ts';
import { type Program, programOf } from './program.ts';
import { type Expression } from './syntax/expression.ts';
import { type Mistake, Refusal } from './syntax/mistake.ts';
import { parse } from './syntax/parse.ts';
import { excerpt, placeOf } from './syntax/position.ts';
import { type Checked, check } from './typing/check.ts';
import { checkLiterals } from './typing/literals.ts';
import { type Type, describeType, dyn, same } from './typing/type.ts';

/** The type that an expression must have: a validation is exactly bool, a message exactly string; `any` takes every type. */
export type Expected = 'bool' | 'string' | 'any' | Type;

/** A mistake in an expression; `excerpt` is the line with a caret under the place. */
export interface ExpressionIssue extends Issue {
  readonly line: number;
  readonly column: number;
  readonly excerpt: string;
}

/**
 * Parses, checks and compiles an expression. What kube-apiserver 1.36 refuses at load is refused: syntax, names, overloads, mixed literals,
 * bad patterns, constants that cannot be converted, a result of the wrong type (dyn is not bool).
 */
export function compile(source: string, environment: Environment, expected: Expected): Read<Program> {
  try {
    const { expression } = parse(source);
    const { checked, mistakes } = examine(expression, environment);
    if (mistakes.length > 0) return unsound(issuesOf(mistakes, source));
    const type = checked.type(expression);
    const wrong = wrongType(type, expected);
    if (wrong !== undefined)
      return unsound(issuesOf([{ code: 'wrongResultType', message: wrong, at: 0 }], source));
    return sound(programOf(source, type, expression, generate(expression, checked, environment.definition)));
  } catch (error) {
    if (error instanceof Refusal) return unsound(issuesOf([error.mistake], source));
    if (error instanceof ConstantFailure) return unsound(issuesOf([constantMistake(error)], source));
    if (error instanceof RangeError) return unsound(issuesOf([tooDeep], source));
    throw error;
  }
}

/**
 * Checks an expression again with other types, such as the OpenAPI types of the objects a policy matches: what does not fit is a warning, never
 * a refusal. An expression that cannot be parsed has no warnings.
 */
export const warnings = (source: string, environment: Environment): readonly ExpressionIssue[] =>
  recheck(source, environment).warnings;

/** The same with the type that the expression then has. */
export function recheck(
  source: string,
  environment: Environment,
): { readonly warnings: readonly ExpressionIssue[]; readonly type: Type } {
  try {
    const { expression } = parse(source);
    const { checked, mistakes } = examine(expression, environment);
    return { warnings: issuesOf(mistakes, source), type: checked.type(expression) };
  } catch (error) {
    if (error instanceof Refusal || error instanceof RangeError) return { warnings: [], type: dyn };
    throw error;
  }
}

function examine(
  expression: Expression,
  environment: Environment,
): { readonly checked: Checked; readonly mistakes: readonly Mistake[] } {
  const { checked, mistakes } = check(expression, environment);
  if (mistakes.length > 0) return { checked, mistakes };
  return { checked, mistakes: checkLiterals(expression, checked, environment) };
}

const tooDeep: Mistake = {
  code: 'tooDeep',
  message: 'the expression is nested too deeply: put parts of it into variables',
  at: 0,
};

const constantMistake = ({ failure }: ConstantFailure): Mistake => ({
  code: 'invalidConstant',
  message: failure.message,
  at: failure.at ?? 0,
});

/** Kinds of values that string() takes. */
const convertible: ReadonlySet<string> = new Set(['dyn', 'int', 'uint', 'double', 'bool']);

function wrongType(type: Type, expected: Expected): string | undefined {
  const shown = describeType(type);
  if (expected === 'any') return undefined;
  const wanted = typeof expected === 'string' ? expected : describeType(expected);
  const fits = typeof expected === 'string' ? type.kind === expected : same(type, expected);
  if (fits) return undefined;
  const hint =
    type.kind === 'dyn' && wanted === 'bool'
      ? '; compare it, as in … == true'
      : wanted === 'string' && convertible.has(type.kind)
        ? '; convert it with string(…)'
        : '';
  return `the expression must be ${withArticle(wanted)}, this is ${withArticle(shown)}${hint}`;
}

const issuesOf = (mistakes: readonly Mistake[], source: string): readonly ExpressionIssue[] =>
  mistakes.map(({ code, message, at }) => {
    const place = placeOf(source, at);
    return { code: `cel.${code}`, message, ...place, excerpt: excerpt(source, place) };
  });
