/** The static types of expressions, and how they are printed. */
import { type Value } from '../values/value.ts';
import { kindOf } from '../values/kind.ts';

/** A type. `dyn` fits everything; `error` stands where a mistake was told already. A `parameter` is a variable of an overload or of inference. */
export type Type =
  | { readonly kind: Scalar }
  | { readonly kind: 'list'; readonly element: Type }
  | { readonly kind: 'map'; readonly key: Type; readonly value: Type }
  | { readonly kind: 'optional'; readonly value: Type }
  | { readonly kind: 'type'; readonly of: Type | undefined }
  | ObjectType
  | { readonly kind: 'opaque'; readonly name: string }
  | { readonly kind: 'parameter'; readonly name: string };

export type Scalar =
  | 'dyn'
  | 'error'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'null'
  | 'timestamp'
  | 'duration';

/** A type with named fields, which may be looked up lazily. */
export interface ObjectType {
  readonly kind: 'object';
  readonly name: string;
  /** The type of a field, or undefined if there is none of that name. */
  readonly field: (name: string) => Type | undefined;
  /** The names to choose from, for "did you mean". */
  readonly names: () => readonly string[];
}

const scalar = (kind: Scalar): Type => ({ kind });
export const dyn = scalar('dyn');
export const error = scalar('error');
export const bool = scalar('bool');
export const int = scalar('int');
export const uint = scalar('uint');
export const double = scalar('double');
export const string = scalar('string');
export const bytes = scalar('bytes');
export const nullType = scalar('null');
export const timestamp = scalar('timestamp');
export const duration = scalar('duration');

export const listOf = (element: Type): Type => ({ kind: 'list', element });
export const mapOf = (key: Type, value: Type): Type => ({ kind: 'map', key, value });
export const optionalOf = (value: Type): Type => ({ kind: 'optional', value });
export const typeOf = (of?: Type): Type => ({ kind: 'type', of });
export const opaque = (name: string): Type => ({ kind: 'opaque', name });
export const parameter = (name: string): Type => ({ kind: 'parameter', name });

/** An object type whose fields are all known. */
export function object(name: string, fields: Readonly<Record<string, Type>>): ObjectType {
  return {
    kind: 'object',
    name,
    field: (field) => (Object.hasOwn(fields, field) ? fields[field] : undefined),
    names: () => Object.keys(fields),
  };
}

/** An object type without declared fields: a value of a library, such as a quantity. */
export const abstractObject = (name: string): ObjectType => object(name, {});

const literals: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['bool', bool],
  ['int', int],
  ['uint', uint],
  ['string', string],
  ['bytes', bytes],
  ['null_type', nullType],
]);

/** The type of a literal's value. */
export const literalType = (value: Value): Type => literals.get(kindOf(value)) ?? double;

/** The types inside a type, in order. */
export function parametersOf(type: Type): readonly Type[] {
  if (type.kind === 'list') return [type.element];
  if (type.kind === 'map') return [type.key, type.value];
  if (type.kind === 'optional') return [type.value];
  return type.kind === 'type' && type.of !== undefined ? [type.of] : [];
}

/** The same type around other inner types. */
export function withParameters(type: Type, inner: (type: Type) => Type): Type {
  if (type.kind === 'list') return listOf(inner(type.element));
  if (type.kind === 'map') return mapOf(inner(type.key), inner(type.value));
  if (type.kind === 'optional') return optionalOf(inner(type.value));
  return type.kind === 'type' && type.of !== undefined ? typeOf(inner(type.of)) : type;
}

/** The name of a type as messages print it: `list(string)`, `map(string, dyn)`, `optional(int)`, `kubernetes.Quantity`. */
export function describeType(type: Type): string {
  if (type.kind === 'object' || type.kind === 'opaque' || type.kind === 'parameter') return type.name;
  const inner = parametersOf(type).map(describeType);
  return inner.length === 0 ? type.kind : `${type.kind}(${inner.join(', ')})`;
}

/** Whether two types are the same, parameters included. */
export function same(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if ('name' in a && (!('name' in b) || a.name !== b.name)) return false;
  const others = parametersOf(b);
  const own = parametersOf(a);
  return (
    own.length === others.length &&
    own.every((type, index) => {
      const other = others[index];
      return other !== undefined && same(type, other);
    })
  );
}
