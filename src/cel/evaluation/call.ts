/** Calls of functions, methods and operators on evaluated arguments. */
import { type Call } from '../syntax/expression.ts';
import { type Cost, type Overload, type Run } from '../library/definition.ts';
import { compilePattern, finding, findingAll, matching, searching } from '../library/regex.ts';
import { equals } from '../values/equality.ts';
import { Failure, type Result, noSuchOverload } from '../values/failure.ts';
import { isInt, kindOf } from '../values/kind.ts';
import { type Value, Optional, isList } from '../values/value.ts';
import { type Evaluate, Frame } from './frame.ts';
import { ConstantFailure } from './constantFailure.ts';
import { compileEquality, failing, quickComparisons } from './logic.ts';
import { type Compiled, type Compiling, type Scope, constant, dynamic } from './node.ts';

/** Conversions that are computed at load where their argument is constant; one that fails refuses the expression. */
const conversions: ReadonlySet<string> = new Set(
  'bool bytes double duration dyn int string timestamp type uint'.split(' '),
);

/** Compiles a call; a mistake at load is thrown as the {@link Failure} it would always give. */
export function compileCall(compiling: Compiling, node: Call, scope: Scope): Compiled {
  if (node.name === '_==_' || node.name === '_!=_') return compileEquality(compiling, node, scope);
  const meaning = compiling.checked.meaning(node);
  if (meaning?.kind !== 'call') return dynamic(() => noSuchOverload(node.name));
  const definition = compiling.definition(meaning.name);
  const all =
    node.receiver === undefined || !meaning.member ? node.operands : [node.receiver, ...node.operands];
  const operands = all.map((operand) => compiling.compile(operand, scope));
  const [first, second] = operands;
  if (
    meaning.member &&
    (node.name === 'or' || node.name === 'orValue') &&
    first !== undefined &&
    second !== undefined
  ) {
    return dynamic(lazyOr(node.name, first.evaluate, second.evaluate, node.at));
  }
  const overloads = (definition?.overloads ?? []).filter((overload) => meaning.overloads.includes(overload));
  const only = overloads.length === 1 ? overloads[0] : undefined;
  const cost = only?.cost ?? definition?.cost;
  if (
    node.name === '@in' &&
    second?.constant !== undefined &&
    isList(second.constant) &&
    only !== undefined
  ) {
    if (second.constant.length === 0) return constant(false);
    if (first !== undefined) return dynamic(memberOf(first.evaluate, second.constant));
  }
  const run = patternRun(node, second?.constant) ?? dispatch(meaning.name, overloads, only);
  const quick = quickComparisons.get(node.name);
  const evaluate = invoke(
    meaning.name,
    run,
    cost,
    operands.map((operand) => operand.evaluate),
    node.at,
    quick,
  );
  if (conversions.has(meaning.name) && operands.length === 1 && first?.constant !== undefined) {
    return folded(evaluate);
  }
  const constants = operands.every((operand) => operand.constant !== undefined);
  return dynamic(constants && definition?.pure === true ? (precomputed(evaluate) ?? evaluate) : evaluate);
}

/** A call of constants computed once, at load; every run is charged as if it were called. */
function precomputed(evaluate: Evaluate): Evaluate | undefined {
  const probe = new Frame([], new Map(), 10_000, 100_000);
  const value = evaluate(probe);
  if (value instanceof Failure || probe.overrun) return undefined;
  const { cost } = probe;
  return (frame) => {
    frame.cost += cost;
    return value;
  };
}

/** Tries the overloads that may be meant, in order. */
function dispatch(name: string, overloads: readonly Overload[], only: Overload | undefined): Run {
  if (only !== undefined) return only.run;
  return (frame, a, b, c, d) => {
    for (const overload of overloads) {
      const result = overload.run(frame, a, b, c, d);
      if (result !== undefined) return result;
    }
    return mismatch(name, a, b, b === null ? 1 : 2);
  };
}

