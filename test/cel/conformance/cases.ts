// The official conformance data of CEL as plain cases: expression, variables, and what must come out.
import { getConformanceSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import type { IncrementalTest, IncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import * as types from '../../../src/cel/typing/type.ts';
import type { Type } from '../../../src/cel/typing/type.ts';
import {
  Bytes,
  Dictionary,
  TypeValue,
  Uint,
  type Value,
  double,
  int,
  keyOf,
} from '../../../src/cel/values/value.ts';

type Original = IncrementalTest['original'];
type ProtoValue = NonNullable<Extract<Original['resultMatcher'], { case: 'value' }>['value']>;
type ProtoType = NonNullable<
  Extract<Original['resultMatcher'], { case: 'typedResult' }>['value']['deducedType']
>;

/** One case. `unfit` says why it cannot be asked of Kubernetes' dialect at all. */
export interface Case {
  readonly name: string;
  readonly expression: string;
  readonly variables: Readonly<Record<string, Type>>;
  readonly bindings: Readonly<Record<string, Value>>;
  readonly expected: Expected;
  readonly unfit: string | undefined;
}

export type Expected =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'error' }
  | { readonly kind: 'anything' };

class Unfit extends Error {}

const unfit = (reason: string): never => {
  throw new Unfit(reason);
};

/** All cases of the suite, named by their path in it. */
export const conformanceCases = (): readonly Case[] => casesOf(getConformanceSuite(), []);

function casesOf(suite: IncrementalTestSuite, path: readonly string[]): readonly Case[] {
  return [
    ...suite.tests.map((test) => caseOf(test, path)),
    ...suite.suites.flatMap((inner) => casesOf(inner, [...path, inner.name])),
  ];
}

function caseOf(test: IncrementalTest, path: readonly string[]): Case {
  const { original } = test;
  const name = [...path, original.name].join('/');
  const blank: Case = {
    name,
    expression: original.expr,
    variables: {},
    bindings: {},
    expected: { kind: 'anything' },
    unfit: undefined,
  };
  try {
    if (original.container !== '') unfit('names are resolved in a container of protobuf types');
    if (original.disableMacros) unfit('macros cannot be switched off');
    if (original.disableCheck) unfit('expressions are always checked');
    if (original.checkOnly) unfit('the case is about types that policies have no variables of');
    const variables = Object.fromEntries(original.typeEnv.map(declaration));
    return { ...blank, variables, bindings: bindingsOf(original), expected: expectedOf(original) };
  } catch (error) {
    if (error instanceof Unfit) return { ...blank, unfit: error.message };
    throw error;
  }
}

function declaration(entry: Original['typeEnv'][number]): readonly [string, Type] {
  const { declKind } = entry;
  if (declKind.case !== 'ident') return unfit('the case declares a function');
  return [entry.name, typeOf(declKind.value.type)];
}

const primitives: readonly Type[] = [
  types.error,
  types.bool,
  types.int,
  types.uint,
  types.double,
  types.string,
  types.bytes,
];

function typeOf(type: ProtoType | undefined): Type {
  const kind = type?.typeKind;
  if (kind?.case === 'dyn') return types.dyn;
  if (kind?.case === 'null') return types.nullType;
  if (kind?.case === 'primitive') return primitives[kind.value] ?? types.dyn;
  if (kind?.case === 'listType') return types.listOf(typeOf(kind.value.elemType));
  if (kind?.case === 'mapType') {
    return types.mapOf(typeOf(kind.value.keyType), typeOf(kind.value.valueType));
  }
  return unfit('a variable has a protobuf type');
}

function bindingsOf(original: Original): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(original.bindings).map(([name, { kind }]) =>
      kind.case === 'value' ? [name, valueOf(kind.value)] : unfit('a variable is unknown or an error'),
    ),
  );
}

function expectedOf(original: Original): Expected {
  const matcher = original.resultMatcher;
  switch (matcher.case) {
    case 'value':
      return { kind: 'value', value: valueOf(matcher.value) };
    case 'typedResult':
      return matcher.value.result === undefined
        ? { kind: 'anything' }
        : { kind: 'value', value: valueOf(matcher.value.result) };
    case 'evalError':
    case 'anyEvalErrors':
      return { kind: 'error' };
    case undefined:
      return { kind: 'value', value: true };
    case 'unknown':
    case 'anyUnknowns':
      return unfit('unknown values do not exist in policies');
  }
}

function valueOf({ kind }: ProtoValue): Value {
  switch (kind.case) {
    case 'nullValue':
      return null;
    case 'boolValue':
    case 'stringValue':
      return kind.value;
    case 'int64Value':
      return int(kind.value);
    case 'uint64Value':
      return new Uint(kind.value);
    case 'doubleValue':
      return double(kind.value);
    case 'bytesValue':
      return new Bytes(kind.value);
    case 'listValue':
      return kind.value.values.map(valueOf);
    case 'typeValue':
      return new TypeValue(kind.value);
    case 'mapValue':
      return new Dictionary(
        new Map(
          kind.value.entries.map((entry) => {
            const key = valueOf(entry.key ?? unfit('a map entry has no key'));
            const value = valueOf(entry.value ?? unfit('a map entry has no value'));
            return [keyOf(key) ?? '', [key, value] as const] as const;
          }),
        ),
      );
    case 'objectValue':
    case 'enumValue':
    case undefined:
      return unfit('a value is a protobuf message or enum');
  }
}
