/** Publishes a schema as JSON Schema draft-07, the dialect that editors understand. */
import { formats } from './formats.ts';
import type { TSchema } from './shape.ts';

/** Names a published schema. */
export interface EditorSchemaTitle {
  readonly title: string;
}

/**
 * The same schema for the authors of files: what has a default need not be written, our own forms become patterns, and keywords
 * that only Bulkhead reads are left out.
 */
export const toEditorSchema = (schema: TSchema, { title }: EditorSchemaTitle): object => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title,
  ...(publish(schema) as object),
});

/** Keywords whose value is a map from names to schemas. */
const maps: ReadonlySet<string> = new Set(['properties', 'patternProperties']);
const verbatim: ReadonlySet<string> = new Set(['default', 'enum', 'const', 'examples']);

function publish(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(publish);
  if (typeof schema !== 'object' || schema === null) return schema;
  const published: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (/^(?:~|x-)/.test(keyword)) continue;
    if (keyword === 'format') published['pattern'] = formats.get(String(value))?.pattern;
    else if (keyword === 'required') Object.assign(published, required(schema, value));
    else if (verbatim.has(keyword)) published[keyword] = value;
    else if (maps.has(keyword)) published[keyword] = publishEach(value);
    else published[keyword] = publish(value);
  }
  return published;
}

const publishEach = (schemas: unknown): object =>
  Object.fromEntries(
    Object.entries(Object(schemas) as object).map(([name, schema]) => [name, publish(schema)]),
  );

function required(schema: object, names: unknown): object {
  const properties: unknown = Reflect.get(schema, 'properties');
  const left = (Array.isArray(names) ? names : []).filter((name) => {
    const field: unknown = Reflect.get(Object(properties) as object, String(name));
    return !(typeof field === 'object' && field !== null && 'default' in field);
  });
  return left.length === 0 ? {} : { required: left };
}
