/** What each part of an expression gives: for people who wonder why the whole is what it is. */
import { Budget } from './budget.ts';
import { type Environment } from './environment.ts';
import { generate } from './evaluation/compile.ts';
import { type Bindings, type Outcome, programOf } from './program.ts';
import { childrenOf } from './syntax/children.ts';
import { type Expression } from './syntax/expression.ts';
import { parse } from './syntax/parse.ts';
import { type Place, placeOf } from './syntax/position.ts';
import { type Checked, check } from './typing/check.ts';

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
  return partsOf(expression, checked).map(({ node, depth }) => {
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

function partsOf(node: Expression, checked: Checked, depth = 0): readonly Located[] {
  if (node.kind === 'literal') return [];
  const inside = insideOf(node, checked).flatMap((child) => partsOf(child, checked, depth + 1));
  return [{ node, depth }, ...inside];
}

function insideOf(node: Expression, checked: Checked): readonly Expression[] {
  // What stands before the dot may be the first half of a function's name.
  const meaning = checked.meaning(node);
  if (node.kind === 'call' && meaning?.kind === 'call' && !meaning.member) return node.operands;
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
