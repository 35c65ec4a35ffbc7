/** Sorts the documents of a rules directory by what they are to the rules. */
import type { Document } from '../config/document.ts';
import { stringAt, ownAt } from '../k8s/json.ts';
import { guardrailKindOf } from '../guardrail/kinds.ts';
import { keyOfKind, kindOfDocument } from '../guardrail/params.ts';

export interface Sorted<D extends Document> {
  readonly guardrails: readonly D[];
  readonly parameters: readonly D[];
  /** GuardrailExceptions, with their status. */
  readonly exceptions: readonly D[];
  /** Boundaries, and whatever is nothing else: it is for their reader to refuse it. */
  readonly boundaries: readonly D[];
}

/** Kinds that carry parameters more often than not. One that no policy asks for is no mistake. */
const usual: ReadonlySet<string> = new Set(['v1 ConfigMap']);

/** Parameters are ConfigMaps and the documents of every kind that some policy names as its paramKind. Namespaces are the inventory's, Suites test the rules. */
export function sortDocuments<D extends Document>(all: readonly D[]): Sorted<D> {
  const documents = all.filter(
    ({ value }) =>
      stringAt(value, 'kind') !== 'Namespace' &&
      stringAt(value, 'apiVersion')?.startsWith('test.bulkhead.dev/') !== true,
  );
  const guardrails = documents.filter((document) => guardrailKindOf(document) !== undefined);
  const kinds = new Set([...usual, ...guardrails.map(paramKindOf)]);
  const others = documents.filter(
    (document) => guardrailKindOf(document) === undefined && !isException(document),
  );
  const isParameter = (document: D): boolean => kinds.has(keyOfKind(kindOfDocument(document)));
  return {
    guardrails,
    exceptions: documents.filter(isException),
    parameters: others.filter(isParameter),
    boundaries: others.filter((document) => !isParameter(document)),
  };
}

/** Claims that a document is a GuardrailException. */
export const isException = ({ value }: Pick<Document, 'value'>): boolean =>
  stringAt(value, 'kind') === 'GuardrailException' &&
  stringAt(value, 'apiVersion')?.startsWith('bulkhead.dev/') === true;

/** What a policy calls its parameters' kind, before anything of it is validated. */
function paramKindOf({ value }: Document): string {
  const kind = ownAt(value, 'spec', 'paramKind');
  return keyOfKind({ apiVersion: stringAt(kind, 'apiVersion') ?? '', kind: stringAt(kind, 'kind') ?? '' });
}
