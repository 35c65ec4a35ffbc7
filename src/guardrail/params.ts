/** Parameters: the documents that bindings point policies at, found as kube-apiserver finds them (CollectParams). */
import type { Document } from '../config/document.ts';
import { type JsonObject, isObject, ownAt, stringAt } from '../k8s/json.ts';
import { type LabelSelector, selects } from '../k8s/labelSelector.ts';
import { labelsOf } from './match.ts';
import { type StoredParamsByKey, keyOfQuery, toQuery } from './storedParams.ts';

/** The kind of a policy's parameters. */
export interface ParamKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Where a binding's parameters are: by name or by selector. */
export interface ParamRef {
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly selector: LabelSelector | undefined;
  readonly notFound: 'Allow' | 'Deny';
}

/** The parameters of a request, or the sentence that says why there are none. */
export type Params =
  | { readonly ok: true; readonly params: readonly (JsonObject | null)[] }
  | { readonly ok: false; readonly message: string };

/** All parameter documents, by kind. */
export type ParamStore = ReadonlyMap<string, ParamsOfKind>;

interface ParamsOfKind {
  readonly namespaced: boolean;
  readonly objects: readonly JsonObject[];
}

export const keyOfKind = ({ apiVersion, kind }: ParamKind): string => `${apiVersion} ${kind}`;

/** The kind of a document, as parameters name theirs. */
export const kindOfDocument = ({ value }: Document): ParamKind => ({
  apiVersion: stringAt(value, 'apiVersion') ?? '',
  kind: stringAt(value, 'kind') ?? '',
});

/** Kinds that people use for parameters and whose scope is known without a server. */
const namespacedKinds: ReadonlySet<string> = new Set(['v1 ConfigMap', 'v1 Secret']);

/**
 * Gathers the documents. Whether other kinds have a namespace is told by their documents: as soon as one names a namespace they all have one,
 * `default` where they say none.
 */
export function gatherParams(documents: readonly Document[]): ParamStore {
  const groups = Map.groupBy(documents, (document) => keyOfKind(kindOfDocument(document)));
  return new Map(
    [...groups].map(([key, members]) => {
      const objects = members.flatMap(({ value }) => (isObject(value) ? [value] : []));
      const namespaced =
        namespacedKinds.has(key) ||
        objects.some((object) => stringAt(object, 'metadata', 'namespace') !== undefined);
      return [key, { namespaced, objects: namespaced ? objects.map(inNamespace) : objects }] as const;
    }),
  );
}

function inNamespace(object: JsonObject): JsonObject {
  if (stringAt(object, 'metadata', 'namespace') !== undefined) return object;
  const metadata = ownAt(object, 'metadata');
  return { ...object, metadata: { ...(isObject(metadata) ? metadata : {}), namespace: 'default' } };
}

/** Where parameters are looked for: among the rules, and for policies that are stored in the cluster, there. */
export interface ParamSources {
  readonly params: ParamStore;
  readonly storedParams: StoredParamsByKey;
}

/** What asks: a policy, as far as parameters go. `stored`: it comes from the cluster, and so do its parameters. */
export interface ParamAsker {
  readonly paramKind: ParamKind | undefined;
  readonly stored: boolean;
}

/** The parameters that a binding gives a policy for a request in `namespace` (of a Namespace: its own name). */
export function paramsFor(
  { paramKind: kind, stored: isStored }: ParamAsker,
  ref: ParamRef | undefined,
  namespace: string,
  sources: ParamSources,
): Params {
  if (kind === undefined || ref === undefined) return { ok: true, params: [null] };
  const stored = isStored ? fromCluster(kind, ref, sources) : fromFiles(kind, ref, sources);
  if (typeof stored === 'string') return missing(stored);
  if (!stored.namespaced && ref.namespace !== undefined)
    return missing(`paramRef.namespace must not be given: ${kind.kind} parameters have no namespace`);
  const home = ref.namespace ?? namespace;
  if (stored.namespaced && home === '')
    return missing('paramRef.namespace is needed where the policy matches objects without a namespace');
  const candidates = stored.objects.filter(
    (object) => !stored.namespaced || stringAt(object, 'metadata', 'namespace') === home,
  );
  const { name, selector } = ref;
  const params = candidates.filter((object) =>
    selector === undefined
      ? stringAt(object, 'metadata', 'name') === name
      : selects(selector, labelsOf(object)),
  );
  if (params.length > 0 || ref.notFound === 'Allow') return { ok: true, params };
  const asked =
    selector === undefined ? `${kind.kind} "${name ?? ''}"` : `${kind.kind} that paramRef.selector selects`;
  const where = stored.namespaced ? ` in namespace "${home}"` : '';
  return missing(
    `no params found for policy binding with \`Deny\` parameterNotFoundAction: there is no ${asked}${where}${isStored ? '' : ' among the rules'}`,
  );
}

function fromFiles(kind: ParamKind, ref: ParamRef, { params }: ParamSources): ParamsOfKind {
  const key = keyOfKind(kind);
  return (
    params.get(key) ?? { namespaced: namespacedKinds.has(key) || ref.namespace !== undefined, objects: [] }
  );
}

/** What is not known is no absence: `parameterNotFoundAction: Allow` does not reach it. */
function fromCluster(kind: ParamKind, ref: ParamRef, { storedParams }: ParamSources): ParamsOfKind | string {
  const stored = storedParams.get(keyOfQuery(toQuery(kind, ref)));
  if (stored?.known === true) return stored;
  return `the parameters of kind ${kind.kind} (${kind.apiVersion}) cannot be read: ${stored?.message ?? 'they were not asked for yet'}`;
}

const missing = (message: string): Params => ({ ok: false, message });
