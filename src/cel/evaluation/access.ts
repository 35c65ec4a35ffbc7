/** Reading one step into a value: a field, a list element, a map entry, an optional's content. */
import { withArticle } from '../values/wording.ts';
import { Failure, type Result, impreciseNumber } from '../values/failure.ts';
import { asDouble, isImprecise, isInt, kindOf } from '../values/kind.ts';
import { LazyFields } from '../values/lazy.ts';
import { findKey, isMap } from '../values/map.ts';
import { type Value, Constructed, Dictionary, Special, Uint, isList } from '../values/value.ts';

/** The field of a value; undefined if it has none of that name. Lists have no fields at all: that is a failure. */
export function field(value: Value, name: string): Result | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Special) return specialField(value, name);
  if (isList(value))
    return new Failure(
      'noSuchOverload',
      `a list has no field ${name}: its elements are read with [0], [1], …`,
    );
  if (!Object.hasOwn(value, name)) return undefined;
  return checked(value[name]);
}

/** What JSON cannot hold is refused where it is read. */
const checked = (value: Value | undefined): Result =>
  value === undefined || typeof value === 'function' || typeof value === 'symbol'
    ? new Failure('notJson', 'the object holds a value that is no JSON')
    : value;

function specialField(value: Special, name: string): Result | undefined {
  if (value instanceof LazyFields) return value.read(name);
  if (value instanceof Dictionary) return findKey(value, name);
  if (!(value instanceof Constructed)) return undefined;
  const found = value.fields.get(name);
  if (found !== undefined) return found;
  // What kube-apiserver answers for fields that an Object{} or JSONPatch{} literal did not set.
  return value.typeName === 'JSONPatch' ? (name === 'value' ? undefined : '') : null;
}

/** Whether a value has a field, as has() tells it: a JSONPatch's empty text fields are not set. */
export function isPresent(value: Value, name: string): boolean | Failure {
  if (value instanceof Constructed) {
    const found = value.fields.get(name);
    return found !== undefined && (value.typeName !== 'JSONPatch' || name === 'value' || found !== '');
  }
  const found = field(value, name);
  return found instanceof Failure ? found : found !== undefined;
}

/** The entry or element under an index; undefined if there is none. */
export function element(value: Value, index: Value): Result | undefined {
  if (isList(value)) return elementOf(value, index);
  if (typeof index === 'string') return field(value, index);
  if (value instanceof Dictionary) return findKey(value, index);
  return undefined;
}

function elementOf(values: readonly Value[], index: Value): Result | undefined {
  const position = positionOf(index);
  if (position instanceof Failure) return position;
  return position >= 0 && position < values.length ? checked(values[position]) : undefined;
}

/** The position an index means; whole numbers of any type do. */
function positionOf(index: Value): number | Failure {
  if (isInt(index)) return Number(index);
  if (index instanceof Uint) return Number(index.value);
  if (typeof index === 'number' && isImprecise(index)) return impreciseNumber();
  const number = asDouble(index);
  if (number !== undefined && Number.isInteger(number)) return number;
  return new Failure('noSuchOverload', `a list is read by position, not by ${withArticle(kindOf(index))}`);
}

/** The failure that there is nothing under a name that the author wrote. */
export function missingField(value: Value, name: string, at: number): Failure {
  const message =
    value === null
      ? `no such key: ${name}; this is null, compare it with null first`
      : isMap(value) || value instanceof Constructed || value instanceof LazyFields
        ? `no such key: ${name}; guard it with has() or read it with .?${name}`
        : `no such key: ${name}; ${withArticle(kindOf(value))} has no fields`;
  return new Failure('noSuchKey', message, at);
}

/** The failure that there is nothing under a computed index, which is not printed: it may come from the object. */
export function missingElement(value: Value, index: Value, written: boolean, at: number): Failure {
  if (isList(value))
    return new Failure(
      'indexOutOfRange',
      `the list has no element at that position (its size is ${value.length})`,
      at,
    );
  const shown =
    written && (typeof index === 'string' || isInt(index))
      ? `: ${String(index)}`
      : ' as the one computed here';
  return new Failure('noSuchKey', `no such key${shown}; test it with in, or read it with [?…]`, at);
}
