/** Judges a NetworkPolicy against the limits of its namespace and says what it found in the words of the JSON contract. */
import type { NamespaceFacts, NamespaceLookup } from '../k8s/namespaceFacts.ts';
import type { Direction, NetworkPolicy } from '../k8s/networkPolicy.ts';
import type { Endpoint, Witness } from '../k8s/witness.ts';
import type { Action, Violation } from '../k8s/violation.ts';
import type { Budget } from '../netpol/cover.ts';
import { fullBudget } from '../netpol/cover.ts';
import { changedPart } from './before.ts';
import { describePeer, describeRule, describeSelector, fieldPath, plain } from './describe.ts';
import type { ExceptionFlows } from './exceptionFlows.ts';
import { exceptionsUsed } from './exceptionsUsed.ts';
import { excessOf } from './excess.ts';
import type { Excess } from './excess.ts';
import type { PolicySetting } from './policyFlows.ts';
import type { Guard, RuleSet } from './ruleSet.ts';
import { witnessOf } from './witness.ts';

/** What the judgement may look at: rules, look-ups that were certain, and live namespaces to make witnesses vivid. */
export interface PolicyWorld {
  readonly ruleSet: RuleSet;
  readonly lookup: NamespaceLookup;
  readonly known: () => Iterable<NamespaceFacts>;
  /** The exceptions of the policy's namespace that are about this policy; absent: none. */
  readonly exceptions?: readonly ExceptionFlows[];
}

export interface PolicyJudgement {
  readonly violations: readonly Violation[];
  readonly warnings: readonly string[];
  /** The names of the exceptions without which more would be outside. */
  readonly exceptions: readonly string[];
  /** An update that says what is stored: it passed without being compared, so it may hold what an exception that lapsed allowed. */
  readonly unchanged?: true;
}

/** What a policy is compared with and what is known around it. */
export function settingOf(namespace: NamespaceFacts, { ruleSet, lookup }: PolicyWorld): PolicySetting {
  const factsOf = (name: string): ReadonlyMap<string, string> | undefined => {
    const found = lookup(name);
    return typeof found === 'string' ? undefined : ruleSet.factsOf(found);
  };
  const guard = ruleSet.guardOf(namespace);
  return {
    namespace: namespace.name,
    facts: guard.facts,
    own: guard.own,
    factsOf,
    cluster: ruleSet.surroundings.ranges,
    pinsFor: (cube) => ruleSet.pinsFor(cube),
    ownPins: guard.pins,
  };
}

/**
 * Violations of a policy in its namespace. With `old` (an UPDATE) only what the old policy did not open is a violation; what it opened
 * already is a warning. An exhausted budget or a witness that fails its replay is a violation that denies, whatever the Boundary says.
 */
export function judgePolicy(
  policy: NetworkPolicy,
  old: NetworkPolicy | undefined,
  namespace: NamespaceFacts,
  world: PolicyWorld,
  budget: Budget = { left: fullBudget },
): PolicyJudgement {
  const { ruleSet, exceptions: granted = [] } = world;
  const guard = ruleSet.guardOf(namespace, granted);
  if (guard.limits.length === 0) return { violations: [], warnings: [], exceptions: [] };
  const setting = settingOf(namespace, world);
  const unchanged = granted.length > 0 && old !== undefined && isUnchanged(policy, old);
  const opened = unchanged ? [] : excessOf(policy, old, guard.limits, setting, budget);
  if (opened === 'tooComplex') return { violations: unproven(guard), warnings: [], exceptions: [] };
  const exceptions =
    granted.length === 0
      ? []
      : exceptionsUsed(policy, ruleSet.guardOf(namespace).limits, guard.limits, setting, budget);
  if (old === undefined || opened.length > 0) {
    const violations = opened.map((excess) => toViolation(excess, policy, namespace, world));
    return { violations, warnings: [], exceptions };
  }
  const whole = excessOf(policy, undefined, guard.limits, setting, budget);
  const warnings = whole === 'tooComplex' ? [] : storedExcess(whole);
  return { violations: [], warnings, exceptions, ...(unchanged ? { unchanged } : {}) };
}

