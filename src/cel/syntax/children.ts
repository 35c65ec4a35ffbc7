/** The parts of a node, in the order of the source. */
import { type Expression } from './expression.ts';

/** The direct sub-expressions of a node. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'literal':
    case 'identifier':
      return [];
    case 'selection':
    case 'presence':
      return [node.operand];
    case 'indexing':
      return [node.operand, node.index];
    case 'call':
      return node.receiver === undefined ? node.operands : [node.receiver, ...node.operands];
    case 'logic':
      return node.terms;
    case 'conditional':
      return [node.condition, node.consequent, node.alternative];
    case 'list':
      return node.elements.map((element) => element.value);
    case 'map':
      return node.entries.flatMap((entry) => [entry.key, entry.value]);
    case 'construction':
      return node.fields.map((field) => field.value);
    case 'comprehension':
      return node.filter === undefined ? [node.range, node.step] : [node.range, node.filter, node.step];
    case 'optionalMapping':
      return [node.target, node.body];
  }
}
