/** Which of the kinds that an API server serves are looked at, and which of them can open a network past every Boundary. */
import { isNamedLikePolicy, otherPolicyKinds } from '../../boundary/invariants/policies/otherPolicyKinds.ts';
import type { ResourceRule } from '../../guardrail/matchResources.ts';
import type { Violation } from '../../k8s/violation.ts';
import type { Rules } from '../rules.ts';
import { toFinding } from './finding.ts';
import type { Finding } from './finding.ts';
import type { StoredKind } from './stored.ts';

/** A kind that can be listed, at one version. `preferred`: the version that the server prefers for its group. */
export interface ServedKind extends StoredKind {
  readonly preferred: boolean;
  /** Objects of it can be created and listed; only then can there be any that a webhook would have seen. */
  readonly storable: boolean;
}

export const namespaceKind: StoredKind = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  resource: 'namespaces',
  namespaced: false,
};
export const podKind: StoredKind = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  resource: 'pods',
  namespaced: true,
};
export const policyKind: StoredKind = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  resource: 'networkpolicies',
  namespaced: true,
};

const basic: readonly StoredKind[] = [namespaceKind, policyKind, podKind];

type Named = Pick<StoredKind, 'group' | 'resource'>;
const same = (a: Named, b: Named): boolean => a.group === b.group && a.resource === b.resource;

/**
 * The kinds to list, each at one version: Namespaces, NetworkPolicies and Pods, then the other policy kinds and those that some guardrail is
 * about, as far as they are served.
 */
export function kindsToScan(served: readonly ServedKind[], rules: Rules): readonly StoredKind[] {
  const chosen: StoredKind[] = [...basic];
  const patterns = guardrailRules(rules);
  const others = rules.ruleSet.boundaries.length > 0 ? otherPolicyKinds : [];
  for (const kind of inOrderOfChoice(served, patterns)) {
    if (!kind.storable || chosen.some((one) => same(one, kind))) continue;
    const wanted = others.some((one) => same(one, kind)) || patterns.some((rule) => isAbout(rule, kind));
    if (wanted) chosen.push(kind);
  }
  return chosen;
}

/** Claims that a Boundary judges objects of a kind, so that nothing is proven before they were looked at. */
export const isJudgedByBoundaries = (kind: StoredKind): boolean =>
  [...basic, ...otherPolicyKinds].some((one) => same(one, kind));

/** Claims that the GuardrailPolicy of that name judges objects of a kind. */
export const isGuardrailAbout = (kind: StoredKind, name: string, { guardrails }: Rules): boolean =>
  guardrails.all.some(
    ({ policy }) => policy.name === name && policy.constraints.rules.some((rule) => isAbout(rule, kind)),
  );

/** A version that a guardrail names comes before the one that the server prefers: its expressions were written for that form. */
function inOrderOfChoice(
  served: readonly ServedKind[],
  patterns: readonly ResourceRule[],
): readonly ServedKind[] {
  const rank = (kind: ServedKind): number => {
    const named = patterns.some((rule) => isAbout(rule, kind) && rule.versions.includes(kind.version));
    return named ? 0 : kind.preferred ? 1 : 2;
  };
  return served.toSorted((a, b) => rank(a) - rank(b));
}

const guardrailRules = ({ guardrails }: Rules): readonly ResourceRule[] =>
  guardrails.all.flatMap(({ policy }) =>
    policy.constraints.rules.filter(
      ({ operations }) => operations.includes('*') || operations.includes('CREATE'),
    ),
  );

const isAbout = ({ groups, resources }: ResourceRule, { group, resource }: StoredKind): boolean =>
  (groups.includes('*') || groups.includes(group)) &&
  resources.some(
    (one) =>
      (one.resource === '*' || one.resource === resource) &&
      (one.subresource === '' || one.subresource === '*'),
  );

/**
 * `otherPolicies.served`: kinds that allow traffic and that no Boundary keeps out: those that some Boundary allows, and those that Bulkhead does
 * not know but whose name says what they are. Warnings, for a kind that is served opens nothing yet.
 */
export function judgeServed(served: readonly ServedKind[], rules: Rules): readonly Finding[] {
  const { boundaries } = rules.ruleSet;
  if (boundaries.length === 0) return [];
  const seen: StoredKind[] = [];
  return served.flatMap((kind): readonly Finding[] => {
    if (!kind.storable || kind.group === 'networking.k8s.io' || seen.some((one) => same(one, kind)))
      return [];
    seen.push(kind);
    const known = otherPolicyKinds.some((one) => same(one, kind));
    if (!known) return isNamedLikePolicy(kind.kind) ? [unguarded(kind, '', unknownKind)] : [];
    const lax = boundaries.find(({ otherPolicies }) => otherPolicies === 'Allow');
    return lax === undefined
      ? []
      : [unguarded(kind, lax.name, 'a Boundary allows it (otherPolicies: Allow)')];
  });
}

const unknownKind = 'it is none of the kinds that Bulkhead keeps out';

function unguarded(kind: StoredKind, rule: string, why: string): Finding {
  const violation: Violation = {
    code: 'otherPolicies.served',
    rule,
    kind: rule === '' ? 'Configuration' : 'Boundary',
    action: 'Warn',
    field: '',
    message: `policies of kind ${kind.kind} (${kind.group}) can be written, and ${why}: they may open what NetworkPolicies do not`,
  };
  const resource = {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    kind: 'CustomResourceDefinition',
    namespace: '',
    name: `${kind.resource}.${kind.group}`,
  };
  return toFinding(violation, resource, undefined, undefined);
}
