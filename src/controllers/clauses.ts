/** What keeps a Boundary from being a proof: each clause of `Proven` (api.md 1) that is false or not known, in words. */
import { trustedKeys } from '../boundary/boundary.ts';
import type { Boundary } from '../boundary/boundary.ts';
import { floorDirections } from '../boundary/floor/floorPolicy.ts';
import { ownAt } from '../k8s/json.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import { protectedLabels } from './records.ts';
import type { RuleName } from './outside.ts';
import type { Surroundings } from './surroundings.ts';

/** What else may be known by other controllers: an empty list says that all is well. Absent clauses are told as not known. */
export interface FurtherClauses {
  /** Both webhooks are registered with failurePolicy Fail. */
  readonly registration?: () => readonly string[];
  /** A completed scan since start and since the last change of rules found nothing outside. */
  readonly scan?: (boundary: string) => readonly string[];
  /** Exceptions from a Boundary that are active, and policies that lived by one and are not narrowed yet. */
  readonly exceptions?: (boundary: string) => readonly string[];
  /** How many exceptions from a Boundary are active. */
  readonly activeExceptions?: (boundary: string) => number;
  /** How many stored objects break a rule; undefined where that is not known. */
  readonly violations?: (...rule: RuleName) => number | undefined;
  /** No kind of policy is served that nobody guards. */
  readonly kinds?: () => readonly string[];
  /** A network plugin is known to enforce. */
  readonly plugin?: () => readonly string[];
  /** Who enforces, and how that one reads what the API leaves open; told beside the clauses. */
  readonly network?: () => string | undefined;
}

const most = 3;
/** What was last heard of longer ago is not known. */
const staleMillis = 60_000;
const some = (names: readonly string[]): string =>
  names.length <= most
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;

/** The clauses that do not hold for a Boundary over the namespaces that it selects. */
export function falseClauses(
  boundary: Boundary,
  selected: readonly NamespaceFacts[],
  around: Surroundings,
  { missing, unseen }: FloorsSeen,
  further: FurtherClauses,
): readonly string[] {
  const { ruleSet } = around.rules();
  const { written } = ruleSet.surroundings;
  const attested = (facts: NamespaceFacts): boolean =>
    protectedLabels(facts, around).size > 0 &&
    ownAt(around.records.get(facts.name), 'spec', 'attested') === true;
  const unattested = selected.filter((facts) => !attested(facts)).map(({ name }) => name);
  const unprotected = [...trustedKeys(boundary)].filter((key) => !ruleSet.protectedKeys.has(key));
  const unknownRanges = (['podCIDRs', 'serviceCIDRs', 'nodeCIDRs'] as const).filter(
    (field) => written[field].length === 0,
  );
  return [
    ...(boundary.floor.mode === 'Create' ? [] : ['floor.mode is Audit']),
    ...(unseen.length === 0 ? [] : [unseenFloors(unseen)]),
    ...(missing.length === 0 ? [] : [`no floor in ${some(missing)}`]),
    ...(['Deny', 'Narrow'].includes(boundary.onExcess) ? [] : [`onExcess is ${boundary.onExcess}`]),
    ...loosenedSettings(boundary),
    ...(unprotected.length === 0 ? [] : [`labels not protected: ${some(unprotected)}`]),
    ...((around.records.age?.() ?? 0) <= staleMillis ? [] : ['not known whose labels are attested']),
    ...(unattested.length === 0 ? [] : [`not attested (bulkhead adopt): ${some(unattested)}`]),
    ...(unknownRanges.length === 0 ? [] : [`not configured: cluster.${some(unknownRanges)}`]),
    ...(further.registration?.() ?? ['not known whether both webhooks are registered']),
    ...(further.exceptions?.(boundary.name) ?? []),
    ...(further.scan?.(boundary.name) ?? ['what is stored was not scanned']),
    ...(further.kinds?.() ?? ['not known which kinds of policy are served']),
    ...(further.plugin?.() ?? ['not known whether the network plugin enforces']),
  ];
}

/** The namespaces that need a floor, by name: where it stands, where it does not, and where nobody knows. */
export interface FloorsSeen {
  readonly present: readonly string[];
  readonly missing: readonly string[];
  readonly unseen: readonly string[];
}

export function floorsSeen(
  selected: readonly NamespaceFacts[],
  { rules, floorOf }: Pick<Surroundings, 'rules' | 'floorOf'>,
  stands: (namespace: string) => boolean | undefined,
): FloorsSeen {
  const { ruleSet } = rules();
  const limited = selected.filter((facts) => floorDirections(ruleSet.guardOf(facts)).length > 0);
  const seen = Map.groupBy(
    limited.map(({ name }) => name),
    (name) => (floorOf(name) === 'unknown' ? 'unseen' : stands(name) === true ? 'present' : 'missing'),
  );
  const of = (state: keyof FloorsSeen): readonly string[] => seen.get(state) ?? [];
  return { present: of('present'), missing: of('missing'), unseen: of('unseen') };
}

export const unseenFloors = (names: readonly string[]): string =>
  `not known whether floors stand in ${some(names)}: last heard of too long ago, see that Bulkhead may list and watch networkpolicies`;

function loosenedSettings({ pods, otherPolicies }: Boundary): readonly string[] {
  const strict = { ...pods, otherPolicies };
  return Object.entries(strict)
    .filter(([, value]) => !['Deny', 'Drop', 'Gate'].includes(value))
    .map(([name, value]) => `${name === 'otherPolicies' ? name : `pods.${name}`} is ${value}`);
}
