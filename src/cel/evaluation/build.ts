/** Literals that build something: lists, maps, and the objects of mutations. */
import { withArticle } from '../values/wording.ts';
import { type Construction, type ListLiteral, type MapLiteral } from '../syntax/expression.ts';
import { Failure } from '../values/failure.ts';
import { type Key, type Value, Constructed, Dictionary, Optional, keyOf } from '../values/value.ts';
import { kindOf } from '../values/kind.ts';
import { type Frame } from './frame.ts';
import { type Compiled, type Compiling, type Scope, constant, dynamic } from './node.ts';

interface Part {
  readonly compiled: Compiled;
  readonly optional: boolean;
  readonly at: number;
}

/** The value of an element; undefined where it is an optional without one. */
function partOf(part: Part, frame: Frame): Value | Failure | undefined {
  const value = part.compiled.evaluate(frame);
  if (!part.optional || value instanceof Failure) return value;
  if (value instanceof Optional) return value.value;
  return new Failure(
    'optionalExpected',
    `after ? an optional is needed, this is ${withArticle(kindOf(value))}`,
    part.at,
  );
}

/** Compiles `[a, ?b]`; a list of constants is one constant. */
export function compileList(compiling: Compiling, node: ListLiteral, scope: Scope): Compiled {
  const parts: readonly Part[] = node.elements.map(({ value, optional }) => ({
    compiled: compiling.compile(value, scope),
    optional,
    at: value.at,
  }));
  const constants = parts.map((part) => (part.optional ? undefined : part.compiled.constant));
  if (constants.every((value) => value !== undefined)) return constant(constants);
  return dynamic((frame) => {
    const values: Value[] = [];
    for (const part of parts) {
      const value = partOf(part, frame);
      if (value instanceof Failure) return value;
      if (value !== undefined) values.push(value);
    }
    frame.cost += 10;
    return values;
  });
}

/** Compiles `{k: v, ?k: v}`; the last of equal keys counts. */
export function compileMap(compiling: Compiling, node: MapLiteral, scope: Scope): Compiled {
  const entries = node.entries.map(({ key, value, optional }) => ({
    key: compiling.compile(key, scope),
    part: { compiled: compiling.compile(value, scope), optional, at: value.at },
    at: key.at,
  }));
  const build = (frame: Frame): Dictionary | Failure => {
    const built = new Map<Key, readonly [Value, Value]>();
    for (const { key, part, at } of entries) {
      const name = key.evaluate(frame);
      if (name instanceof Failure) return name;
      const value = partOf(part, frame);
      if (value instanceof Failure) return value;
      const own = keyOf(name);
      if (own === undefined)
        return new Failure('invalidKey', `${withArticle(kindOf(name))} cannot be the key of a map`, at);
      built.delete(own);
      if (value !== undefined) built.set(own, [name, value]);
    }
    return new Dictionary(built);
  };
  const folds = entries.every(
    ({ key, part }) => key.constant !== undefined && part.compiled.constant !== undefined && !part.optional,
  );
  if (folds) return { evaluate: memoized(build), constant: constantOf(entries) };
  return dynamic((frame) => {
    const built = build(frame);
    if (!(built instanceof Failure)) frame.cost += 30;
    return built;
  });
}

/** The value of a map of constants. */
function constantOf(
  entries: readonly { readonly key: Compiled; readonly part: Part }[],
): Dictionary | undefined {
  const built = new Map<Key, readonly [Value, Value]>();
  for (const { key, part } of entries) {
    const own = key.constant === undefined ? undefined : keyOf(key.constant);
    if (own === undefined || key.constant === undefined || part.compiled.constant === undefined)
      return undefined;
    built.delete(own);
    built.set(own, [key.constant, part.compiled.constant]);
  }
  return new Dictionary(built);
}

/** Builds once and keeps what was built. */
function memoized(build: (frame: Frame) => Dictionary | Failure): (frame: Frame) => Dictionary | Failure {
  let kept: Dictionary | Failure | undefined;
  return (frame) => (kept ??= build(frame));
}

/** Compiles `Object.spec{field: value}` and `JSONPatch{…}`. */
export function compileConstruction(compiling: Compiling, node: Construction, scope: Scope): Compiled {
  const fields = node.fields.map(({ name, value, optional }) => ({
    name,
    part: { compiled: compiling.compile(value, scope), optional, at: value.at },
  }));
  return dynamic((frame) => {
    const built = new Map<string, Value>();
    for (const { name, part } of fields) {
      const value = partOf(part, frame);
      if (value instanceof Failure) return value;
      if (value === undefined) built.delete(name);
      else if (node.name === 'JSONPatch' && name !== 'value' && typeof value !== 'string') {
        return new Failure(
          'invalidArgument',
          `JSONPatch.${name} is a string, this is ${withArticle(kindOf(value))}`,
          part.at,
        );
      } else built.set(name, value);
    }
    frame.cost += 40;
    return new Constructed(node.name, built);
  });
}
