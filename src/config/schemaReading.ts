/** One pass over one value by one schema: settles it and collects the mistakes. */
import { schemaCodes } from './codes.ts';
import { isObject, type Part, setOwn } from './document.ts';
import type { Format } from './formats.ts';
import { asJsonSchema, homesOf, type JsonSchema, typesOf } from './jsonSchema.ts';
import { escapeToken } from './pointer.ts';
import type { TSchema } from './shape.ts';
import { nearest } from './suggestion.ts';
import { choiceOf, choicesOf } from './unions.ts';
import { either, gist, kindOf, nounFor, remedy, show } from './wording.ts';

/** A mistake before its line is known; `part` says whether the name of a field is at fault or its value. */
export interface SchemaMistake {
  readonly code: string;
  readonly message: string;
  readonly pointer: string;
  readonly part: Part;
}

export class SchemaReading {
  readonly mistakes: SchemaMistake[] = [];
  readonly #root: JsonSchema;
  readonly #formats: ReadonlyMap<string, Format>;

  constructor(schema: TSchema, formats: ReadonlyMap<string, Format>) {
    this.#root = asJsonSchema(schema);
    this.#formats = formats;
  }

  /** Reads a value that stands at `pointer` of its document. */
  read(value: unknown, pointer: string): unknown {
    return this.#settle(this.#root, value, pointer);
  }

