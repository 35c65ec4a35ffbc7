/** What an environment declares: variables, type names and functions, and the names that a mistyped one may have meant. */
import { type Signature } from './signature.ts';
import { type ObjectType, type Type } from './type.ts';
import { type Value } from '../values/value.ts';

/** One way to call a function. */
export type OverloadDeclaration = Signature;

/**
 * Looks at the arguments of a call that are literals or lists of them (undefined: any other). Answers which one can never be meant, and the
 * sentence that says why.
 */
export type LiteralCheck = (
  values: readonly (Value | undefined)[],
) => { readonly index: number; readonly message: string } | undefined;

/** A function, method or operator with all its overloads. */
export interface FunctionDeclaration {
  readonly name: string;
  readonly overloads: readonly OverloadDeclaration[];
  readonly checkLiterals?: LiteralCheck;
}

/** The names an expression may use. */
export interface Declarations {
  readonly variable: (name: string) => Type | undefined;
  readonly variableNames: () => readonly string[];
  /** The type that a name such as `int` or `net.IP` stands for. */
  readonly typeName: (name: string) => Type | undefined;
  readonly function: (name: string) => FunctionDeclaration | undefined;
  readonly functionNames: () => readonly string[];
  /** The type of `Name{…}`, where such literals exist. */
  readonly constructible: (name: string) => ObjectType | undefined;
}

/** The closest of the candidates, if it is near enough to be what was meant. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** " Did you mean X?", or nothing. */
export function suggestion(name: string, candidates: readonly string[]): string {
  const found = nearest(name, candidates);
  return found === undefined || found === name ? '' : `; did you mean ${found}?`;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
