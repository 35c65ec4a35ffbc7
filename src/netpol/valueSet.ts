/** The possible values of one label key: a finite set, or all but a finite set, with or without "the key is missing". */

/**
 * `values`, ascending and without repetition, are the members, or with `complement` the only non-members, among present values; `absent` says
 * whether a missing key belongs.
 */
export interface ValueSet {
  readonly complement: boolean;
  readonly values: readonly string[];
  readonly absent: boolean;
}

const none: readonly string[] = [];

/** Every value and the missing key. */
export const anything: ValueSet = { complement: true, values: none, absent: true };
/** Every value, but not the missing key: the operator Exists. */
export const present: ValueSet = { complement: true, values: none, absent: false };
/** Only the missing key: the operator DoesNotExist. */
export const missing: ValueSet = { complement: false, values: none, absent: true };

/** The operator In. */
export const among = (values: Iterable<string>): ValueSet => ({
  complement: false,
  values: listed(values),
  absent: false,
});
/** One value only. */
export const exactly = (value: string): ValueSet => ({ complement: false, values: [value], absent: false });
/** The operator NotIn, which also selects objects without the key. */
export const notAmong = (values: Iterable<string>): ValueSet => ({
  complement: true,
  values: listed(values),
  absent: true,
});

const listed = (values: Iterable<string>): readonly string[] => [...new Set(values)].sort();

/** Binary search pays only in long lists; most have one or two values. */
function has(values: readonly string[], value: string): boolean {
  if (values.length <= 8) return values.includes(value);
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? '') < value) low = middle + 1;
    else high = middle;
  }
  return values[low] === value;
}

/** Whether nothing belongs to the set. (The values of a label are infinitely many for this purpose: a fresh one always exists.) */
export const isEmpty = (set: ValueSet): boolean => !set.complement && set.values.length === 0 && !set.absent;

/** Whether everything belongs to the set. */
export const isAnything = (set: ValueSet): boolean => set.complement && set.values.length === 0 && set.absent;

/** Whether a concrete value, or with undefined the missing key, belongs to the set. */
export const contains = (set: ValueSet, value: string | undefined): boolean =>
  value === undefined ? set.absent : has(set.values, value) !== set.complement;

export const complementOf = (set: ValueSet): ValueSet => ({
  complement: !set.complement,
  values: set.values,
  absent: !set.absent,
});

/** The members of both sets. */
export function intersect(a: ValueSet, b: ValueSet): ValueSet {
  const absent = a.absent && b.absent;
  if (a.complement && b.complement) {
    if (a.values.length === 0) return b.absent === absent ? b : { ...b, absent };
    return { complement: true, values: listed([...a.values, ...b.values]), absent };
  }
  return a.complement ? kept(b, a, absent) : kept(a, b, absent);
}

/** The values of a finite set that another one has; the finite set itself where that is all of it. */
function kept(finite: ValueSet, other: ValueSet, absent: boolean): ValueSet {
  if (other.values.length === 0 && other.complement)
    return absent === finite.absent ? finite : { ...finite, absent };
  const values = finite.values.filter((value) => has(other.values, value) !== other.complement);
  if (values.length === finite.values.length && absent === finite.absent) return finite;
  return { complement: false, values, absent };
}

/** The members of either set. */
export const unite = (a: ValueSet, b: ValueSet): ValueSet =>
  complementOf(intersect(complementOf(a), complementOf(b)));

/** The members of `a` that are not in `b`. */
export const subtract = (a: ValueSet, b: ValueSet): ValueSet => intersect(a, complementOf(b));

/** Whether the sets have no member in common. */
export function disjoint(a: ValueSet, b: ValueSet): boolean {
  if (a.absent && b.absent) return false;
  if (a.complement && b.complement) return false;
  const finite = a.complement ? b : a;
  const other = a.complement ? a : b;
  for (const value of finite.values) if (has(other.values, value) !== other.complement) return false;
  return true;
}

/** Whether every member of `a` is a member of `b`. */
export function within(a: ValueSet, b: ValueSet): boolean {
  if (a.absent && !b.absent) return false;
  if (a.complement) {
    if (!b.complement) return false;
    for (const value of b.values) if (!has(a.values, value)) return false;
    return true;
  }
  for (const value of a.values) if (has(b.values, value) === b.complement) return false;
  return true;
}

/** A key under which equal sets, and only equal sets, have the same text. */
export const keyOf = (set: ValueSet): string =>
  `${set.complement ? '!' : '='}${set.absent ? '?' : ''}${JSON.stringify(set.values)}`;
