/** Maps, whether they came as JSON objects or were built by an expression. */
import { type Frame } from '../evaluation/frame.ts';
import { type Fields, type Value, Dictionary, isFields, keyOf } from './value.ts';

export const isMap = (value: Value): value is Fields | Dictionary =>
  value instanceof Dictionary || isFields(value);

/** The value under a key, or undefined. Keys of JSON objects are strings that the object itself carries, `__proto__` among them. */
export function findKey(map: Fields | Dictionary, key: Value): Value | undefined {
  if (map instanceof Dictionary) {
    const own = keyOf(key);
    return own === undefined ? undefined : map.entries.get(own)?.[1];
  }
  return typeof key === 'string' && Object.hasOwn(map, key) ? map[key] : undefined;
}

/** The value under a key that {@link keysOf} told: it is the map's own, and is not looked up a second time to be sure. */
export function valueAt(map: Fields | Dictionary, key: Value): Value {
  if (map instanceof Dictionary) return findKey(map, key) ?? null;
  return typeof key === 'string' ? (map[key] ?? null) : null;
}

/** The keys in the order in which loops visit them. */
export function* keysOf(map: Fields | Dictionary, frame: Frame): Generator<Value> {
  if (!(map instanceof Dictionary)) yield* frame.keysOf(map);
  else for (const [key] of map.entries.values()) yield key;
}
