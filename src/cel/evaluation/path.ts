/** Paths such as `object.spec.containers[0].?name`: a value and the steps taken into it. */
import { withArticle } from '../values/wording.ts';
import { type Expression, type Presence } from '../syntax/expression.ts';
import { ConstantFailure } from './constantFailure.ts';
import { kindOf } from '../values/kind.ts';
import { type Result, Failure } from '../values/failure.ts';
import { type Value, Optional } from '../values/value.ts';
import { element, field, isPresent, missingElement, missingField } from './access.ts';
import { type Evaluate, type Frame } from './frame.ts';
import { type Compiled, type Compiling, type Scope, dynamic } from './node.ts';

interface Step {
  readonly at: number;
  readonly optional: boolean;
  /** The name or index where the author wrote it. */
  readonly written: Value | undefined;
  /** Computes the index otherwise. */
  readonly index: Evaluate;
}

/** Compiles a selection or an indexing with everything it is read from. */
export function compilePath(compiling: Compiling, node: Expression, scope: Scope, bare: boolean): Compiled {
  const { base, steps } = unfold(compiling, node, scope);
  const origin = compiling.compile(base, scope, true).evaluate;
  // Kubernetes charges one for the path, one for each step; a choice in front has no charge of its own.
  const charge = bare || base.kind === 'conditional' ? 0 : 1;
  const names = plainNames(steps);
  return dynamic(
    names === undefined ? anyPath(origin, steps, charge) : plainPath(origin, names, steps, charge),
  );
}

/** Compiles `has(operand.field)`. */
export function compilePresence(compiling: Compiling, node: Presence, scope: Scope): Compiled {
  const operand = compiling.compile(node.operand, scope, true).evaluate;
  const { field: name, at } = node;
  return dynamic((frame) => {
    let value = operand(frame);
    if (value instanceof Failure) return value;
    if (value instanceof Optional) {
      if (value.value === undefined) return false;
      value = value.value;
    }
    frame.cost += 1;
    const present = isPresent(value, name);
    return present instanceof Failure ? present.located(at) : present;
  });
}

function unfold(
  compiling: Compiling,
  node: Expression,
  scope: Scope,
): { base: Expression; steps: readonly Step[] } {
  const steps: Step[] = [];
  let base = node;
  for (;;) {
    if (base.kind === 'selection' && compiling.checked.meaning(base) === undefined) {
      const { at, optional, field: written } = base;
      steps.push({ at, optional, written, index: () => written });
    } else if (base.kind === 'indexing') {
      const index = compiling.compile(base.index, scope, true);
      refuseIndex(index.constant, base.at);
      steps.push({ at: base.at, optional: base.optional, written: index.constant, index: index.evaluate });
    } else return { base, steps: steps.reverse() };
    base = base.operand;
  }
}

/** A constant that can index nothing refuses the expression at load, as in kube-apiserver. */
function refuseIndex(index: Value | undefined, at: number): void {
  if (index === undefined || ['string', 'int', 'uint', 'bool', 'double'].includes(kindOf(index))) return;
  throw new ConstantFailure(
    new Failure('noSuchOverload', `nothing can be indexed with ${withArticle(kindOf(index))}`, at),
  );
}

/** The names of the steps if every one is a plain field. */
function plainNames(steps: readonly Step[]): readonly string[] | undefined {
  const names = steps.map((step) =>
    !step.optional && typeof step.written === 'string' ? step.written : undefined,
  );
  return names.every((name) => name !== undefined) ? names : undefined;
}

/** Plain fields of plain objects, which most paths are; anything unusual is left to the general walk. */
function plainPath(
  origin: Evaluate,
  names: readonly string[],
  steps: readonly Step[],
  charge: number,
): Evaluate {
  const { length } = names;
  return (frame) => {
    const start = origin(frame);
    if (start instanceof Failure) return start;
    let value: Value = start;
    for (let index = 0; index < length; index += 1) {
      const next = value instanceof Optional ? undefined : field(value, names[index] ?? '');
      if (next === undefined || next instanceof Failure) return walk(frame, start, steps, charge);
      value = next;
    }
    frame.cost += length + charge;
    return value;
  };
}

function anyPath(origin: Evaluate, steps: readonly Step[], charge: number): Evaluate {
  return (frame) => {
    const start = origin(frame);
    return start instanceof Failure ? start : walk(frame, start, steps, charge);
  };
}

/** Takes the steps one by one; from the first optional on, what is missing is an optional without a value. */
function walk(frame: Frame, start: Value, steps: readonly Step[], charge: number): Result {
  frame.cost += charge;
  let value = start;
  let optional = false;
  if (value instanceof Optional) {
    if (value.value === undefined) return value;
    optional = true;
    value = value.value;
  }
  for (const step of steps) {
    optional ||= step.optional;
    const index = step.written ?? step.index(frame);
    if (index instanceof Failure) return index;
    const next: Result | undefined = element(value, index);
    if (next === undefined && optional) return new Optional();
    frame.cost += 1;
    if (next === undefined) return missing(value, index, step);
    if (next instanceof Failure) return next.located(step.at);
    value = next;
  }
  return optional ? new Optional(value) : value;
}

const missing = (value: Value, index: Value, step: Step): Failure =>
  typeof index === 'string' && step.written === index && !Array.isArray(value)
    ? missingField(value, index, step.at)
    : missingElement(value, index, step.written !== undefined, step.at);
