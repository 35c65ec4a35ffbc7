/** What a shape lets through of a value: the obvious implementation, on parsed JSON, for the one that copies bytes to be compared with. */
import { canonicalJson } from '../../../src/decisions/canonicalJson.ts';
import type { Allowance } from '../../../src/decisions/event/allowance.ts';
import type { Shape } from '../../../src/decisions/event/shape.ts';
import { escapeToken, isObject } from '../../../src/k8s/json.ts';

type Path = readonly (string | number)[];
/** Undefined: nothing is kept. */
type Kept = { readonly value: unknown } | undefined;

const neverStored = (key: string, value: unknown): boolean =>
  key === 'kubectl.kubernetes.io/last-applied-configuration' ||
  ((key === 'env' || key === 'managedFields') && Array.isArray(value));

const anything = (): boolean => true;
const nothing = (): boolean => false;

/** The canonical text and the pointers of what was left out. */
export function projected(
  root: unknown,
  shape: Shape,
  at: Path,
  { annotations, labels }: Pick<Allowance, 'annotations' | 'labels'>,
): { readonly text: string | undefined; readonly masked: readonly string[] } {
  const masked: string[] = [];
  let values = 0;
  /** For each list that is gone through: how deep its items stand, and what was left out of them. */
  const lists: { readonly depth: number; readonly seen: Set<string> }[] = [];

  const leaveOut = (path: Path): void => {
    const list = lists.at(-1);
    if (list !== undefined) {
      const below = JSON.stringify(path.slice(list.depth));
      if (list.seen.has(below)) return;
      list.seen.add(below);
    }
    masked.push(path.map((token) => `/${escapeToken(String(token))}`).join(''));
  };

  const part = (value: unknown, shape: Shape, path: Path): Kept => {
    values += 1;
    if (shape === 'never') return undefined;
    if (values > 4_000 || path.length > 40) {
      leaveOut(path);
      return undefined;
    }
    if (value === null) return undefined;
    if (Array.isArray(value)) {
      if (shape === 'whole') return list(value, 'whole', path);
      if (shape === 'present') return list(value, { keys: nothing }, path);
      if ('items' in shape) return list(value, shape.items, path);
    } else if (isObject(value)) {
      if (shape === 'whole') return members(value, anything, path);
      if (shape === 'present') return members(value, nothing, path);
      if ('fields' in shape) return fields(value, shape.fields, path);
      if ('keys' in shape) return members(value, shape.keys, path);
    } else if (shape === 'whole' || shape === 'present') {
      return { value };
    }
    leaveOut(path);
    return undefined;
  };

  const list = (all: readonly unknown[], item: Shape, path: Path): Kept => {
    lists.push({ depth: path.length + 1, seen: new Set() });
    const kept: unknown[] = [];
    for (const [index, one] of all.entries()) {
      kept.push(part(one, item, [...path, index])?.value ?? null);
      if (values > 4_000) break;
    }
    lists.pop();
    return { value: kept };
  };

  const guarded = (key: string): Shape => {
    if (key === 'annotations') return { keys: annotations };
    return key === 'labels' ? { keys: labels } : 'whole';
  };

  const member = (kept: [string, unknown][], key: string, value: unknown, shape: Shape, path: Path): void => {
    const place = [...path, key];
    if (shape === 'never') return;
    if (neverStored(key, value)) {
      leaveOut(place);
      return;
    }
    const taken = part(value, shape === 'whole' && isObject(value) ? guarded(key) : shape, place);
    if (taken !== undefined) kept.push([key, taken.value]);
  };

  const fields = (value: object, shape: ReadonlyMap<string, Shape>, path: Path): Kept => {
    const kept: [string, unknown][] = [];
    const all = Object.entries(value).sort(byKey);
    for (const [key, one] of all) {
      const inner = shape.get(key);
      if (inner !== undefined) member(kept, key, one, inner, path);
    }
    for (const [key] of all) if (!shape.has(key)) leaveOut([...path, key]);
    return { value: Object.fromEntries(kept) };
  };

  const members = (value: object, allowed: (key: string) => boolean, path: Path): Kept => {
    const kept: [string, unknown][] = [];
    for (const [key, one] of Object.entries(value).sort(byKey)) {
      if (allowed(key)) member(kept, key, one, 'whole', path);
      else leaveOut([...path, key]);
    }
    return { value: Object.fromEntries(kept) };
  };

  const kept = part(root, shape, at);
  return {
    text: kept === undefined ? undefined : canonicalJson(kept.value),
    masked: masked.length > 60 ? [...masked.slice(0, 60), ''] : masked,
  };
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
