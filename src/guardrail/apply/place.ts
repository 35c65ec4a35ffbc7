/** A place in a document as JSON patches name it, and what the document is with something else there; only drafts are changed in place. */
import { type JsonObject, isObject } from '../../k8s/json.ts';
import type { Drafts } from './drafts.ts';

type Container = JsonObject | readonly unknown[];

/** The container of a place, its key in it, and how the document looks with another container there. */
export interface Place {
  readonly container: Container;
  readonly key: string;
  readonly put: (container: Container) => unknown;
  readonly drafts: Drafts;
}

/** A value, or the document as it became. */
interface Held {
  readonly value: unknown;
}

/**
 * Finds the place that a pointer names; undefined where what holds it is missing or no container. The text before the first slash counts for
 * nothing, and an empty pointer names no place, as in the API server's library.
 */
export function placeOf(document: unknown, pointer: string, drafts: Drafts): Place | undefined {
  const [, ...tokens] = pointer.split('/').map(decode);
  const key = tokens.pop();
  if (key === undefined || !isContainer(document)) return undefined;
  let place: Place = { container: document, key, put: (container) => container, drafts };
  for (const token of tokens) {
    const above: Place = { ...place, key: token };
    const next = get(above)?.value;
    if (!isContainer(next)) return undefined;
    place = { container: next, key, put: (container) => replace(above, container)?.value, drafts };
  }
  return place;
}

const isContainer = (value: unknown): value is Container => isObject(value) || Array.isArray(value);
const isItems = (container: Container): container is readonly unknown[] => Array.isArray(container);

const decode = (token: string): string => token.replaceAll(/~[01]/g, (code) => (code === '~1' ? '/' : '~'));

/** What stands there: null for a field that is absent, undefined for an item that is not there. */
export function get({ container, key }: Place): Held | undefined {
  if (isItems(container)) {
    const index = indexIn(key, container.length);
    return index === undefined || index >= container.length ? undefined : { value: container[index] };
  }
  return { value: Object.hasOwn(container, key) ? container[key] : null };
}

/** The document with something else at an item that is there, or at a field. */
export function replace({ container, key, put, drafts }: Place, value: unknown): Held | undefined {
  if (!isItems(container)) return { value: put(drafts.withField(container, key, value)) };
  const index = indexIn(key, container.length);
  if (index === undefined || index >= container.length) return undefined;
  return { value: put(drafts.spliced(container, index, 1, value)) };
}

/** The document with a field set, or with an item before the one that is there; `-` is the end. */
export function insert({ container, key, put, drafts }: Place, value: unknown): Held | undefined {
  if (!isItems(container)) return { value: put(drafts.withField(container, key, value)) };
  const index = key === '-' ? container.length : indexIn(key, container.length + 1);
  if (index === undefined || index > container.length) return undefined;
  return { value: put(drafts.spliced(container, index, 0, value)) };
}

/** The document without what is there. */
export function remove({ container, key, put, drafts }: Place): Held | undefined {
  if (!isItems(container)) {
    if (!Object.hasOwn(container, key)) return undefined;
    return { value: put(drafts.withoutField(container, key)) };
  }
  const index = indexIn(key, container.length);
  if (index === undefined || index >= container.length) return undefined;
  return { value: put(drafts.spliced(container, index, 1)) };
}

/** An index as Go reads one: signs and leading zeros are taken, and -1 is the last of `length`. */
function indexIn(token: string, length: number): number | undefined {
  if (!/^[+-]?\d{1,15}$/.test(token)) return undefined;
  const index = Number(token);
  if (index >= 0) return index;
  return index < -length ? undefined : index + length;
}
