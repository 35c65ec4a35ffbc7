/** RFC 6902 JSON Patch: the few operations that Bulkhead sends, how the smallest ones are built, and what they make of a document. */
import { sound, unsound } from '../config/issue.ts';
import type { Issue, Read } from '../config/issue.ts';
import { escapeToken, isObject, own } from './json.ts';
import type { JsonObject } from './json.ts';
import { sameJson } from './jsonEqual.ts';

export type PatchOperation =
  { readonly op: 'test'; readonly path: string; readonly value: unknown } | PatchChange;

/** An operation that changes the document. */
type PatchChange =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** An RFC 6901 pointer of unescaped tokens. */
export const pointerTo = (tokens: readonly string[]): string =>
  tokens.map((token) => `/${escapeToken(token)}`).join('');

/**
 * The one operation that makes `value` stand at `path` (unescaped tokens): parents that are absent or null are created in the same operation,
 * because `add` into a missing parent is an error. Undefined where a parent is neither object nor list: such a document is to be refused.
 */
export function addAt(
  document: unknown,
  path: readonly string[],
  value: unknown,
): PatchOperation | undefined {
  let at: unknown = document;
  for (const [depth, token] of path.entries()) {
    if (depth === path.length - 1) break;
    const next = child(at, token);
    if (next === undefined) {
      if (!isObject(at)) return undefined;
      const nested = path.slice(depth + 1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
      return { op: 'add', path: pointerTo(path.slice(0, depth + 1)), value: nested };
    }
    at = next;
  }
  if (!isObject(at) && !Array.isArray(at)) return undefined;
  return { op: 'add', path: pointerTo(path), value };
}

/** The one operation that appends `item` to the list at `path`, creating the list and its parents where absent. */
export function appendAt(
  document: unknown,
  path: readonly string[],
  item: unknown,
): PatchOperation | undefined {
  let at: unknown = document;
  for (const token of path) at = child(at, token);
  if (Array.isArray(at)) return { op: 'add', path: `${pointerTo(path)}/-`, value: item };
  return at === undefined ? addAt(document, path, [item]) : undefined;
}

/**
 * What a patch makes of a document, which itself stays as it is; parts that no operation touches are shared with it. Each object or list on
 * the way is copied once, so the cost is that of the touched part, however many operations there are.
 */
export function applyPatch(document: unknown, operations: readonly PatchOperation[]): Read<unknown> {
  const copies = new Set<object>();
  let root = document;
  for (const [index, operation] of operations.entries()) {
    const tokens = tokensOf(operation.path);
    const failure =
      tokens === undefined ? failed('patch.pointer', 'is no JSON pointer') : change(operation, tokens);
    if (failure !== undefined) {
      return unsound([
        { ...failure, pointer: `/${index}`, message: `"${operation.path}" ${failure.message}` },
      ]);
    }
  }
  return sound(root);

  function change(operation: PatchOperation, tokens: readonly string[]): Issue | undefined {
    const last = tokens.at(-1);
    if (operation.op === 'test') {
      let at: unknown = root;
      for (const token of tokens) at = exact(at, token);
      return sameJson(at, operation.value) ? undefined : failed('patch.test', 'does not hold that value');
    }
    if (last === undefined) {
      if (operation.op === 'remove') return failed('patch.path', 'is the document itself');
      root = operation.value;
      return undefined;
    }
    const parent = parentOf(tokens);
    if (parent === undefined) return failed('patch.path', 'has no parent in the document');
    return Array.isArray(parent) ? changeItem(parent, last, operation) : changeField(parent, last, operation);
  }

  /** The container of the last token, every container on the way being a copy of our own. */
  function parentOf(tokens: readonly string[]): unknown[] | JsonObject | undefined {
    let at = owned(root);
    root = at ?? root;
    for (const token of tokens.slice(0, -1)) {
      if (at === undefined) return undefined;
      const next = owned(exact(at, token));
      if (next === undefined) return undefined;
      if (Array.isArray(at)) at[Number(token)] = next;
      else define(at, token, next);
      at = next;
    }
    return at;
  }

  function owned(value: unknown): unknown[] | JsonObject | undefined {
    if (!isObject(value) && !Array.isArray(value)) return undefined;
    if (copies.has(value)) return value;
    const copy: unknown[] | JsonObject = Array.isArray(value) ? Array.from<unknown>(value) : { ...value };
    copies.add(copy);
    return copy;
  }
}

function changeField(parent: JsonObject, key: string, operation: PatchChange): Issue | undefined {
  if (operation.op !== 'add' && !Object.hasOwn(parent, key)) return failed('patch.path', 'does not exist');
  if (operation.op === 'remove') Reflect.deleteProperty(parent, key);
  else define(parent, key, operation.value);
  return undefined;
}

function changeItem(parent: unknown[], token: string, operation: PatchChange): Issue | undefined {
  const end = operation.op === 'add' ? parent.length : parent.length - 1;
  const index = token === '-' && operation.op === 'add' ? parent.length : indexOf(token);
  if (index === undefined || index > end) return failed('patch.index', 'is no index of that list');
  if (operation.op === 'remove') parent.splice(index, 1);
  else parent.splice(index, operation.op === 'add' ? 0 : 1, operation.value);
  return undefined;
}

/** Sets an own property: plain assignment to `__proto__` would change the prototype instead. */
const define = (object: JsonObject, key: string, value: unknown): unknown =>
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });

const failed = (code: string, message: string): Issue => ({ code, message });

/** A child, null and absent being the same. */
function child(value: unknown, token: string): unknown {
  return isObject(value) ? own(value, token) : (exact(value, token) ?? undefined);
}

/** A child exactly as it stands: null is a value. */
function exact(value: unknown, token: string): unknown {
  if (isObject(value)) return Object.hasOwn(value, token) ? value[token] : undefined;
  const index = indexOf(token);
  return Array.isArray(value) && index !== undefined ? (value[index] as unknown) : undefined;
}

const indexOf = (token: string): number | undefined =>
  /^(0|[1-9][0-9]{0,9})$/.test(token) ? Number(token) : undefined;

function tokensOf(pointer: string): readonly string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}
