/** Signatures of functions, written as text: `string.startsWith(string): bool`, `lists.range(int): list(int)`, `sum(list(T)): T`. */
import * as types from './type.ts';
import { type Type } from './type.ts';

/** One way to call a function. The receiver of a method is its first parameter. */
export interface Signature {
  readonly member: boolean;
  readonly parameters: readonly Type[];
  readonly result: Type;
}

const named: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['dyn', types.dyn],
  ['bool', types.bool],
  ['int', types.int],
  ['uint', types.uint],
  ['double', types.double],
  ['string', types.string],
  ['bytes', types.bytes],
  ['null', types.nullType],
  ['timestamp', types.timestamp],
  ['duration', types.duration],
  ['IP', types.opaque('net.IP')],
  ['CIDR', types.opaque('net.CIDR')],
  ['Quantity', types.abstractObject('kubernetes.Quantity')],
  ['URL', types.abstractObject('kubernetes.URL')],
  ['Semver', types.abstractObject('kubernetes.Semver')],
  ['Format', types.abstractObject('kubernetes.NamedFormat')],
]);

/**
 * Reads a type: a name, `list(T)`, `map(K, V)`, `optional(T)`, `type(T)`; a single capital letter is a parameter.
 * Throws on anything else: signatures are part of the program, not input.
 */
export function readType(text: string): Type {
  const [type, rest] = typeAt(text.replaceAll(' ', ''));
  if (rest !== '') throw new Error(`not a type: ${text}`);
  return type;
}

/** Reads `(A, B): R`; with a receiver type, a method. Throws on a malformed one. */
export function readSignature(text: string, receiver?: string): Signature {
  const [, inside = '', result] = /^\((.*)\): (.+)$/.exec(text) ?? [];
  if (result === undefined) throw new Error(`not a signature: ${text}`);
  const parameters: Type[] = receiver === undefined ? [] : [readType(receiver)];
  let rest = inside.replaceAll(' ', '');
  while (rest !== '') {
    const [type, after] = typeAt(rest);
    parameters.push(type);
    rest = after.startsWith(',') ? after.slice(1) : after;
  }
  return { member: receiver !== undefined, parameters, result: readType(result) };
}

function typeAt(text: string): readonly [Type, string] {
  const name = /^[A-Za-z]+/.exec(text)?.[0] ?? '';
  const rest = text.slice(name.length);
  if (!rest.startsWith('(')) {
    const type = /^[A-Z]$/.test(name) ? types.parameter(name) : named.get(name);
    if (type === undefined) throw new Error(`not a type: ${text}`);
    return [type, rest];
  }
  const [first, after] = typeAt(rest.slice(1));
  if (name === 'map' && after.startsWith(',')) {
    const [second, end] = typeAt(after.slice(1));
    return [types.mapOf(first, second), closed(end)];
  }
  if (name === 'list') return [types.listOf(first), closed(after)];
  if (name === 'optional') return [types.optionalOf(first), closed(after)];
  if (name === 'type') return [types.typeOf(first), closed(after)];
  throw new Error(`not a type: ${text}`);
}

function closed(text: string): string {
  if (!text.startsWith(')')) throw new Error(`not a type: …${text}`);
  return text.slice(1);
}
