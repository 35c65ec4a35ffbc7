/** Puts one configuration together: flags over environment over file over defaults, with where each value came from. */
import { configurationCodes } from './codes.ts';
import { sectionChecks } from './conflicts.ts';
import { type Document, isObject, type Place } from './document.ts';
import { type Issue, type Read, sound, unsound } from './issue.ts';
import { readPaths, type Sources } from './paths.ts';
import { toTokens } from './pointer.ts';
import { readSchema } from './readSchema.ts';
import { type Config, configuration, configurationKind } from './schema.ts';
import { fromEnvironment, type Override, overrideAt, settingsOf, toValue, withValue } from './settings.ts';
import { show } from './wording.ts';

/** Where a value came from. */
export type Origin =
  | { readonly kind: 'default' }
  | ({ readonly kind: 'file'; readonly file: string } & Place)
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'flag'; readonly name: string };

/** A configuration in force, and the origin of each of its settings. */
export interface LoadedConfig {
  readonly config: Config;
  /** Where what stands at a pointer came from. A list or a map comes from one place as a whole. */
  readonly originOf: (pointer: string) => Origin;
}

/** A setting given on the command line, e.g. `{ flag: '--port', pointer: '/server/port', text: '8443' }`. */
export interface FlagSetting {
  readonly flag: string;
  readonly pointer: string;
  readonly text: string;
}

/** What a configuration is put together from. */
export interface ConfigInputs extends Sources {
  /** The file; default: the one that BULKHEAD_CONFIG names, else none. */
  readonly path?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags?: readonly FlagSetting[];
}

/** Reads the file, if there is one, and puts the configuration together; every mistake of every source is told at once. */
export async function loadConfig(inputs: ConfigInputs): Promise<Read<LoadedConfig>> {
  const path = inputs.path ?? inputs.environment['BULKHEAD_CONFIG'];
  if (path === undefined || path === '') return assemble(undefined, inputs);
  const read = await readPaths([path], inputs);
  if (!read.ok) return read;
  const [document, ...more] = read.value;
  const surplus = more[0];
  if (document === undefined)
    return unsound([
      { code: configurationCodes.document, message: 'holds no document; write a Configuration', file: path },
    ]);
  if (surplus !== undefined) {
    const message = 'a second document; a configuration is one document';
    return unsound([
      { code: configurationCodes.document, message, file: surplus.file, ...surplus.positionOf('') },
    ]);
  }
  return assemble(document, inputs);
}

/** Puts a configuration together from a document that was read before, or from none. */
export function assemble(
  document: Document | undefined,
  { environment, flags = [] }: Pick<ConfigInputs, 'environment' | 'flags'>,
): Read<LoadedConfig> {
  const stranger = document === undefined ? undefined : strangerTo(document);
  if (stranger !== undefined) return unsound([stranger]);

  const settings = settingsOf(configuration);
  const { overrides: fromVariables, issues } = fromEnvironment(settings, environment);
  const overrides: readonly Override[] = [
    ...fromVariables,
    ...flags.map(({ flag, pointer, text }): Override => ({
      pointer,
      text,
      origin: { kind: 'flag', name: flag },
    })),
  ];

  const mistakes: Issue[] = [...issues];
  let tree: unknown = document?.value ?? configurationKind;
  for (const { pointer, text, origin } of overrides) {
    const setting = settings.find((candidate) => candidate.pointer === pointer);
    if (setting === undefined)
      throw new TypeError(`${origin.name} overrides ${pointer}, which is no setting`);
    const value = toValue(setting, text, origin.name);
    if (value.ok) tree = withValue(tree, toTokens(pointer), value.value);
    else mistakes.push(...value.issues);
  }

  const placed = (issue: Issue): Issue => {
    const override = overrideAt(overrides, issue.pointer ?? '');
    if (override === undefined) return issue;
    const { code, message, pointer = '' } = issue;
    return { code, message: `${message} (given by ${override.origin.name})`, pointer };
  };
  const read = readSchema(configuration, tree, document);
  const conflicts = conflictsIn(tree, document);
  if (!read.ok) mistakes.push(...read.issues.map(placed));
  mistakes.push(...conflicts.map(placed));
  if (!read.ok || mistakes.length > 0) return unsound(mistakes);
  return sound({ config: read.value, originOf: (pointer) => originIn(document, overrides, pointer) });
}

/** A document of another kind would only give a list of unknown fields; one sentence says it better. */
function strangerTo(document: Document): Issue | undefined {
  const { value, file } = document;
  const kind = isObject(value) && Object.hasOwn(value, 'kind') ? value['kind'] : undefined;
  if (kind === configurationKind.kind) return undefined;
  const message = `expected a document of kind ${configurationKind.kind} (apiVersion ${configurationKind.apiVersion}), found ${kind === undefined ? 'no kind' : show(kind)}`;
  return {
    code: configurationCodes.document,
    message,
    file,
    pointer: '/kind',
    ...document.positionOf('/kind'),
  };
}

/** Sections are looked at one by one, so that a mistake in one does not hide the conflicts of another. */
function conflictsIn(tree: unknown, document: Document | undefined): readonly Issue[] {
  const file = document === undefined ? {} : { file: document.file };
  return sectionChecks.flatMap(({ section, conflictsIn }) => {
    const given = isObject(tree) && Object.hasOwn(tree, section) ? tree[section] : undefined;
    return conflictsIn(given).map((conflict): Issue => {
      const pointer = `/${section}${conflict.pointer}`;
      return { ...conflict, pointer, ...file, ...document?.positionOf(pointer) };
    });
  });
}

function originIn(document: Document | undefined, overrides: readonly Override[], pointer: string): Origin {
  const override = overrideAt(overrides, pointer);
  if (override !== undefined) return override.origin;
  if (document === undefined) return { kind: 'default' };
  let value: unknown = document.value;
  for (const token of toTokens(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token))
      return { kind: 'default' };
    value = Reflect.get(value, token);
  }
  return { kind: 'file', file: document.file, ...document.positionOf(pointer, 'key') };
}
