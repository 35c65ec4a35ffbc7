/** Reads rewritten expressions with the parser library: the only file that knows it. */
import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { type Desugared } from './desugar.ts';
import { Refusal } from './mistake.ts';
import { type Token } from './token.ts';

/** A node of the library's syntax tree. */
export type Node = ASTNode;

const limits = {
  maxAstNodes: 100_000,
  maxDepth: 250,
  maxListElements: 50_000,
  maxMapEntries: 50_000,
  maxCallArguments: 64,
};

/** The library's parser; it keeps nothing between expressions. */
const library = new Environment({ enableOptionalTypes: true, limits });

/** Reads a rewritten expression; throws a {@link Refusal} in terms of the author's source. */
export function read(desugared: Desugared, tokens: readonly Token[]): ASTNode {
  try {
    return library.parse(desugared.text).ast;
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(0);
    if (error instanceof ParseError) throw refusalOf(error, desugared, tokens);
    throw error;
  }
}

/** The mistake of nesting too deeply. */
export const tooDeep = (at: number): Refusal =>
  new Refusal('tooDeep', 'the expression is nested too deeply: put parts of it into variables', at);

function refusalOf(error: ParseError, desugared: Desugared, tokens: readonly Token[]): Refusal {
  const offset = error.range?.start ?? desugared.text.length;
  const found = desugared.words.find((word) => word.offset >= offset)?.token ?? tokens.at(-1);
  const at = found?.start ?? 0;
  const shown = found === undefined || found.kind === 'end' ? 'the end of the expression' : quote(found.text);
  switch (error.code) {
    case 'limit_exceeded':
      return tooDeep(at);
    case 'unexpected_token':
      return new Refusal('syntaxError', `a value or a name was expected here, not ${shown}`, at);
    case 'expected_token': {
      const wanted = /Expected (\w+),/.exec(error.summary)?.[1] ?? '';
      return new Refusal(
        'syntaxError',
        `${symbols.get(wanted) ?? wanted} was expected here, not ${shown}`,
        at,
      );
    }
    default:
      return new Refusal(
        'syntaxError',
        `an operator or the end of the expression was expected here, not ${shown}${customary.get(shown) ?? ''}`,
        at,
      );
  }
}

/** Words of other languages, with what CEL has for them. */
const customary: ReadonlyMap<string, string> = new Map([
  ['and', '; write &&'],
  ['or', '; write ||'],
  ['is', '; write =='],
  ['then', '; write condition ? a : b'],
]);

const quote = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);

const symbols: ReadonlyMap<string, string> = new Map([
  ['RPAREN', 'a closing )'],
  ['RBRACKET', 'a closing ]'],
  ['RBRACE', 'a closing }'],
  ['COLON', 'a :'],
  ['IDENTIFIER', 'a name'],
]);
