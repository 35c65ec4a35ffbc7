/** Types from schemas: of the kinds that ship with Bulkhead, and of any OpenAPI v3 schema such as a CRD's. */
import { type JsonObject, isObject, listAt, ownAt, stringAt } from '../../k8s/json.ts';
import * as types from '../typing/type.ts';
import { type ObjectType, type Type } from '../typing/type.ts';
import { definitions } from './definitions.ts';

const scalars: ReadonlyMap<string, Type> = new Map([
  ['s', types.string],
  ['i', types.int],
  ['b', types.bool],
  ['dyn', types.dyn],
]);

/** The kinds whose types are known here, by `apiVersion/kind`. */
const kinds: ReadonlyMap<string, string> = new Map([
  ['v1/Pod', 'Pod'],
  ['v1/Namespace', 'Namespace'],
  ['v1/ConfigMap', 'ConfigMap'],
  ['networking.k8s.io/v1/NetworkPolicy', 'NetworkPolicy'],
]);

/**
 * The type of the objects of a kind, for {@link warnings}; undefined for kinds that are not known. Fields are looked up as they are asked for,
 * so that a check pays for what an expression names only.
 */
export function typeOfKind(apiVersion: string, kind: string): ObjectType | undefined {
  const name = kinds.get(`${apiVersion}/${kind}`);
  return name === undefined ? undefined : definition(name);
}

function definition(name: string): ObjectType {
  const read = once(
    () =>
      new Map(
        (definitions[name] ?? '').split(' ').map((field) => {
          const [key = '', type = ''] = field.split(':');
          return [key, type] as const;
        }),
      ),
  );
  return {
    kind: 'object',
    name,
    field: (field) => {
      const type = read().get(field);
      return type === undefined ? undefined : notation(type);
    },
    names: () => [...read().keys()],
  };
}

function notation(text: string): Type {
  if (text.startsWith('[')) return types.listOf(notation(text.slice(1, -1)));
  if (text.startsWith('{')) return types.mapOf(types.string, notation(text.slice(1, -1)));
  return scalars.get(text) ?? definition(text);
}

/** Computes a value at most once. */
function once<T>(compute: () => T): () => T {
  let kept: { readonly value: T } | undefined;
  return () => (kept ??= { value: compute() }).value;
}

/**
 * The type of an OpenAPI v3 schema, as Kubernetes reads structural schemas: what may be several types, what keeps unknown fields and what is
 * a formatted string (times are strings to an expression) is dyn or string, never refused.
 */
export function typeOfSchema(schema: unknown, name: string): Type {
  if (!isObject(schema) || isOpen(schema)) return types.dyn;
  switch (stringAt(schema, 'type')) {
    case 'string':
      return types.string;
    case 'integer':
      return types.int;
    case 'boolean':
      return types.bool;
    case 'array':
      return types.listOf(typeOfSchema(ownAt(schema, 'items'), `${name}.items`));
    case 'object':
      return objectOf(schema, name);
    case undefined:
    default:
      return types.dyn;
  }
}

/** Whether a schema says less than one type. */
const isOpen = (schema: JsonObject): boolean =>
  ownAt(schema, 'x-kubernetes-preserve-unknown-fields') === true ||
  ownAt(schema, 'x-kubernetes-int-or-string') === true ||
  ownAt(schema, 'x-kubernetes-embedded-resource') === true ||
  ['oneOf', 'anyOf', 'allOf'].some((key) => listAt(schema, key).length > 0);

function objectOf(schema: JsonObject, name: string): Type {
  const properties = ownAt(schema, 'properties');
  if (!isObject(properties)) {
    const values = ownAt(schema, 'additionalProperties');
    return types.mapOf(types.string, isObject(values) ? typeOfSchema(values, `${name}.*`) : types.dyn);
  }
  return {
    kind: 'object',
    name,
    field: (field) =>
      Object.hasOwn(properties, field) ? typeOfSchema(properties[field], `${name}.${field}`) : undefined,
    names: () => Object.keys(properties),
  };
}
