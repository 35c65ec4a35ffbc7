/** Equality of JSON values as RFC 6902 defines it for `test`: by content, whatever the order of an object's keys. */
import { isObject } from './json.ts';

/**
 * Claims that two JSON values are equal. Numbers are equal numerically, null and absent are not the same here. Runs on a stack of its own,
 * so that no nesting of a user's object can exhaust ours.
 */
export function sameJson(left: unknown, right: unknown): boolean {
  const pairs: [unknown, unknown][] = [[left, right]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [a, b] = pair;
    if (a === b) continue;
    if (Array.isArray(a)) {
      if (!Array.isArray(b) || a.length !== b.length) return false;
      a.forEach((item, index) => pairs.push([item, b[index]]));
    } else if (isObject(a)) {
      if (!isObject(b)) return false;
      const keys = Object.keys(a);
      if (keys.length !== Object.keys(b).length) return false;
      for (const key of keys) {
        if (!Object.hasOwn(b, key)) return false;
        pairs.push([a[key], b[key]]);
      }
    } else {
      return false;
    }
  }
  return true;
}
