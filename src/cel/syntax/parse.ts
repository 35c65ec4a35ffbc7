/** Parses an expression: words, then the parser library, then the tree that everything else works on. */
import { type Expression } from './expression.ts';
import { desugar } from './desugar.ts';
import { Refusal } from './mistake.ts';
import { read } from './reader.ts';
import { tokensOf } from './token.ts';
import { Tree } from './tree.ts';

/** Longest expression in characters, as in kube-apiserver. */
export const maxLength = 100_000;

/** Parses a source; throws a {@link Refusal} at the first mistake of syntax. */
export function parse(source: string): Expression {
  if (source.length > maxLength) {
    throw new Refusal(
      'too_long',
      `the expression has ${source.length} characters; ${maxLength} are allowed`,
      0,
    );
  }
  const tokens = tokensOf(source);
  if (tokens.length === 1) throw new Refusal('syntax_error', 'the expression is empty', 0);
  const desugared = desugar(tokens);
  return new Tree(desugared).expression(read(desugared, tokens), 0);
}
