/** A mistake in an expression: what is wrong, and where in the author's text. */

/** Every reason why an expression is refused at load; stable, documented in docs/cel.md. */
export type MistakeCode =
  | 'syntaxError'
  | 'tooLong'
  | 'tooDeep'
  | 'reservedWord'
  | 'invalidLiteral'
  | 'invalidMacro'
  | 'unknownVariable'
  | 'unknownFunction'
  | 'unknownField'
  | 'unknownType'
  | 'noMatchingOverload'
  | 'typeMismatch'
  | 'mixedTypes'
  | 'notSelectable'
  | 'notIterable'
  | 'invalidRegex'
  | 'invalidTimestamp'
  | 'invalidDuration'
  | 'invalidFormat'
  | 'invalidConstant'
  | 'wrongResultType'
  | 'unavailable';

/** A mistake at an offset (UTF-16 units) in the source. */
export interface Mistake {
  readonly code: MistakeCode;
  readonly message: string;
  readonly at: number;
}

/** Leaves the reading of an expression at the first mistake that makes the rest meaningless; caught in this room. */
export class Refusal extends Error {
  readonly mistake: Mistake;
  constructor(code: MistakeCode, message: string, at: number) {
    super(message);
    this.mistake = { code, message, at };
  }
}
