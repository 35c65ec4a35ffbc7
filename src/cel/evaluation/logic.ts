/** `&&`, `||`, `?:`, `==`, `<` and their like: what runs most, written out for the common cases. */
import { withArticle } from '../values/wording.ts';
import { type Call, type Conditional, type Logic } from '../syntax/expression.ts';
import { equals } from '../values/equality.ts';
import { Failure, type Result } from '../values/failure.ts';
import { kindOf } from '../values/kind.ts';
import { Opaque } from '../values/opaque.ts';
import { type Frame } from './frame.ts';
import { shorterOf } from '../library/cost.ts';
import { type Value } from '../values/value.ts';
import { type Compiled, type Compiling, type Scope, dynamic } from './node.ts';

/** Compiles a chain of && or ||: a deciding term wins over failures, whichever comes first; a spent budget over everything. */
export function compileLogic(compiling: Compiling, node: Logic, scope: Scope): Compiled {
  const deciding = node.operator === '||';
  const terms = node.terms.map((term) => compiling.compile(term, scope).evaluate);
  const places = node.terms.map((term) => term.at);
  const [first, second] = terms;
  if (terms.length === 2 && first !== undefined && second !== undefined) {
    return dynamic((frame) => {
      const left = first(frame);
      if (left === deciding) return deciding;
      if (left instanceof Failure && (left.fatal || !frame.pay(30)))
        return left.fatal ? left : frame.exhausted();
      const right = second(frame);
      if (right === deciding) return deciding;
      if (left === !deciding && right === !deciding) return !deciding;
      return frame.pay(30) ? undecided([left, right], places, deciding) : frame.exhausted();
    });
  }
  return dynamic((frame) => {
    let odd: Result[] | undefined;
    for (const [index, term] of terms.entries()) {
      const value = term(frame);
      if (value === deciding) return deciding;
      if (value instanceof Failure && (value.fatal || !frame.pay(30)))
        return value.fatal ? value : frame.exhausted();
      if (value !== !deciding) (odd ??= Array.from({ length: terms.length }, () => !deciding))[index] = value;
    }
    return odd === undefined ? !deciding : undecided(odd, places, deciding);
  });
}

/** The first term that is neither true nor false, as a failure. */
function undecided(values: readonly Result[], places: readonly number[], deciding: boolean): Failure {
  const fatal = values.find((value) => value instanceof Failure && value.fatal);
  if (fatal instanceof Failure) return fatal;
  const index = values.findIndex((value) => value !== !deciding);
  const value = values[index] ?? null;
  return value instanceof Failure ? value : notABool(value, places[index] ?? 0);
}

/** The failure that a condition was no bool. */
export const notABool = (value: Value, at: number): Failure =>
  new Failure('notABool', `a bool is needed here, this is ${withArticle(kindOf(value))}`, at);

/** Compiles `condition ? a : b`; the branches are charged as parts of the choice. */
export function compileConditional(compiling: Compiling, node: Conditional, scope: Scope): Compiled {
  const condition = compiling.compile(node.condition, scope).evaluate;
  const consequent = compiling.compile(node.consequent, scope, true).evaluate;
  const alternative = compiling.compile(node.alternative, scope, true).evaluate;
  return dynamic((frame) => {
    const decided = condition(frame);
    if (decided === true) return consequent(frame);
    if (decided === false) return alternative(frame);
    return decided instanceof Failure ? decided : notABool(decided, node.condition.at);
  });
}

/** Compiles `==` and `!=`. */
export function compileEquality(compiling: Compiling, node: Call, scope: Scope): Compiled {
  const [left, right] = node.operands.map((operand) => compiling.compile(operand, scope).evaluate);
  const negate = node.name === '_!=_';
  const { at } = node;
  return dynamic((frame) => {
    const a = left?.(frame) ?? null;
    const b = right?.(frame) ?? null;
    if (a instanceof Failure || b instanceof Failure) return failing(frame, a, b);
    if (typeof a === 'string' && typeof b === 'string' && a.length <= 10) {
      frame.cost += a.length === 0 || b.length === 0 ? 0 : 1;
      return (a === b) !== negate;
    }
    frame.cost += a instanceof Opaque && !negate ? 1 : shorterOf(frame, a, b);
    const same = equals(a, b, frame);
    if (same instanceof Failure) return negate && !same.fatal ? true : same.located(at);
    return same !== negate;
  });
}

/** The failure that counts of two operands: a spent budget, or the left one. The call is charged all the same, as in Kubernetes. */
export function failing(frame: Frame, a: Result, b: Result): Result {
  frame.cost += 1;
  return b instanceof Failure && (b.fatal || !(a instanceof Failure)) ? b : a;
}

/** The comparisons of small ints, which most comparisons are. */
export const quickComparisons: ReadonlyMap<string, (a: number, b: number) => boolean> = new Map([
  ['_<_', (a: number, b: number) => a < b],
  ['_<=_', (a: number, b: number) => a <= b],
  ['_>_', (a: number, b: number) => a > b],
  ['_>=_', (a: number, b: number) => a >= b],
]);
