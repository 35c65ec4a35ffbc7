/** Objects of which a part was not kept: they behave as what was kept, and tell when somebody looks where something is missing. */
import { isObject } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';

/** Where something is missing: at this place itself, or below it. */
export interface Hidden {
  readonly here: boolean;
  readonly below: ReadonlyMap<string, Hidden>;
}

interface Growing {
  here: boolean;
  readonly below: Map<string, Growing>;
}

/** What no record keeps of metadata, without a word in `masked`. */
export const silent: readonly string[] = [
  '/metadata/creationTimestamp',
  '/metadata/generation',
  '/metadata/managedFields',
  '/metadata/ownerReferences',
  '/metadata/resourceVersion',
  '/metadata/uid',
];

/**
 * What JSON pointers (RFC 6901) name, as a tree. The items of a list count as one: what one item lacks is noted for the first that lacks it.
 * A log has many records: whoever asks makes the trees that are always the same once.
 */
export function hiddenOf(pointers: readonly string[]): Hidden {
  const root: Growing = { here: false, below: new Map() };
  for (const pointer of pointers) {
    let at = root;
    for (const token of pointer.split('/').slice(1)) {
      const key = numeric.test(token) ? anyItem : unescaped(token);
      const next: Growing = at.below.get(key) ?? { here: false, below: new Map() };
      at.below.set(key, next);
      at = next;
    }
    at.here = true;
  }
  return root;
}

const unescaped = (token: string): string =>
  token.includes('~') ? token.replaceAll('~1', '/').replaceAll('~0', '~') : token;

/** Stands for every item of a list; a member of an object whose name is a number is hidden with it. */
const anyItem = '*';

const numeric = /^\d+$/;

const belowOf = (hidden: Hidden, key: string): Hidden | undefined =>
  (numeric.test(key) ? hidden.below.get(anyItem) : undefined) ?? hidden.below.get(key);

/**
 * The value, read through a proxy where something of it is hidden. `touched` is told the place of whatever hidden part is read, asked for or
 * enumerated; what it answers then is worth nothing.
 */
export function veiled(
  value: unknown,
  hidden: Hidden,
  path: string,
  touched: (path: string) => void,
): unknown {
  if (!isObject(value) && !Array.isArray(value)) return value;
  const target: object = value;
  const isHidden = (key: string | symbol): boolean => {
    if (typeof key !== 'string' || belowOf(hidden, key)?.here !== true) return false;
    touched(`${path}.${key}`);
    return true;
  };
  const somethingHere = [...hidden.below].some(([, { here }]) => here);
  return new Proxy(target, {
    get: (of, key, receiver) => {
      if (isHidden(key)) return undefined;
      const member: unknown = Reflect.get(of, key, receiver);
      if (typeof key !== 'string' || !Object.hasOwn(of, key)) return member;
      const inner = belowOf(hidden, key);
      return inner === undefined ? member : veiled(member, inner, `${path}.${key}`, touched);
    },
    has: (of, key) => !isHidden(key) && Reflect.has(of, key),
    getOwnPropertyDescriptor: (of, key) => {
      if (isHidden(key) && !Array.isArray(of)) return undefined;
      return Reflect.getOwnPropertyDescriptor(of, key);
    },
    ownKeys: (of) => {
      if (somethingHere) touched(`${path}.*`);
      return Reflect.ownKeys(of);
    },
  });
}

/** {@link veiled} for an object that may be absent. */
export function veiledObject(
  object: JsonObject | null,
  hidden: Hidden,
  path: string,
  touched: (path: string) => void,
): JsonObject | null {
  const seen = veiled(object, hidden, path, touched);
  return isObject(seen) ? seen : null;
}

/** Which pointers of a record's `masked` lie inside one of its objects, as pointers into that object. */
export function insideOf(masked: readonly string[], part: string): readonly string[] {
  const root = `/subset/${part}`;
  return masked
    .filter((pointer) => pointer.startsWith(`${root}/`))
    .map((pointer) => pointer.slice(root.length));
}

/** The keys of labels or annotations of which the value was not kept. */
export const labelsMasked = (
  masked: readonly string[],
  part: string,
  field: 'labels' | 'annotations',
): readonly string[] =>
  insideOf(masked, part).flatMap((pointer) =>
    pointer.startsWith(`/metadata/${field}/`) ? [unescaped(pointer.slice(`/metadata/${field}/`.length))] : [],
  );
