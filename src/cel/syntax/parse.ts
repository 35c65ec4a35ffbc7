/** Parses an expression: words, then the parser library, then the tree that everything else works on. */
import { type Expression } from './expression.ts';
import { desugar } from './desugar.ts';
import { Refusal } from './mistake.ts';
import { read } from './reader.ts';
import { shorten } from './shorten.ts';
import { tokensOf } from './token.ts';
import { type Span, Tree } from './tree.ts';

/** Longest expression in characters, as in kube-apiserver. */
export const maxLength = 100_000;

/** A parsed expression, and from where to where in the source each of its parts stands. */
export interface Parsed {
  readonly expression: Expression;
  readonly spans: ReadonlyMap<Expression, Span>;
}

/** Parses a source; throws a {@link Refusal} at the first mistake of syntax. */
export function parse(source: string): Parsed {
  if (source.length > maxLength) {
    throw new Refusal(
      'tooLong',
      `the expression has ${source.length} characters; ${maxLength} are allowed`,
      0,
    );
  }
  const tokens = shorten(tokensOf(source));
  if (tokens.length === 1) throw new Refusal('syntaxError', 'the expression is empty', 0);
  const desugared = desugar(tokens);
  const tree = new Tree(desugared);
  return { expression: tree.expression(read(desugared, tokens), 0), spans: tree.spans };
}
