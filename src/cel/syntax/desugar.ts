/**
 * Rewrites an expression into the smaller language that the parser library reads, and remembers what each word was.
 *
 * The library knows neither `Object.spec{…}` nor `{?key: value}` nor `[?x]`, ranks `==` below `<` (CEL ranks them alike), reads some literals
 * differently and expands macros of its own. So: literals become `0` (their values are kept here), names get a prefix (no macro, no keyword), all
 * relations become `<` (the true one is looked up), an optional marker becomes `!`, and `T{…}` becomes `T[{…}]`.
 */
import { type Value } from '../values/value.ts';
import { Refusal } from './mistake.ts';
import { endsOperand, mixedSigns } from './shorten.ts';
import { type Token } from './token.ts';

/** The rewritten text and what its offsets mean. */
export interface Desugared {
  readonly text: string;
  /** Every word of the rewritten text with its offset there, in order. */
  readonly words: readonly { readonly offset: number; readonly token: Token }[];
  readonly literals: ReadonlyMap<number, Value>;
  /** Offsets of the `!` that stand for an optional marker. */
  readonly optionals: ReadonlySet<number>;
  /** Offsets of the `{` that open the fields of an object literal. */
  readonly constructions: ReadonlySet<number>;
}

type Bracket = 'call' | 'group' | 'index' | 'list' | 'map' | 'construction';

const relations: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);
const closers: ReadonlyMap<string, string> = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);

/** Rewrites a token list; throws a {@link Refusal} at brackets that do not match and at words that cannot stand where they do. */
export function desugar(tokens: readonly Token[]): Desugared {
  const words: { offset: number; token: Token }[] = [];
  const literals = new Map<number, Value>();
  const optionals = new Set<number>();
  const constructions = new Set<number>();
  const open: { bracket: Bracket; token: Token }[] = [];
  let text = '';
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'end') break;
    const previous = tokens[index - 1];
    const next = tokens[index + 1];
    const inside = open.at(-1)?.bracket;
    let written = token.text;
    if (token.kind === 'literal') {
      literals.set(text.length + 1, token.value ?? null);
      written = '0';
    } else if (token.kind === 'name') {
      const isField = inside === 'construction' && next?.text === ':' && startsEntry(tokens, index);
      written = isField ? `"${token.text}"` : `_${token.text}`;
    } else if (relations.has(token.text)) written = '<';
    else if (token.text === '.' && !endsOperand(previous)) {
      if (next?.kind !== 'name' || follows(tokens, index, '.')) throw strayDot(token);
      continue;
    } else if (token.text === '?' && isOptionalMarker(tokens, index, inside)) {
      optionals.add(text.length + 1);
      written = '!';
    } else if ('([{'.includes(token.text)) {
      const bracket = bracketOf(token, previous);
      open.push({ bracket, token });
      if (bracket === 'construction') {
        written = '[{';
        constructions.add(text.length + 2);
      }
    } else if (closers.has(token.text)) {
      const opening = open.pop();
      if (opening?.token.text !== closers.get(token.text)) throw unmatched(token, opening?.token);
      if (previous?.text === ',' && '('.includes(opening?.token.text ?? '')) {
        throw new Refusal('syntaxError', 'an argument is missing after the comma', previous.start);
      }
      if (opening?.bracket === 'construction') written = '}]';
    } else checkSign(token, next);
    words.push({ offset: text.length + 1, token });
    text += ` ${written}`;
  }
  const unclosed = open.at(-1)?.token;
  if (unclosed !== undefined) {
    throw new Refusal('syntaxError', `this ${unclosed.text} is never closed`, unclosed.start);
  }
  return { text, words, literals, optionals, constructions };
}

/** Whether the word at `index` comes after a dot, or after the `?` of one. */
const follows = (tokens: readonly Token[], index: number, text: string): boolean =>
  tokens[index - 1]?.text === text || (tokens[index - 1]?.text === '?' && tokens[index - 2]?.text === text);

const strayDot = ({ start }: Token): Refusal =>
  new Refusal('syntaxError', 'a name was expected beside this dot', start);

function bracketOf(token: Token, previous: Token | undefined): Bracket {
  const continues = endsOperand(previous);
  if (token.text === '(') return continues ? 'call' : 'group';
  if (token.text === '[') return continues ? 'index' : 'list';
  return previous?.kind === 'name' ? 'construction' : 'map';
}

/** Whether the word at `index` begins an element, entry or field. */
function startsEntry(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]?.text;
  return (
    before === '{' || before === ',' || before === '[' || (before === '?' && startsEntry(tokens, index - 1))
  );
}

const isOptionalMarker = (tokens: readonly Token[], index: number, inside: Bracket | undefined): boolean =>
  (inside === 'list' || inside === 'map' || inside === 'construction') && startsEntry(tokens, index);

function unmatched(token: Token, opening: Token | undefined): Refusal {
  return opening === undefined
    ? new Refusal(
        'syntaxError',
        `this ${token.text} closes nothing: its ${closers.get(token.text) ?? ''} is missing`,
        token.start,
      )
    : new Refusal(
        'syntaxError',
        `this ${token.text} does not match the ${opening.text} that is open`,
        token.start,
      );
}

/** CEL allows a run of `!` or a run of `-` before a value, never a mixture. */
function checkSign(token: Token, next: Token | undefined): void {
  const mixed = (token.text === '!' && next?.text === '-') || (token.text === '-' && next?.text === '!');
  if (mixed) throw mixedSigns(token);
}
