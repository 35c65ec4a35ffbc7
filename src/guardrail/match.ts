/** Whether a request matches MatchResources, exactly as kube-apiserver decides it (admission/plugin/policy/matching, webhook/predicates). */
import type { Attributes } from '../k8s/attributes.ts';
import { type JsonObject, isObject, ownAt } from '../k8s/json.ts';
import { type LabelSelector, type Labels, selects } from '../k8s/labelSelector.ts';
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
export function matches(constraints: MatchResources, attributes: Attributes, lookup: NamespaceLookup): Match {
  const { equivalent, excluded, rules, objectSelector, namespaceSelector } = constraints;
  const fits = (rule: ResourceRule): boolean => ruleMatches(rule, attributes, equivalent);
  if (excluded.some(fits)) return unmatched;
  if (rules.length > 0 && !rules.some(fits)) return unmatched;
  if (objectSelector !== undefined && !selectsObject(objectSelector, attributes)) return unmatched;
  return namespaceSelector === undefined ? matched : matchNamespace(namespaceSelector, attributes, lookup);
}

/** The version of the request does not count where other versions of a resource are equivalent. */
function ruleMatches(rule: ResourceRule, attributes: Attributes, equivalent: boolean): boolean {
  return (
    includes(rule.operations, attributes.operation) &&
    includes(rule.groups, attributes.group) &&
    (equivalent || includes(rule.versions, attributes.version)) &&
    rule.resources.some(
      ({ resource, subresource }) =>
        (resource === '*' || resource === attributes.resource) &&
        (subresource === '*' || subresource === attributes.subresource),
    ) &&
    scopeMatches(rule.scope, attributes) &&
    (rule.names.length === 0 || rule.names.includes(attributes.name))
  );
}

const includes = (patterns: readonly string[], value: string): boolean =>
  patterns.includes('*') || patterns.includes(value);

/** A Namespace carries its own name as its namespace, and is cluster-scoped all the same. */
export const isNamespaceResource = ({ group, resource }: Attributes): boolean =>
  group === '' && resource === 'namespaces';

function scopeMatches(scope: ResourceRule['scope'], attributes: Attributes): boolean {
  if (scope === '*') return true;
  const cluster = attributes.namespace === '' || isNamespaceResource(attributes);
  return cluster === (scope === 'Cluster');
}

/** The object or the old object; one that is absent is never selected, not even by a selector of what is absent. */
const selectsObject = (selector: LabelSelector, { object, oldObject }: Attributes): boolean =>
  [object, oldObject].some((one) => one !== null && selects(selector, labelsOf(one)));

/** A Namespace that is created or changed is selected by its own labels; other objects without a namespace always match. */
function matchNamespace(selector: LabelSelector, attributes: Attributes, lookup: NamespaceLookup): Match {
  const { namespace, name, object, oldObject, operation, subresource } = attributes;
  const answer = (labels: Labels): Match => (selects(selector, labels) ? matched : unmatched);
  const about = attributes.resource === 'namespaces';
  if (namespace === '' && !about) return matched;
  if (about && subresource === '' && operation !== 'DELETE' && object !== null)
    return answer(labelsOf(object));
  const wanted = namespace === '' ? name : namespace;
  const found = lookup(wanted);
  if (about && typeof found === 'string' && oldObject !== null) return answer(labelsOf(oldObject));
  if (found === 'absent')
    return {
      kind: 'unknown',
      message: `namespace "${wanted}" does not exist, and namespaceSelector needs its labels`,
    };
  if (found === 'unknown')
    return {
      kind: 'unknown',
      message: `namespace "${wanted}" could not be looked up, and namespaceSelector needs its labels`,
    };
  return answer(labelsOfNamespace(found));
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
