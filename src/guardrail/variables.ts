/** The variables that expressions of policies read: object, oldObject, request, namespaceObject and params. */
import { Failure, type Result } from '../cel/values/failure.ts';
import { LazyFields } from '../cel/values/lazy.ts';
import type { Value } from '../cel/values/value.ts';
import type { Attributes } from '../k8s/attributes.ts';
import { type JsonObject, isObject, own } from '../k8s/json.ts';
import type { NamespaceFacts, NamespaceLookup } from '../k8s/namespaceFacts.ts';
import { isNamespaceResource, labelsOf, labelsOfNamespace } from './match.ts';

/** The fields of AdmissionRequest that `request` has. Those that are empty are left out, as kube-apiserver does. */
const sentFields = [
  'kind',
  'resource',
  'subResource',
  'requestKind',
  'requestResource',
  'requestSubResource',
  'name',
  'namespace',
  'operation',
  'userInfo',
  'dryRun',
  'options',
] as const;

/** `request`: what the API server sent, or what it would have sent for these attributes. */
export function requestVariable(attributes: Attributes): JsonObject {
  const { request } = attributes;
  const told = request === undefined ? written(attributes) : request;
  const variable: Record<string, unknown> = {};
  for (const field of sentFields) {
    const value = own(told, field);
    if (value !== undefined && value !== '') variable[field] = value;
  }
  return variable;
}

function written(attributes: Attributes): JsonObject {
  const { group, version, kind, resource, subresource, name, namespace, operation, user, dryRun } =
    attributes;
  const ofKind = { group, version, kind };
  const ofResource = { group, version, resource };
  return {
    kind: ofKind,
    resource: ofResource,
    subResource: subresource,
    requestKind: ofKind,
    requestResource: ofResource,
    requestSubResource: subresource,
    name,
    namespace,
    operation,
    userInfo: { username: user.username, groups: user.groups },
    dryRun,
  };
}

/** The whole Namespace of a name, where it is at hand. */
export type NamespaceObjects = (name: string) => JsonObject | undefined;

/**
 * `namespaceObject`: null for Namespaces and objects without one. Where only facts are known it has `metadata.name` and `metadata.labels`; reading
 * any other field is an error there, never an absence: what is not known must not look like what is not set. Undefined where nothing is known.
 */
export function namespaceVariable(
  attributes: Attributes,
  lookup: NamespaceLookup,
  objects: NamespaceObjects,
): Value | JsonObject | undefined {
  const { namespace } = attributes;
  if (namespace === '' || isNamespaceResource(attributes)) return null;
  const whole = objects(namespace);
  if (whole !== undefined) return exposed(whole, namespace);
  const facts = lookup(namespace);
  return typeof facts === 'string' ? undefined : known(facts);
}

/** Metadata without managedFields, spec and status (CreateNamespaceObject). */
function exposed(whole: JsonObject, name: string): JsonObject {
  const metadata = own(whole, 'metadata');
  const entries = isObject(metadata) ? Object.entries(metadata) : [];
  const labels = [...labelsOfNamespace({ name, labels: labelsOf(whole), terminating: false })];
  return {
    metadata: Object.fromEntries([
      ...entries.filter(([key]) => !['managedFields', 'ownerReferences', 'selfLink'].includes(key)),
      ['labels', Object.fromEntries(labels)],
    ]),
    spec: own(whole, 'spec') ?? {},
    status: own(whole, 'status') ?? {},
  };
}

/** Made when an expression first reads it. */
function known(facts: NamespaceFacts): Value {
  const metadata = (): Value =>
    only('namespaceObject.metadata', (name) => {
      if (name === 'name') return facts.name;
      return name === 'labels' ? Object.fromEntries(labelsOfNamespace(facts)) : undefined;
    });
  let made: Value | undefined;
  return only('namespaceObject', (name) => (name === 'metadata' ? (made ??= metadata()) : undefined));
}

const only = (path: string, read: (name: string) => Value | undefined): Value =>
  new LazyFields(
    (name): Result =>
      read(name) ??
      new Failure(
        'unboundVariable',
        `${path}.${name} is not known here: only the name and the labels of a namespace are`,
      ),
  );

/** The same for every binding and parameter of a request, but for `params`. */
export interface RequestVariables {
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
  readonly request: JsonObject;
  readonly namespaceObject: Value | JsonObject | undefined;
}

/** Gathers the variables of a request. */
export const variablesOf = (
  attributes: Attributes,
  lookup: NamespaceLookup,
  objects: NamespaceObjects,
): RequestVariables => ({
  object: attributes.object,
  oldObject: attributes.oldObject,
  request: requestVariable(attributes),
  namespaceObject: namespaceVariable(attributes, lookup, objects),
});
