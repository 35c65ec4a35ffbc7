/** Reads JSON without losing digits: whole numbers beyond 2^53 that fit 64 bits become bigints, which are ints of the language. */

/** The third argument that a reviver gets: the text that a number was written as. */
interface Source {
  readonly source?: string;
}

/** Parses JSON; throws SyntaxError as JSON.parse does. */
export function parseExactly(text: string): unknown {
  const reviver = (_key: string, value: unknown, context?: Source): unknown => {
    const written = context?.source;
    if (typeof value !== 'number' || Number.isSafeInteger(value) || written === undefined) return value;
    if (!/^-?\d+$/.test(written)) return value;
    const exact = BigInt(written);
    return exact >= -(2n ** 63n) && exact < 2n ** 63n ? exact : value;
  };
  return JSON.parse(text, reviver);
}
