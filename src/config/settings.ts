/** The settings that an environment variable or a flag can give: their names, and how their text becomes a value. */
import { configurationCodes } from './codes.ts';
import { isObject } from './document.ts';
import { readDocuments } from './documents.ts';
import { type Issue, type Read, sound, unsound } from './issue.ts';
import { type JsonSchema, typesOf } from './jsonSchema.ts';
import { isWithin, toPointer } from './pointer.ts';
import { nearest } from './suggestion.ts';

/** One setting: where it stands in the configuration and which variable overrides it. */
export interface Setting {
  readonly pointer: string;
  readonly variable: string;
  readonly schema: JsonSchema;
}

/** A setting's text, as somebody gave it beside the file. */
export interface Override {
  readonly pointer: string;
  readonly text: string;
  readonly origin: { readonly kind: 'flag' | 'environment'; readonly name: string };
}

const PREFIX = 'BULKHEAD';

/** Every setting below a schema: its fields that have no fields of their own. */
export function settingsOf(schema: JsonSchema, path: readonly string[] = []): readonly Setting[] {
  if (schema.properties === undefined) {
    const variable = [PREFIX, ...path.map(toWords)].join('_');
    return Object.hasOwn(schema, 'const') ? [] : [{ pointer: toPointer(path), variable, schema }];
  }
  return Object.entries(schema.properties).flatMap(([name, field]) => settingsOf(field, [...path, name]));
}

/** `maxBodyBytes` is MAX_BODY_BYTES, `podCIDRs` POD_CIDRS, `clientCA` CLIENT_CA. */
const toWords = (name: string): string =>
  name
    .replace(/CIDRs$/, 'Cidrs')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase();

/**
 * What the environment overrides. A variable that starts like a setting or is spelled nearly like one is a mistake; other
 * `BULKHEAD_…` variables belong to somebody else.
 *
 * Kubernetes puts `BULKHEAD_PORT=tcp://…`, `BULKHEAD_SERVICE_HOST` and the like into every pod beside a Service called `bulkhead`
 * (service links): those are passed over, also where such a name is a setting's.
 */
export function fromEnvironment(
  settings: readonly Setting[],
  environment: Readonly<Record<string, string | undefined>>,
): { readonly overrides: readonly Override[]; readonly issues: readonly Issue[] } {
  const overrides: Override[] = [];
  const issues: Issue[] = [];
  const known = new Map(settings.map((setting) => [setting.variable, setting]));
  const sections = new Set(settings.map(({ variable }) => variable.split('_', 2).join('_')));
  for (const [name, text] of Object.entries(environment).sort()) {
    if (text === undefined || !name.startsWith(`${PREFIX}_`) || isServiceLink(name, text)) continue;
    const setting = known.get(name);
    if (setting !== undefined) {
      overrides.push({ pointer: setting.pointer, text, origin: { kind: 'environment', name } });
      continue;
    }
    const meant = nearest(name, known.keys());
    if (meant === undefined && !sections.has(name.split('_', 2).join('_'))) continue;
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    issues.push({
      code: configurationCodes.setting,
      message: `environment variable ${name} is no setting${hint}`,
    });
  }
  return { overrides, issues };
}

const isServiceLink = (name: string, text: string): boolean =>
  /_SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)$/.test(name) ||
  /_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/.test(name) ||
  (name.endsWith('_PORT') && /^(?:tcp|udp|sctp):\/\//.test(text));

/** Turns a text into what its setting wants; what does not fit is handed on as it is, for the schema to refuse. */
export function toValue({ schema }: Setting, text: string, name: string): Read<unknown> {
  const types = typesOf(schema);
  if (types.includes('integer')) return sound(/^-?\d{1,15}$/.test(text) ? Number(text) : text);
  if (types.includes('boolean')) return sound(text === 'true' ? true : text === 'false' ? false : text);
  if (types.includes('string')) return sound(text === '' && types.includes('null') ? null : text);
  if (schema.enum !== undefined) return sound(text);
  if (types.includes('array') && typesOf(schema.items ?? {}).includes('string') && !text.startsWith('[')) {
    return sound(text.trim() === '' ? [] : text.split(',').map((item) => item.trim()));
  }
  const read = readDocuments(text, name);
  if (!read.ok) return unsound(read.issues.map((issue) => ({ ...issue, code: configurationCodes.setting })));
  return sound(read.value[0]?.value ?? null);
}

/** Puts a value at a pointer into a copy of a tree; objects on the way are made where nothing stands. */
export function withValue(tree: unknown, tokens: readonly string[], value: unknown): unknown {
  const [token, ...rest] = tokens;
  if (token === undefined) return value;
  if (tree !== undefined && !isObject(tree)) return tree;
  const below = tree !== undefined && Object.hasOwn(tree, token) ? tree[token] : undefined;
  return { ...tree, [token]: withValue(below, rest, value) };
}

/** The override that decides what stands at a pointer; later ones win. */
export const overrideAt = (overrides: readonly Override[], pointer: string): Override | undefined =>
  overrides.findLast((override) => isWithin(pointer, override.pointer));
