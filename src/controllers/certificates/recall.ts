/** A function of few arguments that come again and again, such as a Secret that is looked at each second: what was computed last is kept. */

/** Keeps the answers to the last `most` arguments, told apart by identity. */
export function recalling<K, V>(compute: (argument: K) => V, most: number): (argument: K) => V {
  const known = new Map<K, V>();
  return (argument) => {
    const found = known.get(argument);
    if (found !== undefined) return found;
    const value = compute(argument);
    if (known.size >= most) known.clear();
    known.set(argument, value);
    return value;
  };
}
