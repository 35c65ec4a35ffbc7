/** What may be kept of the objects of a decision, and the whole event: made behind the answer, out of the way of the decisions. */
import type { Attributes } from '../../k8s/attributes.ts';
import type { Allowance } from './allowance.ts';
import { fittedEvent } from './fit.ts';
import { joined } from './head.ts';
import type { Parts } from './fit.ts';
import type { Head } from './head.ts';
import { Projection } from './projection.ts';
import { Tape } from './tape.ts';

/** What was kept, and pointers of what was not. */
export interface Excerpt {
  readonly parts: Parts;
  readonly masked: readonly string[];
}

/** One review at a time. */
const tape = new Tape();

/**
 * Takes the excerpt from the bytes of a review, which was read and decided before. It does not throw: the decision is answered and its head is vouched for, so a bug of
 * ours costs the excerpt and no more, and `masked` says that it is missing.
 */
export function excerptOf(review: Buffer, allowance: Allowance): Excerpt {
  try {
    tape.read(review);
    return excerpted(allowance);
  } catch {
    return { parts: { object: '', oldObject: '' }, masked: ['/subset'] };
  }
}

/** The same, of a review as it was read. */
export const excerptOfRead = (attributes: Attributes, allowance: Allowance): Excerpt =>
  excerptOf(reviewOf(attributes), allowance);

function excerpted(allowance: Allowance): Excerpt {
  const request = tape.member(0, 'request');
  if (request === undefined) throw new Error('a review that was decided has no request');
  const shape = allowance.shapeOf(textAt(request, 'kind', 'kind'), textAt(request, 'resource', 'resource'));
  const projection = new Projection(allowance);
  const part = (name: string): string => {
    const value = tape.member(request, name);
    if (value === undefined || tape.formOf(value) !== 'object') return '';
    const text = projection.take(tape, value, shape, ['subset', name]);
    return text === undefined ? '' : joined([`"${name}":`, text]);
  };
  const parts = { object: part('object'), oldObject: part('oldObject') };
  return { parts, masked: projection.masked };
}

function textAt(token: number, outer: string, inner: string): string {
  const object = tape.member(token, outer);
  const text = object === undefined ? undefined : tape.member(object, inner);
  return text !== undefined && tape.formOf(text) === 'string' ? tape.stringOf(text) : '';
}

/** The bytes that it was read from, or else as much of them as an excerpt is taken from. */
function reviewOf({ source, kind, resource, object, oldObject }: Attributes): Buffer {
  if (source !== undefined) return Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const request = { kind: { kind }, resource: { resource }, object, oldObject };
  return Buffer.from(JSON.stringify({ request }));
}

/** The event of a sealed head, whole. */
export const eventOf = (head: Head, { parts, masked }: Excerpt): string =>
  fittedEvent(head, parts, head.masked.length === 0 ? masked : [...head.masked, ...masked]);
