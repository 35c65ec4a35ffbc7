// Turns a schema of the source into what a CustomResourceDefinition takes: a structural OpenAPI v3 schema (apiextensions.k8s.io/v1).
import { asJsonSchema } from '../../src/config/jsonSchema.ts';
import type { TSchema } from '../../src/config/shape.ts';

/** Keywords that mean the same on both sides. */
const same: ReadonlySet<string> = new Set(
  (
    'description minLength maxLength pattern minimum maximum minItems maxItems minProperties maxProperties type format ' +
    'x-kubernetes-validations x-kubernetes-list-type x-kubernetes-list-map-keys x-kubernetes-preserve-unknown-fields'
  ).split(' '),
);
/** Keywords of editors and of our own reading; `additionalProperties: false` is pruning, which a structural schema always does. */
const dropped: ReadonlySet<string> = new Set(['title', 'default', 'uniqueItems', 'examples', 'x-structural']);

/**
 * The structural schema. Where the source can only say it roughly (a time is a string to our reader), its own keyword `x-structural` holds what the
 * API server is told instead. A keyword that cannot be said is a bug here, not a field without a check.
 */
export function structural(schema: TSchema): object {
  const instead: unknown = Reflect.get(schema, 'x-structural');
  if (typeof instead === 'object' && instead !== null)
    return { ...structural(instead), ...described(schema) };
  const told = asJsonSchema(schema);
  const result: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(told)) {
    if (same.has(keyword)) result[keyword] = value;
    else if (keyword === 'const') Object.assign(result, choice([value]));
    else if (keyword === 'enum') Object.assign(result, choice(Array.isArray(value) ? value : []));
    else if (keyword === 'anyOf') Object.assign(result, intOrString(told.anyOf ?? []));
    else if (keyword === 'items') result['items'] = structural(told.items ?? {});
    else if (keyword === 'properties') result['properties'] = each(told.properties ?? {});
    else if (keyword === 'required') Object.assign(result, required(told.required ?? []));
    else if (keyword === 'additionalProperties') Object.assign(result, rest(value));
    else if (!dropped.has(keyword))
      throw new TypeError(`${keyword} cannot be said in a CustomResourceDefinition; use x-structural`);
  }
  return result;
}

const described = (schema: TSchema): object => {
  const { description } = asJsonSchema(schema);
  return description === undefined ? {} : { description };
};

const each = (fields: Readonly<Record<string, TSchema>>): object =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, structural(field)]));

const required = (names: readonly string[]): object => (names.length === 0 ? {} : { required: names });

const choice = (values: readonly unknown[]): object => ({ type: typeof values[0], enum: values });

/** `additionalProperties` with a schema is a map; true keeps what is not listed; false is what every structural schema means. */
function rest(value: unknown): object {
  if (value === true) return { 'x-kubernetes-preserve-unknown-fields': true };
  return typeof value === 'object' && value !== null ? { additionalProperties: structural(value) } : {};
}

/** The only union there is: a number or a name. Each constraint applies to the values of its own type. */
function intOrString(branches: readonly TSchema[]): object {
  const [number = {}, text = {}] = branches.map(structural);
  const { type: first, ...range } = number as { readonly type?: unknown };
  const { type: second, ...length } = text as { readonly type?: unknown };
  if (branches.length !== 2 || first !== 'integer' || second !== 'string')
    throw new TypeError('a union other than integer or string cannot be said; use x-structural');
  return { 'x-kubernetes-int-or-string': true, ...range, ...length };
}
