/** The words of an expression, after the lexer rules of CEL.g4. */
import { type Value } from '../values/value.ts';
import { bytesLiteral, numberLiteral, stringLiteral } from './literal.ts';
import { Refusal } from './mistake.ts';

/** A word of the source with its offsets; a literal carries its value. */
export interface Token {
  readonly kind: 'name' | 'literal' | 'mark' | 'end';
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly value: Value | undefined;
}

const space = /(?:[\t \r\n\f]|\/\/[^\n]*)+/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const mark = /==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%]/y;
const number =
  /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?|0x[0-9a-fA-F]+[uU]?|\d+[uU]?)/y;
const quoted = /([bB]?)([rR]?)("""|'''|"|')/y;

const words: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Cuts a source into tokens, the last one being `end`; throws a {@link Refusal} at what is no token. */
export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  for (;;) {
    at += take(space)?.length ?? 0;
    if (at >= source.length) break;
    const token = literalAt(source, at, take) ?? wordAt(at, take);
    if (token === undefined) throw new Refusal('syntaxError', stray(source, at), at);
    tokens.push(token);
    at = token.end;
  }
  tokens.push({
    kind: 'end',
    text: 'the end of the expression',
    start: source.length,
    end: source.length,
    value: undefined,
  });
  return tokens;
}

type Take = (pattern: RegExp) => string | undefined;

function literalAt(source: string, start: number, take: Take): Token | undefined {
  const opening = take(quoted);
  if (opening !== undefined) return quotedAt(source, start, opening);
  const text = take(number);
  if (text === undefined) return undefined;
  const end = start + text.length;
  return { kind: 'literal', text, start, end, value: numberLiteral(text, start) };
}

function quotedAt(source: string, start: number, opening: string): Token {
  const [, binary = '', raw = '', quote = ''] = /^([bB]?)([rR]?)(.+)$/s.exec(opening) ?? [];
  const inside = start + opening.length;
  const close = closingQuote(source, inside, quote, raw !== '');
  if (close === undefined) {
    throw new Refusal('syntaxError', `the string that starts here is not closed: ${quote} is missing`, start);
  }
  const body = source.slice(inside, close);
  const read = binary === '' ? stringLiteral : bytesLiteral;
  const end = close + quote.length;
  return {
    kind: 'literal',
    text: source.slice(start, end),
    start,
    end,
    value: read(body, raw !== '', inside),
  };
}

function closingQuote(source: string, from: number, quote: string, raw: boolean): number | undefined {
  for (let at = from; at < source.length; at += 1) {
    if (source.startsWith(quote, at)) return at;
    const character = source[at];
    if (quote.length === 1 && (character === '\n' || character === '\r')) return undefined;
    if (!raw && character === '\\') at += 1;
  }
  return undefined;
}

function wordAt(start: number, take: Take): Token | undefined {
  const text = take(name);
  if (text !== undefined) {
    const value = words.get(text);
    const kind = value !== undefined ? 'literal' : text === 'in' ? 'mark' : 'name';
    return { kind, text, start, end: start + text.length, value };
  }
  const sign = take(mark);
  return sign === undefined
    ? undefined
    : { kind: 'mark', text: sign, start, end: start + sign.length, value: undefined };
}

function stray(source: string, at: number): string {
  const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
  switch (character) {
    case '=':
      return 'a single = is no operator: write == to compare';
    case '&':
    case '|':
      return `a single ${character} is no operator: write ${character}${character}`;
    case '`':
      return 'fields in backticks are not part of Kubernetes\' dialect: write object["the-field"]';
    default:
      return `the character ${JSON.stringify(character)} has no meaning here`;
  }
}