  #note(code: string, message: string, pointer: string, part: Part = 'value'): void {
    this.mistakes.push({ code, message, pointer, part });
  }

  #settle(given: JsonSchema, value: unknown, pointer: string): unknown {
    const schema = asJsonSchema(given);
    const choices = choicesOf(schema);
    if (choices !== undefined) return this.#choose(schema, choices, value, pointer);
    if (schema.anyOf !== undefined) return this.#union(schema.anyOf, value, pointer);

    const types = typesOf(schema);
    if (types.length > 0 && !types.some((type) => isOfType(value, type))) {
      const found =
        isObject(value) || Array.isArray(value) || value === null
          ? kindOf(value)
          : this.#shown(schema, value);
      const message = `expected ${this.#expectation(schema)}, found ${found}${this.#remedy(schema, value)}`;
      this.#note(schemaCodes.type, message, pointer);
      return undefined;
    }
    if (typeof value === 'string') this.#string(schema, value, pointer);
    if (typeof value === 'number') this.#number(schema, value, pointer);
    if (Array.isArray(value)) return this.#list(schema, value, pointer);
    if (isObject(value)) return this.#object(schema, value, pointer);
    return value;
  }

  #choose(schema: JsonSchema, choices: readonly unknown[], value: unknown, pointer: string): unknown {
    if (choices.includes(value)) return value;
    const [only] = choices;
    if (choices.length === 1) {
      this.#note(schemaCodes.choice, `expected ${show(only)}, found ${this.#shown(schema, value)}`, pointer);
      return undefined;
    }
    const words = choices.filter((choice) => typeof choice === 'string');
    const meant = typeof value === 'string' ? nearest(value, words) : undefined;
    const hint = meant === undefined ? remedy(value, ['string']) : `; did you mean ${show(meant)}?`;
    const message = `expected ${either(choices.map(show))}, found ${this.#shown(schema, value)}${hint}`;
    this.#note(schemaCodes.choice, message, pointer);
    return undefined;
  }

  #union(branches: readonly JsonSchema[], value: unknown, pointer: string): unknown {
    const attempts = branches.map((branch) => {
      const reading = new SchemaReading(branch, this.#formats);
      return { branch, settled: reading.read(value, pointer), mistakes: reading.mistakes };
    });
    const sound = attempts.find(({ mistakes }) => mistakes.length === 0);
    if (sound !== undefined) return sound.settled;
    const meant = choiceOf(branches, value);
    const attempt = attempts.find(({ branch }) => branch === meant);
    if (attempt === undefined) {
      const expected = either(branches.map((branch) => this.#expectation(branch)));
      this.#note(schemaCodes.type, `expected ${expected}, found ${show(value)}`, pointer);
      return undefined;
    }
    this.mistakes.push(...attempt.mistakes);
    return undefined;
  }

  #string(schema: JsonSchema, text: string, pointer: string): void {
    const { minLength = 0, maxLength = Infinity, pattern, format } = schema;
    // Kubernetes counts the characters of a string (runes), JSON Schema too.
    const length =
      text.length > maxLength || text.length < 2 * minLength ? Array.from(text).length : text.length;
    if (length > maxLength)
      this.#note(schemaCodes.size, `${length} characters long; at most ${maxLength}`, pointer);
    else if (length < minLength)
      this.#note(
        schemaCodes.size,
        length === 0
          ? `empty; expected ${this.#expectation(schema)}`
          : `${length} characters long; at least ${minLength}`,
        pointer,
      );
    else if (format !== undefined && !this.#formatOf(format).matches(text))
      this.#note(
        schemaCodes.format,
        `expected ${this.#formatOf(format).expected}, found ${this.#shown(schema, text)}`,
        pointer,
      );
    else if (pattern !== undefined && !new RegExp(pattern, 'u').test(text))
      this.#note(schemaCodes.format, `${this.#shown(schema, text)} does not match ${pattern}`, pointer);
  }

  #number(schema: JsonSchema, value: number, pointer: string): void {
    const { minimum = -Infinity, maximum = Infinity } = schema;
    if (value < minimum || value > maximum)
      this.#note(schemaCodes.range, `expected ${this.#expectation(schema)}, found ${value}`, pointer);
  }

  #list(schema: JsonSchema, list: readonly unknown[], pointer: string): readonly unknown[] {
    const { items, minItems = 0, maxItems = Infinity, uniqueItems } = schema;
    if (list.length < minItems)
      this.#note(schemaCodes.size, `needs at least ${counted(minItems, 'item')}${reminder(schema)}`, pointer);
    if (list.length > maxItems)
      this.#note(schemaCodes.size, `${counted(list.length, 'item')}; at most ${maxItems}`, pointer);
    if (uniqueItems === true) {
      list.forEach((item, index) => {
        if (list.indexOf(item) < index)
          this.#note(
            schemaCodes.duplicate,
            `${show(item)} stands twice in this list; keep one`,
            `${pointer}/${index}`,
          );
      });
    }
    if (items === undefined || list.length > maxItems) return list;
    return Object.freeze(list.map((item, index) => this.#settle(items, item, `${pointer}/${index}`)));
  }

  #object(schema: JsonSchema, value: Readonly<Record<string, unknown>>, pointer: string): unknown {
    const { properties = {}, required = [], minProperties = 0, maxProperties = Infinity } = schema;
    const open = schema.additionalProperties !== false;
    const result: Record<string, unknown> = open ? withoutPrototype() : {};
    const given = Object.keys(value).filter((key) => value[key] !== undefined);
    const named = Object.keys(properties);

    if (given.length < minProperties)
      this.#note(
        schemaCodes.size,
        named.length === 0
          ? `needs at least ${counted(minProperties, 'field')}${reminder(schema)}`
          : `needs at least ${minProperties === 1 ? 'one' : minProperties} of ${named.join(', ')}`,
        pointer,
      );
    if (given.length > maxProperties)
      this.#note(schemaCodes.size, `${counted(given.length, 'field')}; at most ${maxProperties}`, pointer);

    for (const [key, field] of Object.entries(properties)) {
      const own = Object.hasOwn(value, key) ? value[key] : undefined;
      const filled = own === undefined ? structuredClone(field.default) : own;
      if (filled !== undefined)
        setOwn(result, key, this.#settle(field, filled, `${pointer}/${escapeToken(key)}`));
      else if (required.includes(key))
        this.#note(schemaCodes.required, `missing field ${JSON.stringify(key)}${reminder(field)}`, pointer);
    }
    for (const key of given) {
      if (Object.hasOwn(properties, key)) continue;
      const at = `${pointer}/${escapeToken(key)}`;
      const field = this.#freeField(schema, key);
      if (field === undefined) this.#unknown(schema, key, pointer);
      else if (this.#name(schema, key, at)) setOwn(result, key, this.#settle(field, value[key], at));
    }
    return Object.freeze(result);
  }

  /** The schema of a key that `properties` does not list; undefined where there may be none such. */
  #freeField(
    { patternProperties = {}, additionalProperties = true }: JsonSchema,
    key: string,
  ): JsonSchema | undefined {
    for (const [pattern, field] of Object.entries(patternProperties)) {
      if (new RegExp(pattern, 'u').test(key)) return field;
    }
    return additionalProperties === true
      ? {}
      : additionalProperties === false
        ? undefined
        : additionalProperties;
  }

  #name({ propertyNames }: JsonSchema, key: string, pointer: string): boolean {
    if (propertyNames === undefined) return true;
    const reading = new SchemaReading(propertyNames, this.#formats);
    reading.read(key, pointer);
    this.mistakes.push(...reading.mistakes.map((mistake) => ({ ...mistake, part: 'key' as const })));
    return reading.mistakes.length === 0;
  }

  #unknown(schema: JsonSchema, key: string, pointer: string): void {
    const known = Object.keys(schema.properties ?? {});
    const meant = nearest(key, known);
    const homes = homesOf(this.#root, key);
    const hint =
      meant !== undefined
        ? `; did you mean ${show(meant)}?`
        : homes.length > 0 && homes.length <= 3
          ? `; it belongs at ${either(homes)}`
          : known.length > 0 && known.length <= 16
            ? `; known here: ${known.join(', ')}`
            : '';
    this.#note(
      schemaCodes.unknownField,
      `unknown field ${show(key)}${hint}`,
      `${pointer}/${escapeToken(key)}`,
      'key',
    );
  }

  #shown(schema: JsonSchema, value: unknown): string {
    return schema.writeOnly === true ? 'a value that is not shown' : show(value);
  }

  /** Quotes only help where what stands between them would be right. */
  #remedy(schema: JsonSchema, value: unknown): string {
    if (schema.writeOnly === true) return '';
    const quoted = schema.format !== undefined && !this.#formatOf(schema.format).matches(String(value));
    return remedy(value, quoted ? typesOf(schema).filter((type) => type !== 'string') : typesOf(schema));
  }

  #formatOf(name: string): Format {
    const format = this.#formats.get(name);
    if (format === undefined)
      throw new TypeError(`the schema format ${name} is not known; name one of formats.ts`);
    return format;
  }

  /** What a value should have been, to follow "expected". */
  #expectation(schema: JsonSchema): string {
    const choices = choicesOf(schema);
    if (choices !== undefined) return either(choices.map(show));
    if (schema.anyOf !== undefined) return either(schema.anyOf.map((branch) => this.#expectation(branch)));
    const { format, minimum, maximum, description } = schema;
    const nouns = typesOf(schema).map((type) => {
      if (type === 'string' && format !== undefined) return this.#formatOf(format).expected;
      if (type === 'string' && gist(description) !== '') return `a string: ${gist(description)}`;
      if (type !== 'integer' && type !== 'number') return nounFor(type);
      if (minimum !== undefined && maximum !== undefined)
        return `${nounFor(type)} from ${minimum} to ${maximum}`;
      if (minimum !== undefined) return `${nounFor(type)} of at least ${minimum}`;
      return maximum === undefined ? nounFor(type) : `${nounFor(type)} of at most ${maximum}`;
    });
    return nouns.length === 0 ? 'another value' : either(nouns);
  }
}

/** Free keys are looked up by name sooner or later; nothing inherited may answer. */
const withoutPrototype = (): Record<string, unknown> =>
  Object.setPrototypeOf({}, null) as Record<string, unknown>;

const reminder = ({ description }: JsonSchema): string =>
  gist(description) === '' ? '' : ` (${gist(description)})`;

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** JSON Schema's types; an integer beyond 2^53 is none, because nobody could tell which one it was. */
function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isSafeInteger(value);
    default:
      return typeof value === type;
  }
}
