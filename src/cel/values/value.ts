/**
 * The values of the language: what JSON holds stays as JSON.parse made it, everything else is a Special.
 *
 * A number that is whole is an int (the API server prints 1.0 as 1), any other number a double; a whole double that an expression computed is
 * a {@link Double}, an int beyond 2^53 a bigint. So nothing of a 5 KB object is copied or converted before a rule reads it.
 */
export type Value = null | boolean | number | bigint | string | readonly Value[] | Fields | Special;

/** A JSON object. Its keys are users' data: read them with Object.hasOwn. */
export interface Fields {
  readonly [key: string]: Value;
}

/** The name that `type()` gives a value. */
export type TypeName = string;

/** Every value that JSON cannot say. */
export abstract class Special {
  abstract readonly typeName: TypeName;
}

/** An unsigned 64-bit integer. */
export class Uint extends Special {
  readonly typeName = 'uint';
  readonly value: bigint;
  constructor(value: bigint) {
    super();
    this.value = value;
  }
}

/** A double whose value is whole: a plain number would be an int. Make doubles with {@link double}. */
export class Double extends Special {
  readonly typeName = 'double';
  readonly value: number;
  constructor(value: number) {
    super();
    this.value = value;
  }
}

export class Bytes extends Special {
  readonly typeName = 'bytes';
  readonly data: Uint8Array;
  constructor(data: Uint8Array) {
    super();
    this.data = data;
  }
}

/** What a map that an expression built is keyed by: equal numbers, int or uint, are one key. */
export type Key = string | boolean | number | bigint;

/** A map that an expression built; JSON objects stay plain objects. */
export class Dictionary extends Special {
  readonly typeName = 'map';
  readonly entries: ReadonlyMap<Key, readonly [key: Value, value: Value]>;
  constructor(entries: ReadonlyMap<Key, readonly [key: Value, value: Value]>) {
    super();
    this.entries = entries;
  }
}

/** An optional value; `value` is undefined where there is none. */
export class Optional extends Special {
  readonly typeName = 'optional_type';
  readonly value: Value | undefined;
  constructor(value?: Value) {
    super();
    this.value = value;
  }
}

/** A type as a value, such as `int` or what `type(x)` answers. */
export class TypeValue extends Special {
  readonly typeName = 'type';
  readonly name: TypeName;
  constructor(name: TypeName) {
    super();
    this.name = name;
  }
}

/** What `Object{…}`, `Object.spec{…}` and `JSONPatch{…}` build. */
export class Constructed extends Special {
  readonly typeName: TypeName;
  readonly fields: ReadonlyMap<string, Value>;
  constructor(typeName: TypeName, fields: ReadonlyMap<string, Value>) {
    super();
    this.typeName = typeName;
    this.fields = fields;
  }
}

/** A double from a JavaScript number. */
export const double = (value: number): Value => (Number.isInteger(value) ? new Double(value) : value);

/** An int from a bigint that is known to lie in 64 bits. */
export const int = (value: bigint): Value =>
  value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;

export const isList = (value: unknown): value is readonly Value[] => Array.isArray(value);

/** Claims a plain JSON object: no list, none of the language's own values. */
export const isFields = (value: Value): value is Fields =>
  typeof value === 'object' && value !== null && !(value instanceof Special) && !Array.isArray(value);

/** The key under which a map holds a value; undefined for what cannot be a key. */
export function keyOf(value: Value): Key | undefined {
  if (value instanceof Uint) return value.value <= 9007199254740991n ? Number(value.value) : value.value;
  if (value instanceof Double) return value.value;
  return typeof value === 'object' ? undefined : value;
}
