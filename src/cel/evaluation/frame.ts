/** One run of one program: its variables and what it has spent. */
import { type Fields, type Value, Dictionary } from '../values/value.ts';
import { type Failure, type Result, costExceeded } from '../values/failure.ts';

/** A value, or the sentence that says why there is none; `spent` where a budget ran out, which nothing may absorb. */
export type ExtensionAnswer =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly message: string; readonly spent?: boolean };

/**
 * What an extension function gets: its arguments, and a way to pay for work that grows with them. `pay` answers false when the budget is
 * spent: stop then, whatever is returned.
 */
export type ExtensionFunction = (
  values: readonly Value[],
  pay: (units: number) => boolean,
) => ExtensionAnswer;

/** Implementations by the full name of the function. */
export interface ExtensionFunctions {
  readonly get: (name: string) => ExtensionFunction | undefined;
}

/**
 * Counts two things. `cost` is the unit of Kubernetes: one a step, a tenth a character, as kube-apiserver charges it. `work` counts what that
 * leaves out and this implementation pays for (copying lists, comparing deeply, regular expressions), about ten nanoseconds a unit.
 */
export class Frame {
  cost = 0;
  work: number;
  readonly limit: number;
  readonly slots: Result[];
  readonly functions: ExtensionFunctions;
  #keys: Map<object, readonly string[]> | undefined;

  constructor(slots: Result[], functions: ExtensionFunctions, limit: number, work: number) {
    this.slots = slots;
    this.functions = functions;
    this.limit = limit;
    this.work = work;
  }

  /** Whether more was spent than may be. */
  get overrun(): boolean {
    return this.cost > this.limit || this.work < 0;
  }

  /** Pays for work that Kubernetes' units leave out; answers false once the budget is spent. */
  pay(units: number): boolean {
    this.work -= units;
    return this.work >= 0;
  }

  /** The failure to answer when {@link pay} says no. */
  exhausted(): Failure {
    this.work = Math.min(this.work, -1);
    return costExceeded();
  }

  /** The keys of a JSON object, listed once a run and paid for once. */
  keysOf(fields: Fields): readonly string[] {
    const known = this.#keys?.get(fields);
    if (known !== undefined) return known;
    const keys = Object.keys(fields);
    this.work -= keys.length * 5;
    if (keys.length > 8) (this.#keys ??= new Map()).set(fields, keys);
    return keys;
  }

  /** How many entries a map has. */
  sizeOf(map: Fields | Dictionary): number {
    return map instanceof Dictionary ? map.entries.size : this.keysOf(map).length;
  }
}

/** A compiled expression: called with a frame, it answers a value or a failure. */
export type Evaluate = (frame: Frame) => Result;
