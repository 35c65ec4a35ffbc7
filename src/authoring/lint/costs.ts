/** Estimates what expressions cost before anything runs: by the runtime's own prices, with sizes assumed where only a request knows them. */
import { expressionLimit } from '../../cel/budget.ts';
import { childrenOf } from '../../cel/syntax/children.ts';
import type { Expression } from '../../cel/syntax/expression.ts';
import type { Document } from '../../config/document.ts';
import type { Place } from '../../config/document.ts';
import type { Policy } from '../../guardrail/policy.ts';
import { programsOf } from './programs.ts';

/** What one expression may cost. The estimate is for objects whose lists, maps and texts have `assumed` items. */
export interface ExpressionCost extends Place {
  readonly file: string;
  readonly pointer: string;
  readonly estimate: number;
  readonly limit: number;
  readonly assumed: number;
}

/** Items of a list, entries of a map and characters of a text that nothing tells the size of. */
export const assumedSize = 64;

/** The cost of each expression of a policy, variables counted where they stand (they run at most once). */
export const costsOf = (document: Document, policy: Policy): readonly ExpressionCost[] =>
  programsOf(policy).map(({ pointer, program, limit }) => ({
    file: document.file,
    pointer,
    ...document.positionOf(pointer),
    estimate: Math.min(estimateOf(program.expression), Number.MAX_SAFE_INTEGER),
    limit: Math.min(limit, expressionLimit),
    assumed: assumedSize,
  }));

/** Functions whose cost grows with the texts they read, at a tenth of a unit a character. */
const readers: ReadonlySet<string> = new Set(
  'contains startsWith endsWith lowerAscii upperAscii trim replace split substring charAt indexOf lastIndexOf format string quantity isQuantity ip cidr isIP isCIDR url isURL semver isSemver timestamp duration'.split(
    ' ',
  ),
);
/** Functions whose cost grows with the lists they read, one unit an item. */
const walkers: ReadonlySet<string> = new Set(
  'join sum min max indexOf lastIndexOf isSorted reverse flatten distinct sort slice'.split(' '),
);
/** Functions that compare every item of one list with every item of another. */
const products: ReadonlySet<string> = new Set([
  'sets.contains',
  'sets.equivalent',
  'sets.intersects',
  'distinct',
]);

/** Units that one run may cost. Paths are one unit a step, calls one, loops their range times their body. */
export function estimateOf(node: Expression): number {
  const inside = (): number => childrenOf(node).reduce((sum, child) => sum + estimateOf(child), 0);
  switch (node.kind) {
    case 'literal':
      return 0;
    case 'identifier':
      return 1;
    case 'selection':
    case 'presence':
    case 'indexing':
    case 'logic':
      return inside() + 1;
    case 'conditional':
      return (
        estimateOf(node.condition) + Math.max(estimateOf(node.consequent), estimateOf(node.alternative)) + 1
      );
    case 'list':
      return inside() + 10;
    case 'map':
      return inside() + 30;
    case 'construction':
      return inside() + 40;
    case 'call':
      return (
        inside() +
        priceOf(node.name, node.receiver === undefined ? node.operands : [node.receiver, ...node.operands])
      );
    case 'comprehension': {
      const turn = estimateOf(node.step) + (node.filter === undefined ? 0 : estimateOf(node.filter)) + 2;
      const kept = node.form === 'all' || node.form === 'exists' || node.form === 'exists_one' ? 0 : 12;
      return estimateOf(node.range) + sizeOf(node.range) * (turn + kept) + 2;
    }
    case 'optionalMapping':
      return inside() + 4;
  }
}

function priceOf(name: string, [subject, other]: readonly Expression[]): number {
  const size = subject === undefined ? 1 : sizeOf(subject);
  const second = other === undefined ? 1 : sizeOf(other);
  if (name === '_==_' || name === '_!=_') return 1 + Math.ceil(Math.min(size, second) * 0.1);
  if (name === '@in') return 1 + second;
  if (name === 'matches') return 1 + Math.ceil((1 + size) * 0.1) * Math.ceil(second * 0.25);
  if (products.has(name)) return 1 + size * second;
  if (walkers.has(name)) return 1 + size;
  return readers.has(name) ? 1 + Math.ceil(size * 0.1) : 1;
}

/** How many items, entries or characters: of literals their own, of what is made from something that thing's, else the assumed number. */
function sizeOf(node: Expression): number {
  switch (node.kind) {
    case 'literal':
      return typeof node.value === 'string' ? node.value.length : 1;
    case 'list':
      return node.elements.length;
    case 'map':
      return node.entries.length;
    case 'comprehension':
      return sizeOf(node.range);
    case 'conditional':
      return Math.max(sizeOf(node.consequent), sizeOf(node.alternative));
    case 'call':
      return node.name === '_+_'
        ? node.operands.reduce((sum, operand) => sum + sizeOf(operand), 0)
        : assumedSize;
    case 'identifier':
    case 'selection':
    case 'presence':
    case 'indexing':
    case 'logic':
    case 'construction':
    case 'optionalMapping':
      return assumedSize;
  }
}
