/** Reads untrusted JSON field by field and gathers every mistake instead of stopping at the first. */
import type { Issue } from '../config/issue.ts';
import { escapeToken, isObject, own } from './json.ts';
import type { JsonObject } from './json.ts';

const nothing: ReadonlyMap<string, string> = new Map();
const empty: readonly unknown[] = [];

/** Collects the mistakes of one document; decoders return a harmless value after reporting and the caller discards it. */
export class Decoder {
  readonly issues: Issue[] = [];

  report(code: string, pointer: string, message: string): void {
    this.issues.push({ code, pointer, message });
  }

  /** An object, with a mistake for each field outside `fields`: what is not understood cannot be proven harmless. */
  object(value: unknown, pointer: string, fields?: readonly string[]): JsonObject {
    if (value === undefined || value === null) return {};
    if (!isObject(value)) {
      this.report('field.type', pointer, `must be an object, not ${kindOf(value)}`);
      return {};
    }
    if (fields !== undefined) this.known(value, pointer, fields);
    return value;
  }

  list(value: unknown, pointer: string): readonly unknown[] {
    if (value === undefined || value === null) return empty;
    if (Array.isArray(value)) return value;
    this.report('field.type', pointer, `must be a list, not ${kindOf(value)}`);
    return empty;
  }

  string(value: unknown, pointer: string): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value;
    this.report('field.type', pointer, `must be a string, not ${kindOf(value)}`);
    return undefined;
  }

  integer(value: unknown, pointer: string): number | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && Number.isInteger(value)) return value;
    this.report('field.type', pointer, `must be a whole number, not ${kindOf(value)}`);
    return undefined;
  }

  strings(value: unknown, pointer: string): readonly string[] {
    return this.list(value, pointer).map((item, index) => {
      if (typeof item === 'string') return item;
      this.report('field.type', `${pointer}/${index}`, `must be a string, not ${kindOf(item)}`);
      return '';
    });
  }

  /** A map of strings, as labels and annotations are. */
  stringMap(value: unknown, pointer: string): ReadonlyMap<string, string> {
    if (value === undefined || value === null) return nothing;
    const object = this.object(value, pointer);
    const map = new Map<string, string>();
    for (const key of Object.keys(object)) {
      const text = own(object, key);
      if (typeof text === 'string') map.set(key, text);
      else if (text === undefined) map.set(key, '');
      else
        this.report('field.type', `${pointer}/${escapeToken(key)}`, `must be a string, not ${kindOf(text)}`);
    }
    return map;
  }

  private known(value: JsonObject, pointer: string, fields: readonly string[]): void {
    // Object.keys would make a list for each object of each request.
    for (const key in value) {
      if (fields.includes(key) || !Object.hasOwn(value, key)) continue;
      this.report(
        'field.unknown',
        `${pointer}/${escapeToken(key)}`,
        `unknown field "${key}"; known here: ${fields.join(', ')}`,
      );
    }
  }
}

/** What a value is, in the words of JSON, for messages that must not print the value itself. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'number' ? `the number ${value}` : `a ${typeof value}`;
}
