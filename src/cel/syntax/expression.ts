/** The syntax tree of an expression, macros already recognised. `at` is the offset that errors point to. */
import { type Value } from '../values/value.ts';

export type Expression =
  | { readonly kind: 'literal'; readonly at: number; readonly value: Value }
  | { readonly kind: 'identifier'; readonly at: number; readonly name: string }
  | Selection
  | Presence
  | Indexing
  | Call
  | Logic
  | Conditional
  | ListLiteral
  | MapLiteral
  | Construction
  | Comprehension
  | OptionalMapping;

/** `operand.field`, or `operand.?field`. */
export interface Selection {
  readonly kind: 'selection';
  readonly at: number;
  readonly operand: Expression;
  readonly field: string;
  readonly optional: boolean;
}

/** `has(operand.field)`. */
export interface Presence {
  readonly kind: 'presence';
  readonly at: number;
  readonly operand: Expression;
  readonly field: string;
}

/** `operand[index]`, or `operand[?index]`. */
export interface Indexing {
  readonly kind: 'indexing';
  readonly at: number;
  readonly operand: Expression;
  readonly index: Expression;
  readonly optional: boolean;
}

/** A function, method or operator; operators go by the names of CEL, such as `_+_` and `@in`. */
export interface Call {
  readonly kind: 'call';
  readonly at: number;
  readonly name: string;
  readonly receiver: Expression | undefined;
  readonly operands: readonly Expression[];
}

/** A whole chain of `&&` or of `||`. */
export interface Logic {
  readonly kind: 'logic';
  readonly at: number;
  readonly operator: '&&' | '||';
  readonly terms: readonly Expression[];
}

export interface Conditional {
  readonly kind: 'conditional';
  readonly at: number;
  readonly condition: Expression;
  readonly consequent: Expression;
  readonly alternative: Expression;
}

export interface ListLiteral {
  readonly kind: 'list';
  readonly at: number;
  readonly elements: readonly { readonly value: Expression; readonly optional: boolean }[];
}

export interface MapLiteral {
  readonly kind: 'map';
  readonly at: number;
  readonly entries: readonly {
    readonly key: Expression;
    readonly value: Expression;
    readonly optional: boolean;
  }[];
}

/** `Object.spec{field: value}`. */
export interface Construction {
  readonly kind: 'construction';
  readonly at: number;
  readonly name: string;
  readonly fields: readonly {
    readonly name: string;
    readonly value: Expression;
    readonly optional: boolean;
    readonly at: number;
  }[];
}

export type ComprehensionForm =
  | 'all'
  | 'exists'
  | 'exists_one'
  | 'map'
  | 'filter'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry'
  | 'sortBy';

/** A loop. `variables` has one or two names; `filter` is what map and the transforms may skip elements by. */
export interface Comprehension {
  readonly kind: 'comprehension';
  readonly at: number;
  readonly form: ComprehensionForm;
  readonly range: Expression;
  readonly variables: readonly [string] | readonly [string, string];
  readonly filter: Expression | undefined;
  readonly step: Expression;
}

/** `target.optMap(variable, body)`, or `optFlatMap`. */
export interface OptionalMapping {
  readonly kind: 'optionalMapping';
  readonly at: number;
  readonly flat: boolean;
  readonly target: Expression;
  readonly variable: string;
  readonly body: Expression;
}
