/** Keeps what was made for a label value, so that counting is a look-up, and keeps the number of values bounded. */

/** Makes a child once for each key; the caller sees to it that keys are few, with `bounded` where others choose them. */
export function childrenOf<Key, Child>(make: (key: Key) => Child): (key: Key) => Child {
  const children = new Map<Key, Child>();
  return (key) => {
    const known = children.get(key);
    if (known !== undefined) return known;
    const child = make(key);
    children.set(key, child);
    return child;
  };
}

/** Lets the first `limit` different values through and turns every later one into `other`. */
export function bounded(limit: number): (value: string) => string {
  const seen = new Set<string>();
  return (value) => {
    if (seen.has(value)) return value;
    if (seen.size >= limit) return 'other';
    seen.add(value);
    return value;
  };
}
