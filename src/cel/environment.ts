/** Environments: which variables, types and functions an expression may use, as kube-apiserver 1.36 declares them. */
import { type Definition, type Library } from './library/definition.ts';
import { addresses } from './library/addresses.ts';
import { conversions } from './library/conversions.ts';
import { formatLibrary } from './library/formats.ts';
import { formatting } from './library/formatting.ts';
import { lists } from './library/lists.ts';
import { operators } from './library/operators.ts';
import { optionals } from './library/optionals.ts';
import { patches } from './library/patches.ts';
import { quantities } from './library/quantities.ts';
import { regexes } from './library/regex.ts';
import { sets } from './library/sets.ts';
import { strings } from './library/strings.ts';
import { times } from './library/times.ts';
import { urls } from './library/urls.ts';
import { versions } from './library/versions.ts';
import { type Declarations } from './typing/declaration.ts';
import { extensionOf, type Extension } from './extension.ts';
import { namespaceType, requestType } from './kubernetesTypes.ts';
import * as types from './typing/type.ts';
import { type ObjectType, type Type } from './typing/type.ts';

/** What expressions are compiled against. Immutable: {@link withVariables} makes a new one. */
export interface Environment extends Declarations {
  readonly definition: (name: string) => Definition | undefined;
  readonly variables: ReadonlyMap<string, Type>;
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly mutating: boolean;
}

const standard: Library = [
  ...operators,
  ...conversions,
  ...strings,
  ...lists,
  ...sets,
  ...regexes,
  ...optionals,
  ...times,
  ...formatting,
  ...formatLibrary,
  ...quantities,
  ...addresses,
  ...urls,
  ...versions,
];

/** The names of types that can be written in an expression. */
const typeNames: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['bool', types.bool],
  ['bytes', types.bytes],
  ['double', types.double],
  ['google.protobuf.Duration', types.duration],
  ['int', types.int],
  ['list', types.listOf(types.dyn)],
  ['map', types.mapOf(types.dyn, types.dyn)],
  ['null_type', types.nullType],
  ['string', types.string],
  ['google.protobuf.Timestamp', types.timestamp],
  ['type', types.typeOf()],
  ['uint', types.uint],
  ['optional_type', types.optionalOf(types.dyn)],
  ['net.IP', types.opaque('net.IP')],
  ['net.CIDR', types.opaque('net.CIDR')],
]);

const patchType = types.object('JSONPatch', {
  op: types.string,
  path: types.string,
  from: types.string,
  value: types.dyn,
});

/** `Object`, `Object.spec`, …: any field, all dyn. */
const freeObject = (name: string): ObjectType => ({
  kind: 'object',
  name,
  field: () => types.dyn,
  names: () => [],
});

const constructible = (name: string): ObjectType | undefined => {
  if (name === 'JSONPatch') return patchType;
  return name === 'Object' || name.startsWith('Object.') ? freeObject(name) : undefined;
};

/** What distinguishes one environment from another. */
export interface EnvironmentOptions {
  /** Whether `Object{…}`, `JSONPatch{…}` and jsonpatch.escapeKey exist: in mutations. */
  readonly mutating?: boolean;
  /** Functions beyond Kubernetes', such as network.isolates. */
  readonly extensions?: readonly Extension[];
  /** Variables, or other types for those of Kubernetes. */
  readonly variables?: Readonly<Record<string, Type>>;
}

/**
 * The environment of admission policies: `object`, `oldObject` and `params` are dyn, `request` and `namespaceObject` typed, as
 * apiserver/pkg/admission/plugin/cel/compile.go declares them; `variables` is what {@link withVariables} adds.
 */
export function admissionEnvironment(options: EnvironmentOptions = {}): Environment {
  return environment(options, {
    object: types.dyn,
    oldObject: types.dyn,
    params: types.dyn,
    request: requestType,
    namespaceObject: namespaceType,
    variables: types.object('kubernetes.variables', {}),
    ...options.variables,
  });
}

/** An environment of the given variables only: for single expressions on the command line and in tests. */
export function plainEnvironment(
  variables: Readonly<Record<string, Type>>,
  options: EnvironmentOptions = {},
): Environment {
  return environment(options, { ...variables, ...options.variables });
}

function environment(options: EnvironmentOptions, variables: Readonly<Record<string, Type>>): Environment {
  const mutating = options.mutating ?? false;
  const library: Library = [
    ...standard,
    ...(mutating ? patches : []),
    ...(options.extensions ?? []).map(extensionOf),
  ];
  return assemble(
    new Map(Object.entries(variables)),
    new Map(library.map((definition) => [definition.name, definition])),
    mutating,
  );
}

function assemble(
  variables: ReadonlyMap<string, Type>,
  definitions: ReadonlyMap<string, Definition>,
  mutating: boolean,
): Environment {
  return {
    variables,
    definitions,
    mutating,
    variable: (name) => variables.get(name),
    variableNames: () => [...variables.keys()],
    typeName: (name) => typeNames.get(name),
    function: (name) => definitions.get(name),
    functionNames: () => [...definitions.keys()].filter((name) => /^[a-z]/i.test(name)),
    definition: (name) => definitions.get(name),
    constructible: (name) => (mutating ? constructible(name) : undefined),
  };
}

/** The environment with other types for some variables, or more variables. */
export const withVariables = (base: Environment, variables: Readonly<Record<string, Type>>): Environment =>
  assemble(new Map([...base.variables, ...Object.entries(variables)]), base.definitions, base.mutating);

/**
 * The environment in which `variables.name` has the type of the expression it stands for. As in kube-apiserver only lists, maps and scalars
 * keep their type; optionals and library values become dyn.
 */
export function withComposedVariable(base: Environment, name: string, type: Type): Environment {
  const known = base.variable('variables');
  const fields: Record<string, Type> = Object.create(null) as Record<string, Type>;
  if (known?.kind === 'object')
    for (const field of known.names()) fields[field] = known.field(field) ?? types.dyn;
  fields[name] = declared(type);
  return withVariables(base, { variables: types.object('kubernetes.variables', fields) });
}

const forgotten: ReadonlySet<string> = new Set(['optional', 'type', 'object', 'opaque', 'parameter']);

const declared = (type: Type): Type =>
  forgotten.has(type.kind) ? types.dyn : types.withParameters(type, declared);
