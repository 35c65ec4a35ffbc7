/** Whether a request matches MatchResources, exactly as kube-apiserver decides it (admission/plugin/policy/matching, webhook/predicates). */
import type { Attributes } from '../k8s/attributes.ts';
import { type JsonObject, isObject, ownAt } from '../k8s/json.ts';
import { type Labels, selects } from '../k8s/labelSelector.ts';
import { type NamespaceFacts, type NamespaceLookup, nameLabel } from '../k8s/namespaceFacts.ts';
import type { MatchResources, ResourceRule } from './matchResources.ts';

/** Whether it matches, or why that cannot be told: a namespace that must be looked up and cannot be. */
export type Match =
  | { readonly kind: 'matched' }
  | { readonly kind: 'unmatched' }
  | { readonly kind: 'unknown'; readonly message: string };

const matched: Match = { kind: 'matched' };
const unmatched: Match = { kind: 'unmatched' };

/** An unknown namespace is told only where everything else matches, as in kube-apiserver. */
export function matches(constraints: MatchResources, attributes: Attributes, selectable: Selectable): Match {
  const { equivalent, excluded, rules, objectSelector, namespaceSelector } = constraints;
  if (excluded.length > 0 && someMatches(excluded, attributes, equivalent)) return unmatched;
  if (rules.length > 0 && !someMatches(rules, attributes, equivalent)) return unmatched;
  if (objectSelector !== undefined && !selectable.objects().some((labels) => selects(objectSelector, labels)))
    return unmatched;
  if (namespaceSelector === undefined) return matched;
  const labels = selectable.namespace();
  if (labels === 'any') return matched;
  if ('message' in labels) return labels;
  return selects(namespaceSelector, labels) ? matched : unmatched;
}

function someMatches(rules: readonly ResourceRule[], attributes: Attributes, equivalent: boolean): boolean {
  for (const rule of rules) if (ruleMatches(rule, attributes, equivalent)) return true;
  return false;
}

/** What the selectors of all policies look at in one request: read when the first of them asks, and once. */
export class Selectable {
  readonly #attributes: Attributes;
  readonly #lookup: NamespaceLookup;
  #objects: readonly Labels[] | undefined;
  #namespace: NamespaceLabels | undefined;

  constructor(attributes: Attributes, lookup: NamespaceLookup) {
    this.#attributes = attributes;
    this.#lookup = lookup;
  }

  /** The labels of the object and of the old object; one that is absent is never selected, not even by a selector of what is absent. */
  objects(): readonly Labels[] {
    const { object, oldObject } = this.#attributes;
    return (this.#objects ??= [object, oldObject].flatMap((one) => (one === null ? [] : [labelsOf(one)])));
  }

  /** The labels that namespace selectors look at; `any` where every selector selects. */
  namespace(): NamespaceLabels {
    return (this.#namespace ??= labelsAround(this.#attributes, this.#lookup));
  }
}

/** Labels, `any` for an object without a namespace, or why they are not known. */
export type NamespaceLabels = Labels | 'any' | (Match & { readonly kind: 'unknown' });

/** Groups of which v1 is the one version that is served: to a request in it no other is equivalent, so a rule of another matches nothing. */
const settled: ReadonlySet<string> = new Set(['', 'apps', 'batch']);

const comparesVersion = ({ group, version }: Attributes, equivalent: boolean): boolean =>
  !equivalent || (version === 'v1' && settled.has(group));

/** The version of the request does not count where other versions of a resource are equivalent. */
function ruleMatches(rule: ResourceRule, attributes: Attributes, equivalent: boolean): boolean {
  return (
    includes(rule.operations, attributes.operation) &&
    includes(rule.groups, attributes.group) &&
    (!comparesVersion(attributes, equivalent) || includes(rule.versions, attributes.version)) &&
    resourceMatches(rule, attributes) &&
    scopeMatches(rule.scope, attributes) &&
    (rule.names.length === 0 || rule.names.includes(attributes.name))
  );
}

function resourceMatches({ resources }: ResourceRule, attributes: Attributes): boolean {
  for (const { resource, subresource } of resources) {
    const fits = resource === attributes.resource || resource === '*';
    if (fits && (subresource === attributes.subresource || subresource === '*')) return true;
  }
  return false;
}

const includes = (patterns: readonly string[], value: string): boolean =>
  patterns.includes(value) || patterns.includes('*');

/** A Namespace carries its own name as its namespace, and is cluster-scoped all the same. */
export const isNamespaceResource = ({ group, resource }: Attributes): boolean =>
  group === '' && resource === 'namespaces';

function scopeMatches(scope: ResourceRule['scope'], attributes: Attributes): boolean {
  if (scope === '*') return true;
  const cluster = attributes.namespace === '' || isNamespaceResource(attributes);
  return cluster === (scope === 'Cluster');
}

/** A Namespace that is created or changed is selected by its own labels; other objects without a namespace always match. */
function labelsAround(attributes: Attributes, lookup: NamespaceLookup): NamespaceLabels {
  const { namespace, name, object, oldObject, operation, subresource } = attributes;
  const about = attributes.resource === 'namespaces';
  if (namespace === '' && !about) return 'any';
  if (about && subresource === '' && operation !== 'DELETE' && object !== null) return labelsOf(object);
  const wanted = namespace === '' ? name : namespace;
  const found = lookup(wanted);
  if (typeof found !== 'string') return labelsOfNamespace(found);
  if (about && oldObject !== null) return labelsOf(oldObject);
  const why = found === 'absent' ? 'does not exist' : 'could not be looked up';
  return {
    kind: 'unknown',
    message: `namespace "${wanted}" ${why}, and namespaceSelector needs its labels`,
  };
}

/** The API server labels every namespace with its own name, whether or not who told us of it knew. */
export const labelsOfNamespace = ({ name, labels }: NamespaceFacts): Labels =>
  labels.has(nameLabel) ? labels : new Map([...labels, [nameLabel, name]]);

/** The labels of an object; what is no string is no label. */
export function labelsOf(object: JsonObject): Labels {
  const labels = ownAt(object, 'metadata', 'labels');
  if (!isObject(labels)) return new Map();
  return new Map(
    Object.entries(labels).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value] as const] : [],
    ),
  );
}
