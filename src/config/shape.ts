/**
 * How schemas are written: plain JSON Schema literals, whose static types TypeBox derives.
 *
 * TypeBox is imported for its types only. Its builders would cost 80–100 ms of every start from source (some hundred modules) to
 * build the same literals; `Static` reads a literal as well as a built type, and `readSchema` takes either.
 */
import type { Static, TSchema } from 'typebox';

export type { TSchema };

/** A value that a schema has settled: its static type, read-only all the way down. */
export type Settled<S extends TSchema> = Frozen<Static<S>>;

/** A type with everything in it read-only. */
export type Frozen<T> = T extends (...parameters: never) => unknown
  ? T
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;

/** A closed object: what is not listed is a mistake, what is not optional has to be there or has a default. */
export interface ClosedObject<P, Required> {
  readonly type: 'object';
  readonly additionalProperties: false;
  readonly properties: P;
  readonly required: readonly [Required];
}

/**
 * Describes an object with exactly these fields. A field without a `default` is required unless it is named in `optional`; one with
 * a `default` may be left out and is always there afterwards.
 *
 * @param keywords further JSON Schema keywords of the object itself (`description`, `default`, `minProperties`, …).
 */
export function object<
  const P extends Readonly<Record<string, TSchema>>,
  const O extends keyof P & string = never,
  const K extends object = object,
>(
  properties: P,
  { optional = [], ...keywords }: { readonly optional?: readonly O[] } & K = {} as K,
): ClosedObject<P, Exclude<keyof P & string, O>> & Omit<K, 'optional'> {
  const left: ReadonlySet<string> = new Set(optional);
  const required = Object.keys(properties).filter((name) => !left.has(name));
  // The tuple type stands for a list of these names: TypeBox reads the union of a tuple's items, but nothing from a plain array.
  return { type: 'object', additionalProperties: false, properties, required, ...keywords } as never;
}

/** A list of things of one kind; left out, it is empty. */
export const listOf = <const S extends TSchema, const K extends object = object>(
  items: S,
  keywords: K = {} as K,
): { readonly type: 'array'; readonly items: S; readonly default: readonly unknown[] } & K => ({
  type: 'array',
  items,
  default: [],
  maxItems: 1_000,
  ...keywords,
});
