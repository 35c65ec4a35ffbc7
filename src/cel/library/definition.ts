/** How a library function is written down: its signatures, what each does, and what it costs. */
import { type Frame } from '../evaluation/frame.ts';
import { type FunctionDeclaration, type OverloadDeclaration } from '../typing/declaration.ts';
import { readSignature } from '../typing/signature.ts';
import { type Result } from '../values/failure.ts';
import { isInt } from '../values/kind.ts';
import { isMap } from '../values/map.ts';
import { type Dictionary, type Fields, type Value, Bytes, Optional, isList } from '../values/value.ts';

/** Runs an overload on up to four values, the receiver first; undefined if it does not take them. */
export type Run = (frame: Frame, a: Value, b: Value, c: Value, d: Value) => Result | undefined;

/** What a call costs in Kubernetes' units, beside evaluating its arguments: known before it runs, or by its result. */
export type Cost =
  | { readonly by: 'arguments'; readonly of: (frame: Frame, a: Value, b: Value) => number }
  | { readonly by: 'result'; readonly of: (frame: Frame, result: Result) => number };

/** A cost that the arguments tell, so that a call that is too dear does not run at all. */
export const byArguments = (of: (frame: Frame, a: Value, b: Value) => number): Cost => ({
  by: 'arguments',
  of,
});

/** A cost that only the result tells. */
export const byResult = (of: (frame: Frame, result: Result) => number): Cost => ({ by: 'result', of });

/** One way to call a function, with what it does. `cost` holds where this overload alone can be meant, as in cel-go. */
export interface Overload extends OverloadDeclaration {
  readonly run: Run;
  readonly cost: Cost | undefined;
}

/** A function with all its overloads; `cost` holds whichever of them is meant. */
export interface Definition extends FunctionDeclaration {
  readonly overloads: readonly Overload[];
  readonly cost: Cost | undefined;
  /** Whether the same arguments always give the same: true of everything but extensions. */
  readonly pure: boolean;
}

/** A part of the language: the functions of one file. */
export type Library = readonly Definition[];

/** A function with its overloads. */
export const define = (name: string, overloads: readonly Overload[], cost?: Cost): Definition => ({
  name,
  overloads,
  cost,
  pure: true,
});

/** An overload called as a function: `call('(string): int', …)`. */
export const call = (signature: string, run: Run, cost?: Cost): Overload => ({
  ...readSignature(signature),
  run,
  cost,
});

/** An overload called as a method: `method('string', '(int): string', …)`. */
export const method = (receiver: string, signature: string, run: Run, cost?: Cost): Overload => ({
  ...readSignature(signature, receiver),
  run,
  cost,
});

/** Reads a value as what a parameter takes; undefined if it is something else. */
export type Guard<T> = (value: Value) => T | undefined;

export const anything: Guard<Value> = (value) => value;
export const text: Guard<string> = (value) => (typeof value === 'string' ? value : undefined);
export const flag: Guard<boolean> = (value) => (typeof value === 'boolean' ? value : undefined);
export const integer: Guard<number | bigint> = (value) => (isInt(value) ? value : undefined);
export const list: Guard<readonly Value[]> = (value) => (isList(value) ? value : undefined);
export const map: Guard<Fields | Dictionary> = (value) => (isMap(value) ? value : undefined);
export const bytes: Guard<Bytes> = (value) => (value instanceof Bytes ? value : undefined);
export const optional: Guard<Optional> = (value) => (value instanceof Optional ? value : undefined);

/** A guard for the instances of a class. */
export const instance =
  <T extends Value>(type: abstract new (...parameters: never[]) => T): Guard<T> =>
  (value) =>
    value instanceof type ? value : undefined;

/** An implementation that takes nothing. */
export const nothing =
  (body: (frame: Frame) => Result): Run =>
  (frame) =>
    body(frame);

/** An implementation on one value. */
export const one =
  <A>(first: Guard<A>, body: (a: A, frame: Frame) => Result): Run =>
  (frame, a) => {
    const x = first(a);
    return x === undefined ? undefined : body(x, frame);
  };

/** An implementation on two values. */
export const two =
  <A, B>(first: Guard<A>, second: Guard<B>, body: (a: A, b: B, frame: Frame) => Result): Run =>
  (frame, a, b) => {
    const x = first(a);
    const y = second(b);
    return x === undefined || y === undefined ? undefined : body(x, y, frame);
  };

/** An implementation on three values. */
export const three =
  <A, B, C>(
    first: Guard<A>,
    second: Guard<B>,
    third: Guard<C>,
    body: (a: A, b: B, c: C, frame: Frame) => Result,
  ): Run =>
  (frame, a, b, c) => {
    const x = first(a);
    const y = second(b);
    const z = third(c);
    return x === undefined || y === undefined || z === undefined ? undefined : body(x, y, z, frame);
  };

/** An implementation on four values. */
export const four =
  <A, B, C, D>(
    guards: readonly [Guard<A>, Guard<B>, Guard<C>, Guard<D>],
    body: (a: A, b: B, c: C, d: D, frame: Frame) => Result,
  ): Run =>
  (frame, a, b, c, d) => {
    const [w, x, y, z] = [guards[0](a), guards[1](b), guards[2](c), guards[3](d)];
    return w === undefined || x === undefined || y === undefined || z === undefined
      ? undefined
      : body(w, x, y, z, frame);
  };

/** One unit, whatever the arguments. */
export const fixedCost: Cost = byArguments(() => 1);
