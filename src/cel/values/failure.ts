/** An evaluation that failed, as a value: `&&`, `||`, `all` and `exists` may absorb it, unless the budget is spent. */
import { type Value } from './value.ts';
import { noFit } from './wording.ts';

/** Every reason why an evaluation fails; stable, documented in docs/cel.md. */
export type FailureCode =
  | 'noSuchKey'
  | 'indexOutOfRange'
  | 'noSuchOverload'
  | 'divisionByZero'
  | 'overflow'
  | 'conversionFailed'
  | 'invalidArgument'
  | 'notIterable'
  | 'notABool'
  | 'optionalNone'
  | 'optionalExpected'
  | 'duplicateKey'
  | 'invalidKey'
  | 'notComparable'
  | 'impreciseNumber'
  | 'notJson'
  | 'unboundVariable'
  | 'variableFailed'
  | 'extensionFailed'
  | 'costExceeded';

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
    return this.code === 'costExceeded';
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
  new Failure('noSuchOverload', noFit(name, kinds));

export const costExceeded = (): Failure =>
  new Failure('costExceeded', 'cost budget exceeded: the expression does too much work on this object');

export const impreciseNumber = (): Failure =>
  new Failure(
    'impreciseNumber',
    'a whole number between 2^53 and 2^63 lost digits when the object was read and cannot be judged',
  );
