/** The part of JSON Schema that Bulkhead's kinds are written in, and that `readSchema` understands completely. */
import type { TSchema } from './shape.ts';

/** A schema as data. Literals and what TypeBox builds both have this form. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly propertyNames?: JsonSchema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly description?: string;
  /** A secret: it is never shown, neither in a message nor by `bulkhead config`. */
  readonly writeOnly?: boolean;
}

/** Keywords that constrain; one that is missing here would be passed over in silence, so it is a bug instead. */
const constraints: ReadonlySet<string> = new Set(
  (
    'type const enum anyOf properties required additionalProperties patternProperties propertyNames minProperties maxProperties ' +
    'items minItems maxItems uniqueItems minLength maxLength pattern format minimum maximum'
  ).split(' '),
);
const annotations: ReadonlySet<string> = new Set(
  'default title description examples writeOnly readOnly deprecated $comment $id $schema'.split(' '),
);

/** Views a schema as data; a keyword that `readSchema` does not enforce is refused as the bug that it is. */
export function asJsonSchema(schema: TSchema): JsonSchema {
  for (const keyword of Object.keys(schema)) {
    if (!constraints.has(keyword) && !annotations.has(keyword) && !/^(?:x-|~)/.test(keyword))
      throw new TypeError(`the schema keyword ${keyword} is not enforced; leave it out or teach readSchema`);
  }
  return schema;
}

/** The types that a schema names, as a list; empty where it names none. */
export const typesOf = ({ type }: JsonSchema): readonly string[] =>
  type === undefined ? [] : typeof type === 'string' ? [type] : type;

/** The schema of an object's own field, if it lists one of that name. */
export const fieldOf = ({ properties }: JsonSchema, name: string): JsonSchema | undefined =>
  properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;

/** Where else below a schema a field of this name stands, as pointers; lists are not entered. */
export function homesOf(schema: JsonSchema, name: string, below = ''): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, field]) => [
    ...(key === name ? [`${below}/${key}`] : []),
    ...homesOf(field, name, `${below}/${key}`),
  ]);
}
