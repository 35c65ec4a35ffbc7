/** The mark of a NetworkPolicy that was let in under exceptions: which ones, and as what, so that it can be narrowed once they lapse. */
import type { Exception } from '../../boundary/exceptions/exception.ts';
import { ownAt } from '../../k8s/json.ts';
import { addAt, pointerTo } from '../../k8s/jsonPatch.ts';
import type { PatchOperation } from '../../k8s/jsonPatch.ts';

/** Only Bulkhead writes it. */
export const markAnnotation = 'bulkhead.dev/exceptions';

/** One exception that a policy lives by: `namespace/name` and the beginning of the hash of the spec that was approved. */
export interface Marked {
  readonly name: string;
  readonly spec: string;
}

const hashLength = 16;

/** How an exception stands in a mark. */
export const toMarked = ({ name, specHash }: Pick<Exception, 'name' | 'specHash'>): Marked => ({
  name,
  spec: specHash.slice(0, hashLength),
});

/** The text of a mark; undefined where there is nothing to mark. */
export const markText = (marks: readonly Marked[]): string | undefined =>
  marks.length === 0
    ? undefined
    : [...new Set(marks.map(({ name, spec }) => `${name}@${spec}`))].sort().join(',');

/** The mark of an object as it is written; undefined where it has none. */
export function writtenMark(object: unknown): string | undefined {
  const text = ownAt(object, 'metadata', 'annotations', markAnnotation);
  return text === undefined || typeof text === 'string' ? text : JSON.stringify(text);
}

/** Reads a mark. A part that cannot be read stands for an exception that is not there. */
export const readMark = (object: unknown): readonly Marked[] =>
  (writtenMark(object)?.split(',') ?? []).map((part) => {
    const [name = '', spec = ''] = part.split('@');
    return { name, spec };
  });

export const isMarkOf = ({ name, spec }: Marked, exception: Exception): boolean =>
  name === exception.name && exception.specHash.startsWith(spec) && spec.length === hashLength;

/** The operation that makes the mark of an object be `wanted`. */
export function remark(object: unknown, wanted: string | undefined): readonly PatchOperation[] {
  if (writtenMark(object) === wanted) return [];
  const path = ['metadata', 'annotations', markAnnotation];
  if (wanted === undefined) return [{ op: 'remove', path: pointerTo(path) }];
  const operation = addAt(object, path, wanted);
  return operation === undefined ? [] : [operation];
}
