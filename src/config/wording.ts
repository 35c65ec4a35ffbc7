/** How values, types and mistakes are put into words. */
import { isObject } from './document.ts';

const LONGEST = 60;

/** Shows an offending value on one line: scalars in JSON, long ones cut, objects and lists by their kind only. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    const cut = value.length > LONGEST ? `${value.slice(0, LONGEST)}...` : value;
    return JSON.stringify(cut).replace(/[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '?');
  }
  return value === null || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : kindOf(value);
}

/** The JSON type of a value, with its article. */
export function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'an object';
  return nounFor(Number.isInteger(value) ? 'integer' : typeof value);
}

/** A JSON Schema type, with its article. */
export function nounFor(type: string): string {
  switch (type) {
    case 'array':
      return 'a list';
    case 'object':
      return 'an object';
    case 'integer':
      return 'an integer';
    case 'null':
      return 'null';
    default:
      return `a ${type}`;
  }
}

/** `a`, `a or b`, `a, b or c`. */
export const either = (choices: readonly string[]): string =>
  choices.length < 2 ? choices.join('') : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? ''}`;

/** What to do about a value of the wrong type, where there is something better to say than the type it should have. */
export function remedy(value: unknown, types: readonly string[]): string {
  if (value === null) return '; give it a value or leave it out';
  const wantsNumber = types.includes('integer') || types.includes('number');
  if (typeof value === 'string' && wantsNumber && /^-?\d+(?:\.\d+)?$/.test(value))
    return '; remove the quotes';
  if (typeof value === 'string' && types.includes('boolean') && /^(?:true|false)$/.test(value))
    return '; remove the quotes';
  if (types.includes('string') && typeof value === 'boolean')
    return '; put quotes around it (YAML reads yes, no, on and off as booleans)';
  if (types.includes('string') && typeof value === 'number') return '; put quotes around it';
  if (types.includes('array') && !isObject(value)) return '; write it as a list: [ ... ]';
  return '';
}

/** The first sentence of a description, to remind of what a field is for. */
export const gist = (description: string | undefined): string =>
  description === undefined ? '' : (/^.*?(?=[.;:](?:\s|$)|$)/s.exec(description)?.[0] ?? '');
