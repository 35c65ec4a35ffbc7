/** Values as JSON: strictly, to be written into an object; or for people, where every value has some form. */
import { withArticle } from './values/wording.ts';
import { asDouble, isInt, kindOf } from './values/kind.ts';
import { LazyFields } from './values/lazy.ts';
import { Opaque } from './values/opaque.ts';
import { Duration, Timestamp, formatDuration, formatTimestamp } from './values/time.ts';
import {
  type Value,
  Bytes,
  Constructed,
  Dictionary,
  Optional,
  TypeValue,
  Uint,
  isFields,
  isList,
} from './values/value.ts';

/** A value as JSON, or the sentence that says why it has no such form. */
export type Json =
  { readonly ok: true; readonly json: unknown } | { readonly ok: false; readonly message: string };

/** Leaves a conversion at the first value without a form; caught in this file. */
class Inconvertible extends Error {}

/**
 * A value as it is written into an object by a mutation: map keys must be strings, numbers finite and exact (an int beyond 2^53 cannot be
 * held by JSON here), an optional stands for what it holds or null; library values such as quantities have no form.
 */
export const toJson = (value: Value): Json => attempt(() => convert(value, strict));

/** The same for an ApplyConfiguration, whose merge knows neither uint nor null (kube-apiserver takes a null for the number 0). */
export const toConfiguration = (value: Value): Json => attempt(() => convert(value, configuration));

/**
 * A value as `bulkhead cel -o json` prints it, after the JSON form of protobuf: ints beyond 2^53 and all their kin as decimal strings, bytes as
 * base64, durations as `3600s`, timestamps as RFC 3339, an optional as what it holds or null, NaN and infinities as strings, map keys as their
 * text, types by name, library values as their text.
 */
export const toDisplay = (value: Value): Json => attempt(() => convert(value, display));

/** What a conversion does with the values that JSON has no natural form for. */
interface Manner {
  readonly large: (value: bigint) => unknown;
  readonly irregular: (value: number) => unknown;
  readonly key: (key: Value) => string;
  readonly other: (value: Value) => unknown;
  /** Where these have no form. */
  readonly uint?: () => never;
  readonly absent?: () => never;
}

const strict: Manner = {
  large: () => refuse('an int beyond 2^53 cannot be written'),
  irregular: (value) => refuse(`${String(value)} is no JSON number`),
  key: (key) =>
    typeof key === 'string' ? key : refuse(`${withArticle(kindOf(key))} cannot be the name of a field`),
  other: (value) => refuse(`${withArticle(kindOf(value))} has no form in JSON`),
};

const configuration: Manner = {
  ...strict,
  uint: () => refuse('a uint cannot be applied; write an int, without the u'),
  absent: () => refuse('null cannot be applied; leave the field out, or remove it with a JSONPatch'),
};

const display: Manner = {
  large: String,
  irregular: String,
  key: (key) => {
    const shown = convert(key, display);
    return typeof shown === 'string' ? shown : JSON.stringify(shown);
  },
  other: (value) => {
    if (value instanceof Opaque) return value.text;
    if (value instanceof TypeValue) return value.name;
    return value instanceof LazyFields ? {} : null;
  },
};

function attempt(body: () => unknown): Json {
  try {
    return { ok: true, json: body() };
  } catch (error) {
    if (error instanceof Inconvertible) return { ok: false, message: error.message };
    if (error instanceof RangeError) return { ok: false, message: 'the value is nested too deeply' };
    throw error;
  }
}

function refuse(message: string): never {
  throw new Inconvertible(message);
}

function convert(value: Value, manner: Manner): unknown {
  if (value === null) manner.absent?.();
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (isInt(value)) return typeof value === 'bigint' ? manner.large(value) : value;
  if (isList(value)) return value.map((element) => convert(element, manner));
  if (value instanceof Dictionary) return objectOf(value.entries.values(), manner);
  if (value instanceof Constructed) return objectOf(value.fields, manner);
  if (value instanceof Optional) return value.value === undefined ? null : convert(value.value, manner);
  if (value instanceof Uint) {
    manner.uint?.();
    return value.value <= 9007199254740991n ? Number(value.value) : manner.large(value.value);
  }
  if (value instanceof Bytes) return Buffer.from(value.data).toString('base64');
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  const number = asDouble(value);
  if (number !== undefined) return Number.isFinite(number) ? number : manner.irregular(number);
  if (typeof value === 'number') return manner.large(BigInt(value));
  return isFields(value) ? objectOf(Object.entries(value), manner) : manner.other(value);
}

/** An object without a prototype, so that a key `__proto__` is a key. */
function objectOf(entries: Iterable<readonly [Value, Value]>, manner: Manner): unknown {
  const fields = new Map<string, unknown>();
  for (const [key, value] of entries) fields.set(manner.key(key), convert(value, manner));
  return Object.fromEntries(fields);
}

/**
 * Where types of `Object{…}` literals do not follow the fields they stand in (`Object{spec: Object.status{}}`), which kube-apiserver refuses to
 * apply: one sentence each.
 */
export function misplacedTypes(value: Value, path: readonly string[] = ['Object']): readonly string[] {
  if (value instanceof Constructed) {
    const expected = path.join('.');
    const own =
      value.typeName === expected ? [] : [`${value.typeName}{…} stands where ${expected}{…} belongs`];
    return [...own, ...[...value.fields].flatMap(([name, field]) => misplacedTypes(field, [...path, name]))];
  }
  if (isList(value)) return value.flatMap((element) => misplacedTypes(element, path));
  if (!(value instanceof Dictionary)) return [];
  return [...value.entries.values()].flatMap(([, element]) => misplacedTypes(element, path));
}
