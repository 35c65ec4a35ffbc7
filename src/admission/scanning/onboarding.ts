/** Onboarding: what is stored in a namespace is judged when an administrator adds a protected label to it, and told as warnings (api.md 1). */
import { bringsUnderRules } from '../../boundary/invariants/namespaces/judgeNamespace.ts';
import type { Attributes } from '../../k8s/attributes.ts';
import { readNamespace } from '../../k8s/namespace.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { isSpent, promptBudget } from '../allowance.ts';
import type { Outcome } from '../decision.ts';
import type { StoredObjects, World } from '../world.ts';
import type { Finding } from './finding.ts';
import { podKind, policyKind } from './kinds.ts';
import { asCreated, judgeStored } from './stored.ts';

const mostTold = 10;

/** Judges one object a step, for who has other things to do in between; told `true`, it leaves what is left and says so. */
export type Telling<T> = Generator<undefined, T, boolean>;

/**
 * Adds to an allowed outcome what would be refused of the objects that its namespace holds, had they been created under its new labels. Only told:
 * it never denies, and what could not be read or judged is told too.
 */
export function* tellStored(outcome: Outcome, world: World): Telling<Outcome> {
  const { attributes, decision } = outcome;
  if (!decision.allowed || !bringsUnderRules(attributes, world.rules.tenancy)) return outcome;
  const stored = world.storedIn?.(attributes.name);
  if (stored === undefined) return outcome;
  const told = yield* warningsOf(attributes, stored, world);
  return told.length === 0
    ? outcome
    : { ...outcome, decision: { ...decision, warnings: [...decision.warnings, ...told] } };
}

/** A bug must not refuse what is only told of. */
function* warningsOf(
  { object }: Attributes,
  stored: StoredObjects,
  world: World,
): Telling<readonly string[]> {
  if (stored === 'unavailable')
    return ['what the namespace holds could not be read, so it was not judged; bulkhead scan tells it'];
  try {
    return yield* judged(object ?? {}, stored, world);
  } catch {
    return ['what the namespace holds could not be judged; please report this as a bug of Bulkhead'];
  }
}

function* judged(
  namespace: JsonObject,
  { policies, pods }: Exclude<StoredObjects, string>,
  world: World,
): Telling<readonly string[]> {
  const requests = [
    ...policies.objects.map((object) => asCreated(object, policyKind)),
    ...pods.objects.map((object) => asCreated(object, podKind)),
  ];
  const relabelled = relabelledWorld(namespace, world);
  const outside: string[] = [];
  let notJudged = policies.more + pods.more;
  for (const [at, request] of requests.entries()) {
    if (yield) {
      notJudged += requests.length - at;
      break;
    }
    // What is harder than a review on this thread may be is left to the scan.
    const seen = { ...relabelled, drawn: [] };
    const findings = judgeStored(request, seen, 'validate');
    if (isSpent(seen)) notJudged += 1;
    else outside.push(...toldOf(findings));
  }
  return [
    ...outside.slice(0, mostTold),
    ...(outside.length > mostTold ? [`and ${outside.length - mostTold} more: bulkhead scan`] : []),
    ...(notJudged > 0 ? [`objects that were not judged: ${notJudged} (bulkhead scan)`] : []),
  ];
}

/** One warning for an object, of the strictest that was found; what a rule only audits is not told. */
function toldOf(findings: readonly Finding[]): readonly string[] {
  const denied = findings.find(({ violation }) => violation.action === 'Deny');
  const found = denied ?? findings.find(({ violation }) => violation.action === 'Warn');
  if (found === undefined) return [];
  const { violation, resource } = found;
  const verb = found === denied ? ' would be denied' : '';
  return [`stored ${resource.kind} ${resource.name}${verb}: ${violation.message}`];
}

/** The world as it will be: the namespace has its new labels. Pods that are there need not wait for a floor, so none is asked for. */
function relabelledWorld(object: JsonObject, world: World): World {
  const { namespace } = readNamespace(object);
  const { name, labels } = namespace.metadata;
  const facts: NamespaceFacts = { name, labels, terminating: namespace.terminating };
  const known = [...world.known()].map((one) => (one.name === name ? facts : one));
  const { now, exceptionsOf, namespaceObjects } = world;
  return {
    rules: world.rules,
    lookup: (asked) => (asked === name ? facts : world.lookup(asked)),
    known: () => known,
    contentsOf: () => 'unavailable',
    orderedDeletion: world.orderedDeletion,
    budget: promptBudget,
    ...(now === undefined ? {} : { now }),
    ...(exceptionsOf === undefined ? {} : { exceptionsOf }),
    namespaceObjects: (asked) => (asked === name ? object : namespaceObjects?.(asked)),
  };
}
