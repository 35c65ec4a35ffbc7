/** What each part of an expression gives: for people who wonder why the whole is what it is. */
import { Budget } from './budget.ts';
import { type Environment } from './environment.ts';
import { generate } from './evaluation/compile.ts';
import { type Bindings, type Outcome, programOf } from './program.ts';
import { childrenOf } from './syntax/children.ts';
import { type Expression } from './syntax/expression.ts';
import { parse } from './syntax/parse.ts';
import { type Place, placeOf } from './syntax/position.ts';
import { check } from './typing/check.ts';

/** A part of an expression with its value; `depth` is how deep it stands, 0 for the whole. */
export interface Part extends Place {
  readonly source: string;
  readonly depth: number;
  readonly outcome: Outcome;
}

/**
 * Evaluates every part of a source that compiled, the whole first, each with a budget of its own. Left out are literals, the steps inside a path,
 * and what stands inside a loop, which has a value for every turn.
 */
export function explain(source: string, environment: Environment, bindings: Bindings): readonly Part[] {
  const { expression, spans } = parse(source);
  const { checked } = check(expression, environment);
  return partsOf(expression, 0).map(({ node, depth }) => {
    const { start, end } = spans.get(node) ?? { start: 0, end: source.length };
    const code = generate(node, checked, environment.definition);
    const outcome = programOf(source, checked.type(node), node, code).run(bindings, new Budget());
    return { source: source.slice(start, end), depth, outcome, ...placeOf(source, start) };
  });
}

interface Located {
  readonly node: Expression;
  readonly depth: number;
}

function partsOf(node: Expression, depth: number): readonly Located[] {
  if (node.kind === 'literal') return [];
  return [{ node, depth }, ...insideOf(node).flatMap((child) => partsOf(child, depth + 1))];
}

function insideOf(node: Expression): readonly Expression[] {
  if (node.kind === 'comprehension') return [node.range];
  if (node.kind === 'optionalMapping') return [node.target];
  if (node.kind !== 'selection' && node.kind !== 'presence' && node.kind !== 'indexing')
    return childrenOf(node);
  const base = pathBase(node);
  return base.kind === 'identifier' ? [] : [base];
}

/** What a path begins with. */
function pathBase(node: Expression): Expression {
  return node.kind === 'selection' || node.kind === 'presence' || node.kind === 'indexing'
    ? pathBase(node.operand)
    : node;
}
