/** Which namespaces a rule of Kyverno matches, as label selectors: one for each alternative, or why there is none. */
import { isObject, listAt, own, ownAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { nameLabel } from '../../k8s/namespaceFacts.ts';

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

const hasWildcard = (text: string): boolean => /[*?]/.test(text);

/** Never selects more namespaces than the rule matched: what cannot be said exactly is not converted. */
export function selectorsOf(rule: JsonObject): readonly object[] | string {
  const excluded = excludedBy(rule);
  if (typeof excluded === 'string') return excluded;
  const filters = filtersOf(own(rule, 'match'));
  if (typeof filters === 'string') return filters;
  const selectors: object[] = [];
  for (const filter of filters) {
    const matched = matchedBy(filter);
    if (typeof matched === 'string') return matched;
    const requirements = [...matched, ...excluded];
    selectors.push(requirements.length === 0 ? {} : { matchExpressions: requirements });
  }
  return selectors;
}

/** `resources` of each alternative: `any`, one of `all`, or the form without either. */
function filtersOf(match: unknown): readonly JsonObject[] | string {
  const anyOf = listAt(match, 'any');
  const allOf = listAt(match, 'all');
  if (anyOf.length > 0 && allOf.length > 0) return 'match has both any and all';
  if (allOf.length > 1) return 'match.all has several filters';
  const all = anyOf.length > 0 ? anyOf : allOf.length > 0 ? allOf : [match];
  const filters: JsonObject[] = [];
  for (const one of all) {
    if (!isObject(one)) return 'match has no resources';
    for (const field of ['subjects', 'roles', 'clusterRoles'])
      if (own(one, field) !== undefined)
        return `match.${field} cannot be converted: who creates a namespace is not in its labels`;
    const resources = own(one, 'resources');
    if (!isObject(resources)) return 'match has no resources';
    filters.push(resources);
  }
  return filters;
}

const isNamespaceKind = (kind: unknown): boolean =>
  kind === 'Namespace' || kind === 'v1/Namespace' || kind === '/v1/Namespace';

const isOtherKind = (kind: unknown): boolean =>
  typeof kind === 'string' && !hasWildcard(kind) && !kind.includes('Namespace');

function matchedBy(resources: JsonObject): readonly Requirement[] | string {
  if (!listAt(resources, 'kinds').some(isNamespaceKind)) return 'it matches no Namespace';
  for (const field of ['annotations', 'namespaceSelector', 'namespaces'])
    if (own(resources, field) !== undefined) return `match.resources.${field} cannot be converted`;
  const single = own(resources, 'name');
  const names = [...(single === undefined ? [] : [single]), ...listAt(resources, 'names')].map(String);
  const all = names.length === 0 || names.includes('*');
  if (!all && names.some(hasWildcard)) return 'names with wildcards cannot be converted';
  const requirements = requirementsOf(own(resources, 'selector'));
  if (typeof requirements === 'string') return requirements;
  return all ? requirements : [{ key: nameLabel, operator: 'In', values: names }, ...requirements];
}

/** Requirements that keep excluded namespaces out: one for each excluded filter, which may ask for one thing only. */
function excludedBy(rule: JsonObject): readonly Requirement[] | string {
  const exclude = own(rule, 'exclude');
  if (exclude === undefined) return [];
  const filters = listAt(exclude, 'any');
  const all =
    filters.length > 0 ? filters : listAt(exclude, 'all').length > 0 ? listAt(exclude, 'all') : [exclude];
  if (filters.length === 0 && all.length > 1) return 'exclude.all has several filters';
  const kept: Requirement[] = [];
  for (const one of all) {
    const resources = ownAt(one, 'resources');
    // What else is asked, such as who asks, narrows what is excluded: without it more namespaces would be left out.
    const asksMore = isObject(one) && Object.keys(one).some((key) => key !== 'resources');
    if (!isObject(resources) || asksMore) return 'exclude has something else than resources';
    const kinds = listAt(resources, 'kinds');
    if (kinds.length > 0 && kinds.every(isOtherKind)) continue;
    if (kinds.length > 0 && !kinds.some(isNamespaceKind)) return 'exclude cannot be converted exactly';
    const single = own(resources, 'name');
    const names = [...(single === undefined ? [] : [single]), ...listAt(resources, 'names')].map(String);
    const wanted = requirementsOf(own(resources, 'selector'));
    if (typeof wanted === 'string') return wanted;
    const known = ['kinds', 'names', 'name', 'selector'];
    if (Object.keys(resources).some((key) => !known.includes(key)) || names.some(hasWildcard))
      return 'exclude cannot be converted exactly';
    const both = [
      ...(names.length === 0 ? [] : [{ key: nameLabel, operator: 'In', values: names }]),
      ...wanted,
    ];
    const [only, ...more] = both;
    if (only === undefined || more.length > 0) return 'exclude asks for several things at once';
    kept.push(opposite(only));
  }
  return kept;
}

function opposite({ key, operator, values }: Requirement): Requirement {
  switch (operator) {
    case 'In':
      return { key, operator: 'NotIn', values: values ?? [] };
    case 'NotIn':
      return { key, operator: 'In', values: values ?? [] };
    case 'Exists':
      return { key, operator: 'DoesNotExist' };
    default:
      return { key, operator: 'Exists' };
  }
}

/** A label selector as requirements; `*` and `?*` as a value ask for the label alone. */
function requirementsOf(selector: unknown): readonly Requirement[] | string {
  if (selector === undefined) return [];
  const labels = ownAt(selector, 'matchLabels');
  const requirements: Requirement[] = [];
  for (const [key, value] of Object.entries(isObject(labels) ? labels : {})) {
    const text = String(value);
    if (hasWildcard(key) || (hasWildcard(text) && text !== '*'))
      return 'labels with wildcards cannot be converted';
    requirements.push(text === '*' ? { key, operator: 'Exists' } : { key, operator: 'In', values: [text] });
  }
  for (const one of listAt(selector, 'matchExpressions')) {
    const [key, operator] = [ownAt(one, 'key'), ownAt(one, 'operator')];
    const values = listAt(one, 'values').map(String);
    if (typeof key !== 'string' || typeof operator !== 'string' || values.some(hasWildcard))
      return 'a selector cannot be converted exactly';
    requirements.push(values.length === 0 ? { key, operator } : { key, operator, values });
  }
  return requirements;
}
