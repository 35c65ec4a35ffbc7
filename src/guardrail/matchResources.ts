/** MatchResources, decoded: which requests a policy or a binding is about. */
import { type Issue, type Read, sound, unsound } from '../config/issue.ts';
import { Decoder } from '../k8s/decoder.ts';
import { type LabelSelector, decodeSelector } from '../k8s/labelSelector.ts';
import type { MatchResourcesSpec, RuleSpec } from './schema.ts';

/** A resource of a rule: `pods/*` is resource `pods`, subresource `*`. */
export interface ResourcePattern {
  readonly resource: string;
  readonly subresource: string;
}

/** NamedRuleWithOperations. */
export interface ResourceRule {
  readonly groups: readonly string[];
  readonly versions: readonly string[];
  readonly operations: readonly string[];
  readonly resources: readonly ResourcePattern[];
  readonly scope: 'Cluster' | 'Namespaced' | '*';
  /** Empty: every name. */
  readonly names: readonly string[];
}

/** What must hold of a request. A selector that is undefined selects everything; no rules at all match everything. */
export interface MatchResources {
  readonly equivalent: boolean;
  readonly namespaceSelector: LabelSelector | undefined;
  readonly objectSelector: LabelSelector | undefined;
  readonly rules: readonly ResourceRule[];
  readonly excluded: readonly ResourceRule[];
}

/** Decodes and validates, with kube-apiserver's defaults (matchPolicy Equivalent, scope `*`) and its refusals. */
export function decodeMatchResources(spec: MatchResourcesSpec, pointer: string): Read<MatchResources> {
  const decoder = new Decoder();
  const namespaceSelector = selectorOf(decoder, spec.namespaceSelector, `${pointer}/namespaceSelector`);
  const objectSelector = selectorOf(decoder, spec.objectSelector, `${pointer}/objectSelector`);
  const rules = spec.resourceRules ?? [];
  const excluded = spec.excludeResourceRules ?? [];
  const issues: readonly Issue[] = [
    ...decoder.issues,
    ...rules.flatMap((rule, index) => faultsOf(rule, `${pointer}/resourceRules/${index}`)),
    ...excluded.flatMap((rule, index) => faultsOf(rule, `${pointer}/excludeResourceRules/${index}`)),
  ];
  if (issues.length > 0) return unsound(issues);
  return sound({
    equivalent: spec.matchPolicy !== 'Exact',
    namespaceSelector,
    objectSelector,
    rules: rules.map(decodeRule),
    excluded: excluded.map(decodeRule),
  });
}

function selectorOf(decoder: Decoder, value: unknown, pointer: string): LabelSelector | undefined {
  const selector = decodeSelector(decoder, value, pointer);
  return selector.matchLabels.size === 0 && selector.matchExpressions.length === 0 ? undefined : selector;
}

const decodeRule = (rule: RuleSpec): ResourceRule => ({
  groups: rule.apiGroups,
  versions: rule.apiVersions,
  operations: rule.operations,
  resources: rule.resources.map(patternOf),
  scope: rule.scope ?? '*',
  names: rule.resourceNames ?? [],
});

function patternOf(text: string): ResourcePattern {
  const slash = text.indexOf('/');
  return slash < 0
    ? { resource: text, subresource: '' }
    : { resource: text.slice(0, slash), subresource: text.slice(slash + 1) };
}

/** What kube-apiserver refuses in a rule (apis/admissionregistration/validation, validateRuleWithOperations). */
function faultsOf(rule: RuleSpec, pointer: string): readonly Issue[] {
  const issues: Issue[] = [];
  const report = (field: string, message: string): number =>
    issues.push({ code: 'guardrail.match', pointer: `${pointer}/${field}`, message });
  for (const field of ['apiGroups', 'apiVersions', 'operations', 'resources'] as const) {
    const values: readonly string[] = rule[field];
    if (values.length === 0) report(field, `${field} must name at least one; "*" means all`);
    if (field !== 'resources' && values.length > 1 && values.includes('*'))
      report(field, `"*" means all already; write it alone`);
    if (field !== 'apiGroups' && values.includes('')) report(field, 'an empty name matches nothing');
  }
  const names = rule.resourceNames ?? [];
  if (new Set(names).size < names.length) report('resourceNames', 'a name stands twice in this list');
  if (names.some((name) => name === '.' || name === '..' || /[/%]/.test(name)))
    report('resourceNames', 'a name may not be "." or ".." and may hold neither "/" nor "%"');
  const overlap = overlapOf(rule.resources);
  if (overlap !== undefined) report('resources', overlap);
  return issues;
}

/** validateResources: a wildcard beside what it covers already. */
function overlapOf(resources: readonly string[]): string | undefined {
  if (resources.length > 1 && resources.includes('*/*'))
    return '"*/*" means everything already; write it alone';
  const seen = new Set<string>();
  let plain = false;
  for (const text of resources) {
    const { resource, subresource } = patternOf(text);
    if (!text.includes('/')) {
      // As the API server has it, only the last resource without a subresource counts.
      plain = text !== '*';
      continue;
    }
    if (seen.has(`${resource}/*`) || seen.has(`*/${subresource}`))
      return `"${text.slice(0, 80)}" is covered already by another resource with "*"; remove it`;
    if (resource === '*' || subresource === '*') seen.add(text);
  }
  return resources.includes('*') && plain
    ? '"*" means every resource without its subresources already; remove the others'
    : undefined;
}
