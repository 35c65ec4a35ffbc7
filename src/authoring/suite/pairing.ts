/** Pairs what is expected with what was found, each with at most one other, as many as possible. */

/** What is left over on both sides. */
export interface Pairing<E, F> {
  readonly missing: readonly { readonly item: E; readonly index: number }[];
  readonly surplus: readonly F[];
}

/** A largest pairing (augmenting paths): a vague expectation never takes the only thing that satisfies an exact one. */
export function matched<E, F>(
  expected: readonly E[],
  found: readonly F[],
  fits: (expected: E, found: F) => boolean,
): Pairing<E, F> {
  const takenBy = new Map<number, number>();
  const take = (index: number, tried: Set<number>): boolean => {
    const item = expected[index];
    if (item === undefined) return false;
    for (const [at, candidate] of found.entries()) {
      if (tried.has(at) || !fits(item, candidate)) continue;
      tried.add(at);
      const holder = takenBy.get(at);
      if (holder === undefined || take(holder, tried)) {
        takenBy.set(at, index);
        return true;
      }
    }
    return false;
  };
  const missing = expected.flatMap((item, index) => (take(index, new Set()) ? [] : [{ item, index }]));
  return { missing, surplus: found.filter((_, at) => !takenBy.has(at)) };
}
