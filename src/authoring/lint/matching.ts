/** Lints which requests a guardrail matches: none, all, resources that there are not, rules that say the same twice. */
import { guessResource, knownKinds } from '../../admission/manifests/kinds.ts';
import type { Document } from '../../config/document.ts';
import { nearest } from '../../config/suggestion.ts';
import type { MatchResources, ResourceRule } from '../../guardrail/matchResources.ts';
import type { LabelSelector } from '../../k8s/labelSelector.ts';
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import * as cubes from '../../netpol/cube.ts';
import type { Finding, Severity } from '../finding.ts';
import { findingAt } from '../finding.ts';
import type { Protection } from './trust.ts';
import { unprotectedKeys } from './trust.ts';

/** What is odd about constraints that stand at a pointer. */
export function lintMatching(
  document: Document,
  constraints: MatchResources,
  pointer: string,
  protection: Protection,
): readonly Finding[] {
  const { namespaceSelector, objectSelector, rules, excluded } = constraints;
  const at = (field: string, severity: Severity, code: string, message: string): Finding =>
    findingAt(document, `${pointer}/${field}`, { severity, code, message }, 'key');
  const trusted = (selector: LabelSelector | undefined, field: string): readonly Finding[] =>
    unprotectedKeys(
      selector,
      `${pointer}/${field}`,
      field === 'objectSelector' ? protection.podLabels : new Set([...protection.namespaceLabels, nameLabel]),
    ).map(({ key, pointer: place, part }) => {
      const message = `the label "${key.slice(0, 80)}" is not protected, so who writes it decides whether this rule applies; use a protected label, or match conditions on what matters`;
      return findingAt(
        document,
        place,
        { severity: 'warning', code: 'guardrail.unprotectedLabel', message },
        part,
      );
    });
  return [
    ...impossible(namespaceSelector, cubes.everyNamespace, 'namespaceSelector'),
    ...impossible(objectSelector, cubes.everyPod, 'objectSelector'),
    ...trusted(namespaceSelector, 'namespaceSelector'),
    ...trusted(objectSelector, 'objectSelector'),
    ...rules.flatMap((rule, index) => lintRule(rule, index)),
  ];

  function impossible(
    selector: LabelSelector | undefined,
    start: cubes.Cube,
    field: string,
  ): readonly Finding[] {
    if (selector === undefined || cubes.cubeOf(selector, start) !== undefined) return [];
    const message =
      'the selector contradicts itself, so the rule never applies; remove one of the requirements';
    return [at(field, 'error', 'selector.contradiction', message)];
  }

  function lintRule(rule: ResourceRule, index: number): readonly Finding[] {
    const field = `resourceRules/${index}`;
    const place = (severity: Severity, code: string, message: string): Finding =>
      findingAt(document, `${pointer}/${field}`, { severity, code, message });
    const unknown = unknownResources(rule).map(({ at: position, message }) =>
      findingAt(document, `${pointer}/${field}/resources/${position}`, {
        severity: 'warning',
        code: 'guardrail.unknownResource',
        message,
      }),
    );
    if (excluded.some((other) => isWithin(rule, other))) {
      const message =
        'excludeResourceRules takes all of this out again, so it matches nothing; remove one of the two';
      return [...unknown, place('error', 'guardrail.neverMatches', message)];
    }
    if (contradictsScope(rule)) {
      const message = `no resource of this rule is ${rule.scope === 'Cluster' ? 'cluster-scoped' : 'in a namespace'}, so it matches nothing; change scope`;
      return [...unknown, place('error', 'guardrail.neverMatches', message)];
    }
    const by = rules.findIndex(
      (other, position) =>
        position !== index && isWithin(rule, other) && (position < index || !isWithin(other, rule)),
    );
    if (by >= 0) {
      const message = `resourceRules[${by}] matches all that this rule matches; remove it`;
      return [...unknown, place('warning', 'guardrail.shadowed', message)];
    }
    if (!isWithin(everything, rule)) return unknown;
    const message =
      'it matches every request, also leases, events and access reviews, which are most of them; name the groups and resources that it is about';
    return [place('warning', 'guardrail.matchesEverything', message)];
  }
}

const everything: ResourceRule = {
  groups: ['*'],
  versions: ['*'],
  operations: ['*'],
  resources: [{ resource: '*', subresource: '' }],
  scope: '*',
  names: [],
};

/** Whether every request that matches `a` matches `b`. */
function isWithin(a: ResourceRule, b: ResourceRule): boolean {
  const covered = (some: readonly string[], all: readonly string[]): boolean =>
    all.includes('*') || some.every((one) => all.includes(one));
  return (
    covered(a.groups, b.groups) &&
    covered(a.versions, b.versions) &&
    covered(a.operations, b.operations) &&
    (b.scope === '*' || a.scope === b.scope) &&
    (b.names.length === 0 || (a.names.length > 0 && covered(a.names, b.names))) &&
    a.resources.every((one) =>
      b.resources.some(
        (other) =>
          (other.resource === '*' || other.resource === one.resource) &&
          (other.subresource === '*' || other.subresource === one.subresource),
      ),
    )
  );
}

/** Resources of groups whose kinds are all known, where something near is meant. */
function unknownResources({ groups, resources }: ResourceRule): readonly { at: number; message: string }[] {
  const known = knownKinds.filter(({ group }) => groups.includes(group));
  if (groups.includes('*') || groups.some((group) => !knownKinds.some((kind) => kind.group === group)))
    return [];
  const plurals = new Set(known.map(({ resource }) => resource));
  return resources.flatMap(({ resource }, at) => {
    if (resource === '*' || plurals.has(resource)) return [];
    const singular = known.find(
      ({ kind }) =>
        kind.toLowerCase() === resource.toLowerCase() || guessResource(kind) === resource.toLowerCase(),
    );
    const meant = singular?.resource ?? nearest(resource, plurals);
    if (meant === undefined) return [];
    const message = `there is no resource "${resource.slice(0, 80)}" in ${groups.map((group) => group || 'the core group').join(', ')}; did you mean "${meant}"?`;
    return [{ at, message }];
  });
}

/** Whether every resource is known to be of the other scope. */
function contradictsScope({ groups, resources, scope }: ResourceRule): boolean {
  if (scope === '*' || groups.includes('*')) return false;
  return resources.every(({ resource }) => {
    const kinds = knownKinds.filter((kind) => groups.includes(kind.group) && kind.resource === resource);
    return kinds.length > 0 && kinds.every(({ namespaced }) => namespaced === (scope === 'Cluster'));
  });
}
