/** What may be kept of the objects of a decision, and the whole event: made behind the answer, out of the way of the decisions. */
import type { JsonObject } from '../../k8s/json.ts';
import type { Allowance } from './allowance.ts';
import { fittedEvent } from './fit.ts';
import { joined } from './head.ts';
import type { Parts } from './fit.ts';
import type { Head } from './head.ts';
import { Projection } from './projection.ts';

/** What a decision was about. */
export interface Objects {
  readonly kind: string;
  /** The plural. */
  readonly resource: string;
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
}

/** What was kept, and pointers of what was not. */
export interface Excerpt {
  readonly parts: Parts;
  readonly masked: readonly string[];
}

/**
 * Takes the excerpt. It does not throw: the decision is answered and its head is vouched for, so a bug of ours costs the excerpt and no more, and
 * `masked` says that it is missing.
 */
export function excerptOf(objects: () => Objects, allowance: Allowance): Excerpt {
  try {
    return excerpted(objects(), allowance);
  } catch {
    return { parts: { object: '', oldObject: '' }, masked: ['/subset'] };
  }
}

function excerpted({ kind, resource, object, oldObject }: Objects, allowance: Allowance): Excerpt {
  const shape = allowance.shapeOf(kind, resource);
  const projection = new Projection(allowance);
  const part = (name: string, value: JsonObject | null): string => {
    const text = value === null ? undefined : projection.take(value, shape, ['subset', name]);
    return text === undefined ? '' : joined([`"${name}":`, text]);
  };
  const parts = { object: part('object', object), oldObject: part('oldObject', oldObject) };
  return { parts, masked: projection.masked };
}

/** The event of a sealed head, whole. */
export const eventOf = (head: Head, { parts, masked }: Excerpt): string =>
  fittedEvent(head, parts, head.masked.length === 0 ? masked : [...head.masked, ...masked]);
