/** Reads an untrusted value by a schema: the settled value, or every mistake in it, each with its place and the way to fix it. */
import type { Part, Place } from './document.ts';
import { type Format, formats as knownFormats } from './formats.ts';
import { type Issue, type Read, sound, unsound } from './issue.ts';
import { SchemaReading } from './schemaReading.ts';
import type { Settled, TSchema } from './shape.ts';

/** What is known about the value beside itself. A `Document` fits: `readSchema(schema, document.value, document)`. */
export interface ReadingOptions {
  readonly file?: string;
  readonly positionOf?: (pointer: string, part?: Part) => Place;
  /** Where in its document the value stands; pointers of issues start there. Default `''`, the document itself. */
  readonly pointer?: string;
  /** Forms that replace or join this room's, for rooms that know exactly what this one only knows by its syntax. */
  readonly formats?: ReadonlyMap<string, Format>;
}

/**
 * Checks a value against a schema and settles it: defaults are filled in, unknown fields are mistakes, everything is frozen.
 *
 * - A field with a `default` may be left out even where it is `required`, as in a CustomResourceDefinition.
 * - `null` is a value like any other: it is refused where the schema does not name it, never read as "absent".
 * - Objects with free keys have no prototype; keys `__proto__` and `constructor` are plain data.
 * - Messages name the offending scalar (never one that is `writeOnly`), never the content of an object.
 *
 * @returns the settled value, or all issues in the order of the text (codes `schema.*`).
 */
export function readSchema<const S extends TSchema>(
  schema: S,
  value: unknown,
  options: ReadingOptions = {},
): Read<Settled<S>> {
  const { file, positionOf, pointer = '' } = options;
  const forms = options.formats === undefined ? knownFormats : new Map([...knownFormats, ...options.formats]);
  const reading = new SchemaReading(schema, forms);
  const settled = reading.read(value, pointer);
  if (reading.mistakes.length === 0) {
    // The one place where a schema's word is taken for a static type: nothing that breaks the schema gets here.
    return sound(settled as Settled<S>);
  }
  return unsound(
    reading.mistakes
      .map(({ part, ...mistake }): Issue => ({
        ...mistake,
        ...(file === undefined ? {} : { file }),
        ...positionOf?.(mistake.pointer, part),
      }))
      .sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)),
  );
}