function invoke(
  name: string,
  run: Run,
  cost: Cost | undefined,
  operands: readonly Evaluate[],
  at: number,
  quick: ((a: number, b: number) => boolean) | undefined,
): Evaluate {
  const before = cost?.by === 'arguments' ? cost.of : cost === undefined ? unit : free;
  const after = cost?.by === 'result' ? cost.of : undefined;
  const apply = (frame: Frame, a: Value, b: Value, c: Value, d: Value): Result => {
    frame.cost += before(frame, a, b);
    if (frame.overrun) return frame.exhausted();
    const result = run(frame, a, b, c, d);
    if (frame.work < 0) return frame.exhausted();
    if (result === undefined) return mismatch(name, a, b, operands.length).located(at);
    if (after !== undefined) frame.cost += after(frame, result);
    return result instanceof Failure ? result.located(at) : result;
  };
  const [first, second, third, fourth] = operands;
  if (first === undefined) return (frame) => apply(frame, null, null, null, null);
  if (second === undefined) {
    return (frame) => {
      const a = first(frame);
      return a instanceof Failure ? failing(frame, a, null) : apply(frame, a, null, null, null);
    };
  }
  if (third === undefined) {
    return (frame) => {
      const a = first(frame);
      const b = second(frame);
      if (
        quick !== undefined &&
        typeof a === 'number' &&
        typeof b === 'number' &&
        Number.isSafeInteger(a) &&
        Number.isSafeInteger(b)
      ) {
        frame.cost += 1;
        return quick(a, b);
      }
      if (a instanceof Failure || b instanceof Failure) return failing(frame, a, b);
      return apply(frame, a, b, null, null);
    };
  }
  return (frame) => {
    const a = first(frame);
    if (a instanceof Failure) return a;
    const b = second(frame);
    if (b instanceof Failure) return b;
    const c = third(frame);
    if (c instanceof Failure) return c;
    const d = fourth?.(frame) ?? null;
    return d instanceof Failure ? d : apply(frame, a, b, c, d);
  };
}

const unit = (): number => 1;
const free = (): number => 0;

const mismatch = (name: string, a: Value, b: Value, count: number): Failure =>
  noSuchOverload(name, kindOf(a), ...(count > 1 ? [kindOf(b)] : []));

/** Computes a conversion of a constant at load. */
function folded(evaluate: Evaluate): Compiled {
  const value = evaluate(new Frame([], new Map(), Infinity, 1_000_000));
  if (value instanceof Failure) throw new ConstantFailure(value);
  return constant(value);
}

/** A regular expression whose pattern is known is compiled once. */
function patternRun(node: Call, pattern: Value | undefined): Run | undefined {
  const search = searches.get(node.name);
  if (search === undefined || typeof pattern !== 'string') return undefined;
  const compiled = compilePattern(pattern);
  const run = searching(search, compiled);
  const limited = node.operands.length === 2;
  return (frame, a, b, c) => {
    if (
      typeof a !== 'string' ||
      typeof b !== 'string' ||
      (limited && node.receiver !== undefined && !isInt(c))
    ) {
      return undefined;
    }
    return run(a, b, isInt(c) ? c : -1, frame);
  };
}

const searches: ReadonlyMap<string, typeof matching> = new Map([
  ['matches', matching],
  ['find', finding],
  ['findAll', findingAll],
]);

/** `value in [constants]`: a look-up that Kubernetes does not charge for. */
function memberOf(operand: Evaluate, values: readonly Value[]): Evaluate {
  const strings = new Set(values.filter((value) => typeof value === 'string'));
  const onlyStrings = strings.size > 0 && values.every((value) => typeof value === 'string');
  return (frame) => {
    const value = operand(frame);
    if (value instanceof Failure) return value;
    if (onlyStrings) return typeof value === 'string' && strings.has(value);
    if (!frame.pay(values.length)) return frame.exhausted();
    return values.some((member) => equals(value, member, frame) === true);
  };
}

/** `or` and `orValue`: the other side is evaluated only where it is needed; a value that is no optional is its own answer. */
function lazyOr(name: 'or' | 'orValue', first: Evaluate, second: Evaluate, at: number): Evaluate {
  return (frame) => {
    const held = first(frame);
    if (held instanceof Failure || !(held instanceof Optional)) return held;
    if (held.value !== undefined) return name === 'or' ? held : held.value;
    const other = second(frame);
    return other instanceof Failure ? other.located(at) : other;
  };
}
