/** Merges an ApplyConfiguration into an object as server-side apply does (structured-merge-diff, typed/merge.go). */
import { type JsonObject, isObject } from '../../k8s/json.ts';
import { kinds, layouts } from './layouts.ts';

/** The merged object, or the sentence that says why it cannot be. */
export type Merged =
  { readonly ok: true; readonly object: JsonObject } | { readonly ok: false; readonly message: string };

/** Leaves a merge at what cannot be merged; caught in this file. */
class Unmergeable extends Error {}

/** A layout as one field has it: see layouts.ts. `free` is what no schema describes: maps are merged, lists atomic. */
type Layout = string;
const free: Layout = 'free';

/** Merges; `kind` is `apiVersion kind`, such as `apps/v1 Deployment`. Fields of an unknown kind are taken as they come. */
export function mergeApplied(kind: string, live: JsonObject, applied: JsonObject): Merged {
  try {
    const merged = merge(kinds.get(kind) ?? free, live, applied, '');
    return isObject(merged)
      ? { ok: true, object: merged }
      : { ok: false, message: 'the result is no object' };
  } catch (error) {
    if (error instanceof Unmergeable) return { ok: false, message: error.message };
    throw error;
  }
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0);

function merge(layout: Layout, live: unknown, applied: unknown, path: string): unknown {
  if (layout === '-') return applied;
  if (layout.startsWith('[')) return mergeList(layout, live, applied, path);
  if (layout === free) {
    if (Array.isArray(applied)) throw atomic(path);
    return isObject(applied) ? mergeMap(() => free, live, applied) : applied;
  }
  if (applied === null) return live;
  if (!isObject(applied)) throw new Unmergeable(`${path} must be an object`);
  if (layout === '{!}') throw atomic(path);
  if (layout === '{}') return mergeMap(() => '-', live, applied);
  const fields = fieldsOf(layout);
  if (fields.atomic) throw atomic(path);
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  return mergeMap(
    (key) => {
      const field = fields.layouts.get(key);
      if (field === undefined) throw new Unmergeable(`${below(key)}: there is no such field`);
      return field;
    },
    live,
    applied,
    below,
  );
}

const atomic = (path: string): Unmergeable =>
  new Unmergeable(`may not mutate atomic arrays, maps or structs: ${path}; use a JSONPatch for it`);

function mergeMap(
  layoutOf: (key: string) => Layout,
  live: unknown,
  applied: JsonObject,
  below: (key: string) => string = (key) => key,
): unknown {
  const old = isObject(live) ? live : {};
  if (isEmpty(old) && isEmpty(applied)) return applied;
  const merged = new Map(Object.entries(old));
  for (const [key, value] of Object.entries(applied)) {
    const result = merge(layoutOf(key), Object.hasOwn(old, key) ? old[key] : undefined, value, below(key));
    // In the API a field that is null is one that is absent.
    if (result === null || result === undefined) merged.delete(key);
    else merged.set(key, result);
  }
  return Object.fromEntries(merged);
}

interface Fields {
  readonly atomic: boolean;
  readonly layouts: ReadonlyMap<string, Layout>;
}

/** The fields of a structure; none for a name that is no structure. */
export function fieldsOf(name: string): Fields {
  const text = layouts.get(name) ?? '';
  const pairs = text
    .replace(/^! /, '')
    .split(' ')
    .filter((field) => field !== '')
    .map((field): readonly [string, Layout] => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon), field.slice(colon + 1)];
    });
  return { atomic: text.startsWith('!'), layouts: new Map(pairs) };
}

function mergeList(layout: Layout, live: unknown, applied: unknown, path: string): unknown {
  if (applied === null) return live;
  if (!Array.isArray(applied)) throw new Unmergeable(`${path} must be a list`);
  if (layout === '[!]') throw atomic(path);
  const old: readonly unknown[] = Array.isArray(live) ? live : [];
  if (old.length === 0 && applied.length === 0) return applied;
  const end = layout.indexOf(']');
  const keys = layout === '[set]' ? undefined : layout.slice(1, end).split(',');
  const identify = (item: unknown): string =>
    canonical(keys === undefined ? item : identityOf(item, keys, path));
  const left = old.map((item) => ({ item, identity: identify(item) }));
  const right = applied.map((item: unknown) => ({ item, identity: identify(item) }));
  if (byIdentity(right).size < right.length)
    throw new Unmergeable(`${path}: two items with the same ${keys?.join(' and ') ?? 'value'}`);
  return interleave(left, right, (into, item) =>
    keys === undefined ? item : merge(layout.slice(end + 1), into, item, path),
  );
}

/** What tells an item of a list apart; a port's protocol is TCP where it is left out. */
function identityOf(item: unknown, keys: readonly string[], path: string): unknown {
  if (!isObject(item)) throw new Unmergeable(`${path}: an item is no object`);
  const identity = keys.map((key) =>
    Object.hasOwn(item, key) ? item[key] : key === 'protocol' ? 'TCP' : undefined,
  );
  if (identity.every((value) => value === undefined))
    throw new Unmergeable(`${path}: an item lacks ${keys.join(', ')}, which tells items apart`);
  return identity.map((value) => value ?? null);
}

/** A text that is the same for the same JSON, whatever the order of an object's keys. */
const canonical = (json: unknown): string =>
  JSON.stringify(json, (_key, value: unknown) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );

interface Item {
  readonly item: unknown;
  readonly identity: string;
}

/** The first item of each identity. */
function byIdentity(items: readonly Item[]): ReadonlyMap<string, Item> {
  const found = new Map<string, Item>();
  for (const one of items) if (!found.has(one.identity)) found.set(one.identity, one);
  return found;
}

/** The order of visitListItems: shared items in the order of the right side, items of one side where they stand, those of the left first. */
function interleave(
  left: readonly Item[],
  right: readonly Item[],
  combine: (into: unknown, item: unknown) => unknown,
): unknown[] {
  const [own, given] = [byIdentity(left), byIdentity(right)];
  const shared = right.filter(({ identity }) => own.has(identity));
  const merged = new Set<string>();
  const out: unknown[] = [];
  let next = 0;
  let [l, r] = [0, 0];
  const take = (item: Item): void => {
    merged.add(item.identity);
    out.push(combine(own.get(item.identity)?.item, item.item));
    if (shared[next] === item) next += 1;
    r += 1;
  };
  while (l < left.length || r < right.length) {
    const [mine, yours] = [left[l], right[r]];
    if (mine !== undefined && yours !== undefined) {
      if (mine.identity === yours.identity) {
        take(yours);
        l += 1;
        continue;
      }
      const wanted = shared[next];
      if (given.has(mine.identity) && wanted !== undefined && wanted.identity !== mine.identity) {
        l += 1;
        continue;
      }
    }
    if (mine !== undefined) {
      if (!given.has(mine.identity)) {
        out.push(mine.item);
        l += 1;
        continue;
      }
      if (merged.has(mine.identity)) l += 1;
    }
    if (yours !== undefined) take(yours);
  }
  return out;
}
