/** An evaluation that failed, as a value: `&&`, `||`, `all` and `exists` may absorb it, unless the budget is spent. */
import { type Value } from './value.ts';

/** Every reason why an evaluation fails; stable, documented in docs/cel.md. */
export type FailureCode =
  | 'no_such_key'
  | 'index_out_of_range'
  | 'no_such_overload'
  | 'division_by_zero'
  | 'overflow'
  | 'conversion_failed'
  | 'invalid_argument'
  | 'not_iterable'
  | 'not_a_bool'
  | 'optional_none'
  | 'optional_expected'
  | 'duplicate_key'
  | 'invalid_key'
  | 'not_comparable'
  | 'imprecise_number'
  | 'not_json'
  | 'unbound_variable'
  | 'variable_failed'
  | 'extension_failed'
  | 'cost_exceeded';

/** A failed evaluation. `at` is the offset in the author's source, once a node has claimed it. */
export class Failure {
  readonly code: FailureCode;
  readonly message: string;
  readonly at: number | undefined;
  constructor(code: FailureCode, message: string, at?: number) {
    this.code = code;
    this.message = message;
    this.at = at;
  }

  /** Whether nothing may absorb it: a spent budget ends the evaluation. */
  get fatal(): boolean {
    return this.code === 'cost_exceeded';
  }

  /** The failure with a place in the source, unless a node further in has claimed it already. */
  located(at: number): Failure {
    return this.at === undefined ? new Failure(this.code, this.message, at) : this;
  }
}

/** What evaluating something gives. */
export type Result = Value | Failure;

/** No overload of an operator or function takes these kinds of values. */
export const noSuchOverload = (name: string, ...kinds: readonly string[]): Failure =>
  new Failure('no_such_overload', `${name} does not take ${kinds.join(' and ')}`);

export const costExceeded = (): Failure =>
  new Failure('cost_exceeded', 'cost budget exceeded: the expression does too much work on this object');

export const impreciseNumber = (): Failure =>
  new Failure(
    'imprecise_number',
    'a whole number between 2^53 and 2^63 lost digits when the object was read and cannot be judged',
  );
