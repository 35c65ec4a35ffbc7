/** Applies what a JSONPatch expression gives, as the API server's library does (evanphx/json-patch v4, patch.go). */
import { type Value, Constructed, isList } from '../../cel/values/value.ts';
import { toJson, misplacedTypes } from '../../cel/json.ts';
import { type JsonObject, isObject } from '../../k8s/json.ts';
import { sameJson } from '../../k8s/jsonEqual.ts';
import { Drafts } from './drafts.ts';
import { type Place, get, insert, placeOf, remove, replace } from './place.ts';
import type { Merged } from './merge.ts';

/** Applies the operations in order. A test that does not hold leaves the object as it is and is no error; one of a missing path is. */
export function applyPatches(value: Value, object: JsonObject): Merged {
  if (!isList(value)) return refused('the expression gave no list of patches');
  const drafts = new Drafts();
  let current: unknown = object;
  for (const [index, element] of value.entries()) {
    const step = applyOne(element, current, drafts);
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

function applyOne(element: Value, document: unknown, drafts: Drafts): Step {
  if (!(element instanceof Constructed)) return refused('is no JSONPatch');
  const [misplaced] = [...element.fields].flatMap(([name, value]) =>
    name === 'value' && value instanceof Constructed ? misplacedTypes(value, value.typeName.split('.')) : [],
  );
  if (misplaced !== undefined) return refused(`type mismatch: ${misplaced}`);
  const text = (name: string): string => {
    const value = element.fields.get(name);
    return typeof value === 'string' ? value : '';
  };
  const given = element.fields.get('value');
  const json = toJson(given ?? null);
  if (!json.ok) return refused(json.message);
  const [op, path, from] = [text('op'), text('path'), text('from')];
  switch (op) {
    case 'test':
      return test(document, path, given === undefined ? undefined : json.json, drafts);
    case 'add':
      return at(document, path, drafts, (place) => insert(place, json.json));
    case 'replace':
      return replaceAt(document, path, json.json, drafts);
    case 'remove':
      return at(document, path, drafts, remove);
    case 'copy':
      return copy(document, from, path, drafts);
    case 'move':
      return move(document, from, path, drafts);
    default:
      return refused(`"${op.slice(0, 20)}" is no operation; use add, remove, replace, move, copy or test`);
  }
}

const missing = (path: string): Step => refused(`"${path.slice(0, 200)}" is not in the object`);

/** The document after a change at a place; `act` gives undefined where it cannot be made. */
function at(
  document: unknown,
  path: string,
  drafts: Drafts,
  act: (place: Place) => { readonly value: unknown } | undefined,
): Step {
  const place = placeOf(document, path, drafts);
  const done = place === undefined ? undefined : act(place);
  return done === undefined ? missing(path) : { ok: true, value: done.value };
}

/** A field that is absent may be replaced, an item may not; the empty path is the document. */
function replaceAt(document: unknown, path: string, value: unknown, drafts: Drafts): Step {
  if (path === '')
    return isObject(value) || Array.isArray(value)
      ? { ok: true, value }
      : refused('only an object can stand for the whole object');
  return at(document, path, drafts, (place) =>
    get(place) === undefined ? undefined : replace(place, value),
  );
}

/** What stands at `from`, to be put somewhere else; a field that is absent is null. */
function taken(document: unknown, from: string, drafts: Drafts): ReturnType<typeof get> {
  const place = placeOf(document, from, drafts);
  return place === undefined ? undefined : get(place);
}

/** What is copied stands in two places from then on, so that neither may be changed in place. */
function copy(document: unknown, from: string, path: string, drafts: Drafts): Step {
  const found = taken(document, from, drafts);
  if (found === undefined) return missing(from);
  if (typeof found.value === 'object' && found.value !== null) drafts.forget();
  return at(document, path, drafts, (to) => insert(to, found.value));
}

function move(document: unknown, from: string, path: string, drafts: Drafts): Step {
  const found = taken(document, from, drafts);
  const cut = at(document, from, drafts, remove);
  if (cut === 'untrue' || !cut.ok) return cut;
  return found === undefined ? missing(from) : at(cut.value, path, drafts, (to) => insert(to, found.value));
}

/** `expected` undefined: nothing was given, which only what is absent or null equals. */
function test(document: unknown, path: string, expected: unknown, drafts: Drafts): Step {
  const place = path === '' ? undefined : placeOf(document, path, drafts);
  const found = path === '' ? { value: document } : place === undefined ? undefined : get(place);
  if (found === undefined) return missing(path);
  return holds(found.value, expected) ? { ok: true, value: document } : 'untrue';
}

function holds(value: unknown, expected: unknown): boolean {
  if (value === null || value === undefined) return expected === undefined;
  if (expected === null) return isEmpty(value);
  return sameJson(value, expected);
}

/** The library reads a given null as an object or a list without members. */
const isEmpty = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
