/** Decides a past request again under draft rules, or says that its record does not hold what they read. */
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import { trustedKeys } from '../../boundary/boundary.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { isObject, own } from '../../k8s/json.ts';
import type { Attributes } from '../../k8s/attributes.ts';
import { applyPatch } from '../../k8s/jsonPatch.ts';
import { selectorKeys } from '../../k8s/labelSelector.ts';
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import type { Violation } from '../../k8s/violation.ts';
import { fullBudget } from '../../netpol/cover.ts';
import { admit } from '../admit.ts';
import type { Decision } from '../decision.ts';
import { dependsOnNamespace, isPolicy } from '../evaluate.ts';
import { mark } from '../exceptions/judgeMark.ts';
import { verdictOf } from '../respond.ts';
import type { Verdict } from '../respond.ts';
import type { Rules } from '../rules.ts';
import { sceneOf } from '../scene.ts';
import type { World } from '../world.ts';
import type { Past } from './past.ts';
import { bareOf, missingOfBoundaries, missingOfMoment, unknownNamespace } from './unrecorded.ts';
import type { Missing } from './unrecorded.ts';
import { missingOfGuardrails } from './unrecordedReads.ts';

/** What counts of a verdict: an object that was patched was let in, and one that could not be judged was not. */
export type Standing = 'allowed' | 'warned' | 'denied';

/** The answer for one past decision. `decided` holds what the draft rules say of it. */
export type Replayed =
  | { readonly kind: 'same' }
  | {
      readonly kind: 'changed';
      readonly before: Standing;
      readonly after: Standing;
      /** What denies, or warns, now; where it is denied no longer, nothing. */
      readonly violations: readonly Violation[];
      readonly failure: string | undefined;
    }
  | { readonly kind: 'unknown'; readonly missing: readonly Missing[] };

export type Replay = (past: Past) => Replayed;

/** A function that replays under `rules`; `inventory` are the namespaces of that time, as far as they are known. */
export function replayer(rules: Rules, inventory: readonly NamespaceFacts[]): Replay {
  const stored = new Map(inventory.map((facts) => [facts.name, facts]));
  const remembered = new Map<string, NamespaceFacts>();
  const asked = namespaceKeys(rules);
  // A record names the tenant of its namespace: that is enough where no rule asks for another label.
  const tenantSuffices = [...asked].every((key) => key === rules.tenancy.tenantLabel || key === nameLabel);
  // A policy that itself asks for another protected label would find it on its own namespace, or not.
  const others = [...rules.ruleSet.protectedKeys].filter((key) => key !== rules.tenancy.tenantLabel);
  const asksForMore = (object: JsonObject | null): boolean => {
    if (object === null || others.length === 0) return false;
    const text = JSON.stringify(own(object, 'spec') ?? null);
    return others.some((key) => text.includes(key));
  };
  const ofRecord = ({ attributes: { namespace, object }, tenant }: Past): NamespaceFacts | undefined => {
    if (!tenantSuffices || tenant === undefined || namespace === '' || asksForMore(object)) return undefined;
    const key = `${namespace} ${tenant}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const labels = new Map([
      [rules.tenancy.tenantLabel, tenant],
      [nameLabel, namespace],
    ]);
    const facts = { name: namespace, labels, terminating: false };
    remembered.set(key, facts);
    return facts;
  };
  type FactsOf = (name: string) => NamespaceFacts | undefined;
  const factsAround = (past: Past): FactsOf => {
    const { namespace } = past.attributes;
    const here = stored.get(namespace) ?? ofRecord(past);
    return (name) => (name === namespace ? here : stored.get(name));
  };
  const worldOf = (past: Past, factsOf: FactsOf, missed: (name: string) => void): World => ({
    rules,
    lookup: (name) => {
      const facts = factsOf(name);
      if (facts === undefined) missed(name);
      return facts ?? 'unknown';
    },
    known: () => inventory,
    contentsOf: () => 'unavailable',
    orderedDeletion: true,
    budget: fullBudget,
    // An exception counts where it counted at that moment, as far as the draft holds it.
    now: Date.parse(past.time),
  });
  return (past) => {
    const { attributes } = past;
    const { namespace } = attributes;
    const missed = new Set<string>();
    const factsOf = factsAround(past);
    const world = worldOf(past, factsOf, (name) => missed.add(name));
    const general = [...missingOfMoment(past, world), ...missingOfBoundaries(past, world)];
    if (general.length > 0) return { kind: 'unknown', missing: general };
    missed.clear();
    const unknownHere = namespace !== '' && factsOf(namespace) === undefined;
    if (unknownHere && dependsOnNamespace(attributes, rules)) admit(attributes, bareOf(world), 'validate');
    if (missed.size > 0) return { kind: 'unknown', missing: [...missed].map(unknownNamespace) };
    const missing = missingOfGuardrails(past, world, {
      factsOf,
      isWhole: (name) => stored.has(name),
    });
    missed.clear();
    const { decision } = admit(remarked(attributes, world), world, 'validate');
    // The own namespace was looked at above; a name that a policy gives is looked up here.
    missed.delete(namespace);
    if (missed.size > 0) return { kind: 'unknown', missing: [...missed].map(unknownNamespace) };
    return missing.length > 0 && !deniedAnyway(decision, missing)
      ? { kind: 'unknown', missing }
      : compared(past, decision);
  };
}

/** The policy with the mark that the mutating webhook would have given it, where the draft has exceptions. */
function remarked(attributes: Attributes, world: World): Attributes {
  if (world.rules.exceptions.length === 0 || !isPolicy(attributes)) return attributes;
  const scene = sceneOf(attributes, world);
  if (!scene.ok) return attributes;
  const applied = applyPatch(attributes.object, mark(attributes, [], scene.scene, world));
  return applied.ok && isObject(applied.value) ? { ...attributes, object: applied.value } : attributes;
}

/** Claims that some rule denies of which everything is known that it reads. */
const deniedAnyway = ({ violations }: Decision, missing: readonly Missing[]): boolean =>
  violations.some(
    ({ action, rule }) => action === 'Deny' && missing.every((one) => one.rule !== '' && one.rule !== rule),
  );

function compared({ decision: was }: Past, decision: Decision): Replayed {
  const [before, after] = [standingOf(was), standingOf(verdictOf(decision))];
  if (before === after) return { kind: 'same' };
  const action = after === 'denied' ? 'Deny' : 'Warn';
  return {
    kind: 'changed',
    before,
    after,
    violations: decision.violations.filter((violation) => violation.action === action),
    failure: decision.failure?.code,
  };
}

function standingOf(verdict: Verdict): Standing {
  switch (verdict) {
    case 'allowed':
    case 'patched':
      return 'allowed';
    case 'warned':
      return 'warned';
    case 'denied':
    case 'errored':
      return 'denied';
  }
}

/** Labels of namespaces that the rules ask for. */
function namespaceKeys({ ruleSet, tenancy, guardrails }: Rules): ReadonlySet<string> {
  return new Set([
    ...ruleSet.boundaries.flatMap((boundary) => [
      ...trustedKeys(boundary),
      ...selectorKeys(boundary.selector),
      ...boundary.stampPods,
    ]),
    ...tenancy.podLabelGrants.flatMap(({ namespaceSelector }) => selectorKeys(namespaceSelector)),
    ...guardrails.all.flatMap(({ policy, bindings }) =>
      [policy.constraints, ...bindings.map(({ resources }) => resources)].flatMap((constraints) =>
        selectorKeys(constraints?.namespaceSelector),
      ),
    ),
  ]);
}
