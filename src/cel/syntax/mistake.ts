/** A mistake in an expression: what is wrong, and where in the author's text. */

/** Every reason why an expression is refused at load; stable, documented in docs/cel.md. */
export type MistakeCode =
  | 'syntax_error'
  | 'too_long'
  | 'too_deep'
  | 'reserved_word'
  | 'invalid_literal'
  | 'invalid_macro'
  | 'unknown_variable'
  | 'unknown_function'
  | 'unknown_field'
  | 'unknown_type'
  | 'no_matching_overload'
  | 'type_mismatch'
  | 'mixed_types'
  | 'not_selectable'
  | 'not_iterable'
  | 'invalid_regex'
  | 'invalid_timestamp'
  | 'invalid_duration'
  | 'invalid_format'
  | 'invalid_constant'
  | 'wrong_result_type'
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
