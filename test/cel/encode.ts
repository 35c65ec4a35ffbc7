// Writes values and types the way the oracle does, so that both can be compared as JSON.
import { asDouble, isInt } from '../../src/cel/values/kind.ts';
import { Opaque } from '../../src/cel/values/opaque.ts';
import { Duration, Timestamp, formatTimestamp } from '../../src/cel/values/time.ts';
import {
  Bytes,
  Constructed,
  Dictionary,
  Optional,
  TypeValue,
  Uint,
  type Value,
  isFields,
  isList,
} from '../../src/cel/values/value.ts';
import { type Type, parametersOf } from '../../src/cel/typing/type.ts';

const names: Readonly<Record<string, string>> = {
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
  null: 'null_type',
  optional: 'optional_type',
};

/** A type under the name that cel-go prints. */
export function typeText(type: Type): string {
  if (type.kind === 'object' || type.kind === 'opaque') return type.name;
  const inner = parametersOf(type).map(typeText);
  const name = names[type.kind] ?? type.kind;
  return inner.length === 0 ? name : `${name}(${inner.join(', ')})`;
}

const tags: Readonly<Record<string, string>> = {
  'kubernetes.Quantity': 'quantity',
  'net.IP': 'ip',
  'net.CIDR': 'cidr',
  'kubernetes.Semver': 'semver',
  'kubernetes.URL': 'url',
};

/** A value with its type told. */
export function encode(value: Value): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (isInt(value)) return { int: String(value) };
  const number = asDouble(value);
  if (number !== undefined) return { double: Object.is(number, -0) ? '-0' : number };
  if (value instanceof Uint) return { uint: String(value.value) };
  if (value instanceof Bytes) return { bytes: Buffer.from(value.data).toString('base64') };
  if (value instanceof Timestamp) return { timestamp: formatTimestamp(new Timestamp(value.nanoseconds)) };
  if (value instanceof Duration) return { duration: String(value.nanoseconds) };
  if (value instanceof Optional) return { optional: value.value === undefined ? [] : [encode(value.value)] };
  if (value instanceof TypeValue) return { type: value.name };
  if (value instanceof Constructed) return constructed(value);
  if (value instanceof Opaque)
    return { [tags[value.typeName] ?? 'other']: value.typeName in tags ? value.text : value.typeName };
  if (isList(value)) return value.map(encode);
  if (value instanceof Dictionary) return { map: sorted([...value.entries.values()]) };
  return isFields(value) ? { map: sorted(Object.entries(value)) } : { unknown: typeof value };
}

const sorted = (entries: readonly (readonly [Value, Value])[]): unknown =>
  entries
    .map(([key, value]) => [encode(key), encode(value)])
    .sort((a, b) => (JSON.stringify(a[0]) < JSON.stringify(b[0]) ? -1 : 1));

function constructed(value: Constructed): unknown {
  const fields = [...value.fields].map(([name, field]) => [name, encode(field)] as const);
  if (value.typeName === 'JSONPatch')
    return { patch: { op: '', path: '', from: '', ...Object.fromEntries(fields) } };
  return {
    object: value.typeName,
    fields: Object.fromEntries([...value.fields].map(([name, field]) => [name, native(field)])),
  };
}

/** A field of an Object{} literal as the API server converts it: plain JSON. */
function native(value: Value): unknown {
  if (isInt(value)) return Number(value);
  if (value instanceof Constructed)
    return Object.fromEntries([...value.fields].map(([name, field]) => [name, native(field)]));
  if (isList(value)) return value.map(native);
  if (value instanceof Dictionary)
    return Object.fromEntries(
      [...value.entries.values()].map(([key, field]) => [
        typeof key === 'string' ? key : JSON.stringify(encode(key)),
        native(field),
      ]),
    );
  return isFields(value)
    ? Object.fromEntries(Object.entries(value).map(([key, field]) => [key, native(field)]))
    : encode(value);
}
