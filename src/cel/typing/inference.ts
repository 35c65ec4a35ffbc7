/** Type inference: which type fits where, and what the type variables came to stand for (after cel-go's checker/types.go). */
import { type Type, dyn, parametersOf, same, withParameters } from './type.ts';

const isDyn = (type: Type): boolean => type.kind === 'dyn';
export const isDynOrError = (type: Type): boolean => type.kind === 'dyn' || type.kind === 'error';

/** What the type variables of one check stand for. */
export class Inference {
  #bound = new Map<string, Type>();
  #fresh = 0;

  /** A new type variable. */
  variable(): Type {
    this.#fresh += 1;
    return { kind: 'parameter', name: `_var${this.#fresh}` };
  }

  /** Whether a value of type `from` fits where `to` stands; if so, what was learnt of the variables is kept. */
  assign(to: Type, from: Type): boolean {
    return this.assignAll([to], [from]);
  }

  /** The same for several at once: learnt only if all fit. */
  assignAll(to: readonly Type[], from: readonly Type[]): boolean {
    const before = new Map(this.#bound);
    if (this.#fitsAll(to, from)) return true;
    this.#bound = before;
    return false;
  }

  /** The type with its variables replaced by what is known; with `final`, unknown ones by dyn. */
  resolve(type: Type, final = false): Type {
    if (type.kind === 'parameter') {
      const bound = this.#bound.get(type.name);
      if (bound !== undefined) return this.resolve(bound, final);
      return final ? dyn : type;
    }
    return withParameters(type, (inner) => this.resolve(inner, final));
  }

  /** A copy of the types in which each parameter is a new variable: one use of an overload. */
  instantiate(types: readonly Type[]): readonly Type[] {
    const names = new Map<string, Type>();
    const fresh = (type: Type): Type => {
      if (type.kind !== 'parameter') return withParameters(type, fresh);
      const known = names.get(type.name) ?? this.variable();
      names.set(type.name, known);
      return known;
    };
    return types.map(fresh);
  }

  #fitsAll(a: readonly Type[], b: readonly Type[]): boolean {
    return (
      a.length === b.length &&
      a.every((type, index) => {
        const other = b[index];
        return other !== undefined && this.#fits(type, other);
      })
    );
  }

  #fits(a: Type, b: Type): boolean {
    if (b.kind === 'parameter') {
      const outcome = this.#substitute(a, b.name);
      if (outcome !== 'free') return outcome === 'valid';
    }
    if (a.kind === 'parameter') return this.#substitute(b, a.name) === 'valid';
    if (isDynOrError(a) || isDynOrError(b)) return true;
    if (a.kind === 'null') return isNullable(b);
    if (b.kind === 'null') return isNullable(a);
    if (a.kind === 'type') return b.kind === 'type';
    if (a.kind === 'object' || a.kind === 'opaque') return same(a, b);
    return a.kind === b.kind && this.#fitsAll(parametersOf(a), parametersOf(b));
  }

  /** Tries to let the variable stand for the type. `free`: it cannot, but has no other meaning either. */
  #substitute(type: Type, variable: string): 'valid' | 'invalid' | 'free' {
    if (type.kind === 'parameter' && type.name === variable) return 'valid';
    const bound = this.#bound.get(variable);
    if (bound === undefined) {
      if (this.#mentions(type, variable)) return 'free';
      this.#bound.set(variable, type);
      return 'valid';
    }
    if (same(type, bound)) return 'valid';
    if (!this.#fits(type, bound)) return 'invalid';
    const wider = lessSpecific(type, bound) ? type : bound;
    if (!this.#mentions(wider, variable)) this.#bound.set(variable, wider);
    return 'valid';
  }

  #mentions(type: Type, variable: string): boolean {
    if (type.kind === 'parameter') {
      if (type.name === variable) return true;
      const bound = this.#bound.get(type.name);
      return bound !== undefined && this.#mentions(bound, variable);
    }
    return parametersOf(type).some((inner) => this.#mentions(inner, variable));
  }
}

/** Kinds that take null in place of a value, as protobuf messages do. */
const isNullable = (type: Type): boolean =>
  ['null', 'object', 'opaque', 'optional', 'timestamp', 'duration'].includes(type.kind);

/** Whether `a` says no more than `b`. */
export function lessSpecific(a: Type, b: Type): boolean {
  if (isDyn(a) || a.kind === 'parameter') return true;
  if (isDyn(b) || b.kind === 'parameter') return false;
  if (a.kind !== b.kind) return false;
  if (a.kind === 'type') return true;
  if (a.kind === 'object' || a.kind === 'opaque') return same(a, b);
  const others = parametersOf(b);
  return parametersOf(a).every((inner, index) => {
    const other = others[index];
    return other !== undefined && lessSpecific(inner, other);
  });
}