/** An update of something else, such as a finalizer, passes even where an exception has lapsed: what is stored is narrowed by other means. */
const isUnchanged = (policy: NetworkPolicy, old: NetworkPolicy): boolean =>
  [changedPart(policy, old), changedPart(old, policy)].every(
    ({ ingress, egress }) => ingress.length === 0 && egress.length === 0,
  );

const storedExcess = (whole: readonly Excess[]): string[] => [
  ...new Set(
    whole.map(({ limit, field }) =>
      plain(`${fieldPath(field)} was already outside boundary "${limit.boundary.name}" and still is`),
    ),
  ),
];

function unproven({ boundaries }: Guard): Violation[] {
  return boundaries.map(({ name }) => ({
    code: 'boundary.unproven',
    rule: name,
    kind: 'Boundary',
    action: 'Deny',
    field: '/spec',
    message: `too complex to be proven inside boundary "${name}" within ${fullBudget} steps: write fewer or simpler rules, or several policies`,
  }));
}

const actionOf = { Deny: 'Deny', Narrow: 'Deny', Warn: 'Warn', Audit: 'Audit' } as const satisfies Record<
  string,
  Action
>;

function toViolation(
  excess: Excess,
  policy: NetworkPolicy,
  namespace: NamespaceFacts,
  { ruleSet, known }: PolicyWorld,
): Violation {
  const { limit, direction, field, never } = excess;
  const { witness, confirmed } = witnessOf(excess, policy, namespace, known(), ruleSet.surroundings);
  const base = { rule: limit.boundary.name, kind: 'Boundary', field } as const;
  const place = `${fieldPath(field)} ${describeField(policy, field, direction)}`.trim();
  if (!confirmed) {
    const message = `${place}: could not be confirmed to be inside or outside boundary "${limit.boundary.name}"; please report this as a bug of Bulkhead`;
    return { ...base, code: 'boundary.unproven', action: 'Deny', message };
  }
  const code = never === undefined ? `boundary.${direction.toLowerCase()}` : 'boundary.never';
  const against =
    never === undefined
      ? `boundary "${limit.boundary.name}" allows ${witness.outside.limit}`
      : `never: ${describeRule(never, direction)}`;
  return {
    ...base,
    code,
    action: actionOf[limit.boundary.onExcess],
    message: plain(`${place}: ${sentence(witness, excess, namespace)}; ${against}`, 700),
    witness,
  };
}

function describeField(policy: NetworkPolicy, field: string, direction: Direction): string {
  for (const rule of [...policy.ingress, ...policy.egress]) {
    if (rule.field === field) return direction === 'Egress' ? 'to anywhere' : 'from anywhere';
    for (const peer of rule.peers) if (peer.field === field) return describePeer(peer);
  }
  return '';
}

/** `pods in payments could reach 169.254.169.254 on TCP 80`. */
function sentence(witness: Witness, { direction, flows }: Excess, namespace: NamespaceFacts): string {
  const connection =
    witness.protocol === 'OTHER'
      ? 'other protocols such as ICMP'
      : `${witness.protocol} ${witness.port ?? 'any port'}`;
  const subject = flows.box.subject.size === 0 ? 'pods' : 'the selected pods';
  const inside = `${subject} in ${namespace.name}`;
  const peer = describeEnd(direction === 'Egress' ? witness.destination : witness.source, namespace);
  return direction === 'Egress'
    ? `${inside} could reach ${peer} on ${connection}`
    : `${peer} could reach ${inside} on ${connection}`;
}

function describeEnd(end: Endpoint, namespace: NamespaceFacts): string {
  if ('ip' in end) return end.ip;
  const labels = (map: { readonly [key: string]: string }): string =>
    describeSelector({ matchLabels: new Map(Object.entries(map)), matchExpressions: [] });
  const pod = Object.keys(end.podLabels).length === 0 ? 'a pod' : `a pod ${labels(end.podLabels)}`;
  if (end.namespace === namespace.name) return `${pod} of its own namespace`;
  const known = Object.keys(end.namespaceLabels).length === 0 ? '' : ` ${labels(end.namespaceLabels)}`;
  return `${pod} in namespace ${end.namespace}${known}`;
}
