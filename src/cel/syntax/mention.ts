/** Which names an expression mentions. */
import { childrenOf } from './children.ts';
import { type Expression } from './expression.ts';

/** Whether a variable is read anywhere in the expression (shadowing aside). */
export const mentions = (node: Expression, name: string): boolean =>
  (node.kind === 'identifier' && node.name === name) ||
  childrenOf(node).some((child) => mentions(child, name));

/** Whether a field of that name is read anywhere in the expression, as a selection or a literal index. */
export const mentionsField = (node: Expression, name: string): boolean =>
  ((node.kind === 'selection' || node.kind === 'presence') && node.field === name) ||
  (node.kind === 'indexing' && (node.index.kind !== 'literal' || node.index.value === name)) ||
  childrenOf(node).some((child) => mentionsField(child, name));
