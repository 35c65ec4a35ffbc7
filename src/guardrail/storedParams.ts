/** Parameters that are stored in the cluster: what the policies stored there ask for, and what is known of each question. */
import type { JsonObject } from '../k8s/json.ts';
import type { LabelSelector, SelectorRequirement } from '../k8s/labelSelector.ts';
import type { ParamKind } from './params.ts';
import type { Guardrail } from './policy.ts';

/** What one binding asks for: parameters of a kind, by name or by labels, of one namespace or wherever the request is. */
export interface ParamQuery extends ParamKind {
  readonly namespace: string | undefined;
  /** Undefined where labels select. */
  readonly name: string | undefined;
  /** As the API server takes it in `labelSelector`; empty: every object of the kind. */
  readonly labels: string | undefined;
}

/** What the cluster stores for one question, or the sentence that says why that is not known. */
export type StoredParams =
  | { readonly known: true; readonly namespaced: boolean; readonly objects: readonly JsonObject[] }
  | { readonly known: false; readonly message: string };

/** Answers by the key of their question. Plain data, so that it can be sent to another thread. */
export type StoredParamsByKey = ReadonlyMap<string, StoredParams>;

export const noStoredParams: StoredParamsByKey = new Map();

/** Tells questions apart. */
export const keyOfQuery = ({ apiVersion, kind, namespace, name, labels }: ParamQuery): string =>
  JSON.stringify([apiVersion, kind, namespace ?? null, name ?? null, labels ?? null]);

/** Where a binding points, as far as a question needs it. */
export interface Pointed {
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly selector: LabelSelector | undefined;
}

export const toQuery = (
  { apiVersion, kind }: ParamKind,
  { name, namespace, selector }: Pointed,
): ParamQuery => ({
  apiVersion,
  kind,
  namespace,
  name,
  labels: selector === undefined ? undefined : selectorText(selector),
});

/** What has to be read for these guardrails, by key. Policies of files have their parameters from files. */
export function paramQueries(all: readonly Guardrail[]): ReadonlyMap<string, ParamQuery> {
  const queries = new Map<string, ParamQuery>();
  for (const { policy, bindings } of all) {
    if (!policy.stored || policy.paramKind === undefined) continue;
    for (const { paramRef } of bindings) {
      if (paramRef === undefined) continue;
      const query = toQuery(policy.paramKind, paramRef);
      queries.set(keyOfQuery(query), query);
    }
  }
  return queries;
}

/** A selector as it stands in a query (metav1.FormatLabelSelector). */
function selectorText({ matchLabels, matchExpressions }: LabelSelector): string {
  const equal = [...matchLabels].map(([key, value]) => `${key}=${value}`);
  return [...equal, ...matchExpressions.map(requirementText)].join(',');
}

function requirementText({ key, operator, values }: SelectorRequirement): string {
  switch (operator) {
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return operator satisfies never;
  }
}
