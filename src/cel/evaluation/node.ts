/** What compiling a node gives, and what every part of the compiler shares. */
import { type Definition } from '../library/definition.ts';
import { type Expression } from '../syntax/expression.ts';
import { type Checked } from '../typing/check.ts';
import { type Value } from '../values/value.ts';
import { type Evaluate } from './frame.ts';

/** A compiled node. `constant` is its value where that is known at load (and costs nothing, as in cel-go's folding). */
export interface Compiled {
  readonly evaluate: Evaluate;
  readonly constant: Value | undefined;
}

/** Loop variables by name, with the slot of the frame that holds each. */
export type Scope = ReadonlyMap<string, number>;

/** The compiler as its parts see it. */
export interface Compiling {
  readonly checked: Checked;
  readonly definition: (name: string) => Definition | undefined;
  /** Compiles a node. `bare`: an attribute inside another construct, which Kubernetes does not charge for by itself. */
  readonly compile: (node: Expression, scope: Scope, bare?: boolean) => Compiled;
  /** The slot of a variable of the environment. */
  readonly global: (name: string) => number;
  /** A fresh slot for a loop variable. */
  readonly local: () => number;
}

export const dynamic = (evaluate: Evaluate): Compiled => ({ evaluate, constant: undefined });

export const constant = (value: Value): Compiled => ({ evaluate: () => value, constant: value });
