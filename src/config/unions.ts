/** Which branch of a union somebody meant. */
import { isObject } from './document.ts';
import { fieldOf, type JsonSchema, typesOf } from './jsonSchema.ts';

/** The values that a schema lists one by one (`const`, `enum`, a union of constants); undefined where it describes them otherwise. */
export function choicesOf(schema: JsonSchema): readonly unknown[] | undefined {
  if (schema.enum !== undefined) return schema.enum;
  if (Object.hasOwn(schema, 'const')) return [schema.const];
  const branches = schema.anyOf?.map(choicesOf) ?? [];
  const listed = branches.filter((branch) => branch !== undefined);
  return listed.length > 0 && listed.length === branches.length ? listed.flat() : undefined;
}

/**
 * The branch whose mistakes are worth telling: the only one of the value's JSON type, or the only one whose constant fields agree
 * with the value's (a discriminator such as `mode`). Undefined where that is not clear.
 */
export function choiceOf(branches: readonly JsonSchema[], value: unknown): JsonSchema | undefined {
  const near = branches.filter((branch) => typesOf(branch).some((type) => type === jsonType(value)));
  const agreeing = near.filter((branch) => agrees(branch, value));
  const [meant, ...others] = agreeing.length > 0 ? agreeing : near;
  return others.length === 0 ? meant : undefined;
}

function agrees(branch: JsonSchema, value: unknown): boolean {
  if (!isObject(value)) return true;
  return Object.entries(value).every(([key, own]) => {
    const field = fieldOf(branch, key);
    const choices = field === undefined ? undefined : choicesOf(field);
    return choices === undefined || choices.includes(own);
  });
}

function jsonType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}
