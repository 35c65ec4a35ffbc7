/** The runtime type of a value, by the name that `type()` answers. */
import { type TypeName, type Value, Double, Special, isList } from './value.ts';

const limit = 2 ** 63;

/**
 * Whether a whole number from JSON lost digits on its way here: written as an int64 beyond 2^53, it may stand for any of its neighbours.
 * 2^63 itself may be the largest int, rounded; beyond, it is a double for the API server too, and that is exact.
 */
export const isImprecise = (value: number): boolean =>
  Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) <= limit;

/** Whether a number is an int of the language. */
export const isInt = (value: Value): value is number | bigint =>
  typeof value === 'bigint' || Number.isSafeInteger(value);

/** The type name of a value; `imprecise` for a number that may not be what was written. */
export function kindOf(value: Value): TypeName {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? 'int' : isImprecise(value) ? 'imprecise' : 'double';
  }
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (value === null) return 'null_type';
  if (value instanceof Special) return value.typeName;
  return isList(value) ? 'list' : 'map';
}

/** The number that a double holds; undefined for any other value. */
export function asDouble(value: Value): number | undefined {
  if (typeof value !== 'number') return value instanceof Double ? value.value : undefined;
  return Number.isSafeInteger(value) || isImprecise(value) ? undefined : value;
}
