/** Leaves out words that mean nothing: `!!` and `--` in front of a value, and the comma of an empty `[,]` or `{,}`, as CEL's own parser does. */
import { Refusal } from './mistake.ts';
import { type Token } from './token.ts';

/** The tokens that count. */
export function shorten(tokens: readonly Token[]): readonly Token[] {
  const kept: Token[] = [];
  let signed = false;
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index];
    const next = tokens[index + 1];
    if (token === undefined) break;
    const sign = token.text === '!' || (token.text === '-' && !endsOperand(kept.at(-1)));
    if (sign && token.kind === 'mark' && token.text === next?.text && !signed) {
      index += 1;
      if (mixed(token, tokens[index + 1], tokens[index + 2])) throw mixedSigns(token);
      continue;
    }
    if (isLoneComma(token, kept.at(-1), next)) continue;
    signed = sign && token.kind === 'mark';
    kept.push(token);
  }
  return kept;
}

/** Whether a run of one sign runs into the other; `!!-1` does not, its minus belonging to the number. */
function mixed(token: Token, next: Token | undefined, afterNext: Token | undefined): boolean {
  if (next?.kind !== 'mark') return false;
  if (token.text === '-') return next.text === '!';
  const isNumber = afterNext?.kind === 'literal' && /^[\d.].*[^uU]$|^\d$/.test(afterNext.text);
  return next.text === '-' && !isNumber;
}

/** The refusal of `!-x` and `-!x`. */
export const mixedSigns = ({ start }: Token): Refusal =>
  new Refusal('syntaxError', '! and - may not follow each other: use parentheses', start);

/** Whether a value may end with this word, so that a bracket, dot or minus after it belongs to it. */
export const endsOperand = (token: Token | undefined): boolean =>
  token !== undefined &&
  (token.kind === 'name' || token.kind === 'literal' || [')', ']', '}'].includes(token.text));

const isLoneComma = (token: Token, previous: Token | undefined, next: Token | undefined): boolean =>
  token.text === ',' &&
  token.kind === 'mark' &&
  ((previous?.text === '[' && next?.text === ']') || (previous?.text === '{' && next?.text === '}'));
