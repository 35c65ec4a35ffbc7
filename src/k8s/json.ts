/** JSON values as they come from outside: nothing is known of them until a decoder has looked. */

/** A JSON object of unknown content. Read its fields with {@link own}: `__proto__` and `constructor` are ordinary keys of user data. */
export interface JsonObject {
  readonly [key: string]: unknown;
}

/** Claims that a value is a JSON object (not null, not a list). */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object that a text is as JSON; undefined where it is none, or no JSON. */
export function objectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A field that the object itself carries; null and absent are the same, as in the Kubernetes API. */
export function own(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? (object[key] ?? undefined) : undefined;
}

/** Follows own fields of nested objects; undefined where any step is missing. */
export function ownAt(value: unknown, ...path: readonly string[]): unknown {
  let at: unknown = value;
  for (const key of path) {
    if (!isObject(at)) return undefined;
    at = own(at, key);
  }
  return at ?? undefined;
}

/** A list field: absent, null and anything that is no list read as empty (callers that must refuse a wrong shape decode instead). */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = ownAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** A string field, or undefined. */
export function stringAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = ownAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** One token of a JSON Pointer, escaped as RFC 6901 orders: `~` first, then `/`. */
export const escapeToken = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1');
