// What one side says of a request, in the terms in which both are compared.
import { type JsonObject, isObject, ownAt } from '../../../src/k8s/json.ts';

export interface Verdict {
  readonly outcome: 'allowed' | 'denied' | 'refused by the API' | 'no answer';
  /** Whether what denied was an error; its text is each side's own. */
  readonly error?: true;
  /** Of a validation that failed: who told it, why, and its exact message. */
  readonly policy?: string;
  readonly message?: string;
  readonly reason?: string;
  /** What was said of an error; for those who look into a difference. */
  readonly told?: string;
  /** Each warning's text, sorted; those of errors are only marked. */
  readonly warnings: readonly string[];
  /** What auditAnnotations wrote: `policy/key` to value. */
  readonly annotations: Readonly<Record<string, string>>;
  /** What the action Audit wrote first: policy, index of the validation, message. */
  readonly audited: string;
  /** The object as it would be stored, without what the server writes itself; only where something mutates. */
  readonly object?: unknown;
}

const ownedByServer: ReadonlySet<string> = new Set([
  'managedFields',
  'uid',
  'creationTimestamp',
  'generation',
  'resourceVersion',
]);

/** What policies decide about an object. */
export function comparable(object: unknown): JsonObject {
  const fields = isObject(object) ? Object.entries(object) : [];
  const metadata = ownAt(object, 'metadata');
  const kept = isObject(metadata) ? Object.entries(metadata) : [];
  return {
    ...Object.fromEntries(fields.filter(([key]) => key !== 'status')),
    metadata: Object.fromEntries(kept.filter(([key]) => !ownedByServer.has(key))),
  };
}

/** The object with another value of the label `case`. */
export function withMark(object: JsonObject, mark: string): JsonObject {
  const metadata = ownAt(object, 'metadata');
  const labels = ownAt(metadata, 'labels');
  return {
    ...object,
    metadata: {
      ...(isObject(metadata) ? metadata : {}),
      labels: { ...(isObject(labels) ? labels : {}), case: mark },
    },
  };
}

/** In place of the text of an error. */
export const anError = '(an error)';
