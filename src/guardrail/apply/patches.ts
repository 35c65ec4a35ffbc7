/** Applies what a JSONPatch expression gives: RFC 6902 with the six operations, as the API server's library has them. */
import { type Value, Constructed, isList } from '../../cel/values/value.ts';
import { toJson, misplacedTypes } from '../../cel/json.ts';
import { isObject } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { applyPatch } from '../../k8s/jsonPatch.ts';
import type { PatchOperation } from '../../k8s/jsonPatch.ts';
import type { Merged } from './merge.ts';

/** Applies the operations in order. A test that fails leaves the object as it is and is no error. */
export function applyPatches(value: Value, object: JsonObject): Merged {
  if (!isList(value)) return refused('the expression gave no list of patches');
  let current: unknown = object;
  for (const [index, element] of value.entries()) {
    const step = applyOne(element, current);
    if (step === 'untrue') return { ok: true, object };
    if (!step.ok) return refused(`operation ${index}: ${step.message}`);
    current = step.value;
  }
  return isObject(current) ? { ok: true, object: current } : refused('the result is no object');
}

const refused = (message: string): Merged & { readonly ok: false } => ({ ok: false, message });

type Step =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string }
  | 'untrue';

function applyOne(element: Value, document: unknown): Step {
  if (!(element instanceof Constructed)) return refused('is no JSONPatch');
  const [misplaced] = [...element.fields].flatMap(([name, value]) =>
    name === 'value' && value instanceof Constructed ? misplacedTypes(value, value.typeName.split('.')) : [],
  );
  if (misplaced !== undefined) return refused(`type mismatch: ${misplaced}`);
  const text = (name: string): string => {
    const value = element.fields.get(name);
    return typeof value === 'string' ? value : '';
  };
  const path = text('path');
  const from = text('from');
  const given = toJson(element.fields.get('value') ?? null);
  if (!given.ok) return refused(given.message);
  const op = text('op');
  switch (op) {
    case 'test':
      return run(document, { op, path, value: given.json }) ?? 'untrue';
    case 'add':
    case 'replace': {
      const value = given.json;
      // The API server's library lets an absent field of an object be replaced.
      const absent =
        op === 'replace' && at(document, path) === undefined && isObject(at(document, parentOf(path))?.value);
      return run(document, { op: absent ? 'add' : op, path, value }) ?? missing(path);
    }
    case 'remove':
      return run(document, { op, path }) ?? missing(path);
    case 'copy':
    case 'move': {
      const found = at(document, from);
      if (found === undefined) return missing(from);
      const cut =
        op === 'move' ? run(document, { op: 'remove', path: from }) : { ok: true as const, value: document };
      if (cut === undefined || cut === 'untrue' || !cut.ok) return missing(from);
      return run(cut.value, { op: 'add', path, value: found.value }) ?? missing(path);
    }
    default:
      return refused(`"${op.slice(0, 20)}" is no operation; use add, remove, replace, move, copy or test`);
  }
}

const parentOf = (pointer: string): string => pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));

const missing = (path: string): Step => refused(`"${path.slice(0, 200)}" is not in the object`);

/** The document after one operation; undefined where it does not apply. */
function run(document: unknown, operation: PatchOperation): Step | undefined {
  const applied = applyPatch(document, [operation]);
  return applied.ok ? { ok: true, value: applied.value } : undefined;
}

/** What stands at a pointer. */
function at(document: unknown, pointer: string): { readonly value: unknown } | undefined {
  let value = document;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) value = /^\d{1,9}$/.test(key) ? (value[Number(key)] as unknown) : undefined;
    else value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (value === undefined) return undefined;
  }
  return { value };
}
