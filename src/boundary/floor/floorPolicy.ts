/** The floor that a namespace must have: the one NetworkPolicy that isolates every pod in each limited direction (api.md 1). */
import type { JsonObject } from '../../k8s/json.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import type { Direction } from '../../k8s/networkPolicy.ts';
import { directions } from '../../k8s/networkPolicy.ts';
import { decodeNetworkPolicy } from '../../k8s/networkPolicyDecode.ts';
import { fullBudget } from '../../netpol/cover.ts';
import { floorName } from '../invariants/policies/floor.ts';
import { settingOf } from '../judge.ts';
import type { PolicyWorld } from '../judge.ts';
import { narrowDirection } from '../narrowing/narrow.ts';
import type { Guard } from '../ruleSet.ts';
import { writtenRule } from './writtenRule.ts';

/** What a namespace's floor should be. `cut`: the fields of `floor.allow` that the other Boundaries do not let into it. */
export interface WantedFloor {
  readonly directions: readonly Direction[];
  readonly policy: JsonObject;
  readonly cut: boolean;
}

/** The directions that a floor isolates: those for which some selecting Boundary has a limit or a `never`. */
export const floorDirections = ({ limits }: Guard): readonly Direction[] =>
  directions.filter((direction) => limits.some((limit) => limit.direction === direction));

/** Claims that Bulkhead writes the floor: some direction is limited, and some selecting Boundary says Create. */
export const writesFloor = (guard: Guard): boolean =>
  floorDirections(guard).length > 0 && guard.boundaries.some(({ floor }) => floor.mode === 'Create');

/**
 * The floor of a namespace, as it is stored: `floor.allow` of every selecting Boundary and the DNS peers, cut to what all of them allow. Undefined
 * where no direction is limited. What is too complex to be cut is left out: a floor may allow too little, never too much.
 */
export function wantedFloor(namespace: NamespaceFacts, world: PolicyWorld): WantedFloor | undefined {
  const { ruleSet } = world;
  const guard = ruleSet.guardOf(namespace);
  const isolated = floorDirections(guard);
  if (isolated.length === 0) return undefined;
  const whole = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: floorName, namespace: namespace.name },
    spec: {
      podSelector: {},
      policyTypes: isolated,
      ingress: isolated.includes('Ingress') ? allowed(guard, 'Ingress', namespace, world) : [],
      egress: isolated.includes('Egress') ? allowed(guard, 'Egress', namespace, world) : [],
    },
  };
  const policy = decodeNetworkPolicy(whole, { strict: false });
  const spec: Record<string, unknown> = { ...whole.spec };
  let cut = false;
  for (const direction of isolated) {
    const key = direction === 'Ingress' ? 'ingress' : 'egress';
    const narrowed = policy.ok
      ? narrowDirection(
          whole,
          policy.value,
          undefined,
          direction,
          guard.limits,
          settingOf(namespace, world),
          { left: fullBudget },
        )
      : 'tooComplex';
    if (narrowed === undefined) continue;
    cut = true;
    spec[key] = narrowed === 'tooComplex' ? [] : narrowed.rules;
  }
  return { directions: isolated, policy: { ...whole, spec }, cut };
}

/** The rules of one direction before they are cut. DNS joins where every Boundary that limits egress lets it. */
function allowed(
  { boundaries }: Guard,
  direction: Direction,
  namespace: NamespaceFacts,
  { ruleSet }: PolicyWorld,
): readonly JsonObject[] {
  const { surroundings } = ruleSet;
  const dnsJoins =
    direction === 'Egress' &&
    boundaries.every(({ limit, floor }) => limit.Egress === undefined || floor.allowDNS) &&
    boundaries.some(({ floor }) => floor.allowDNS);
  const rules = [
    ...(dnsJoins ? surroundings.dns : []),
    ...boundaries.flatMap(({ floor }) => floor.allow[direction]),
  ];
  const labels = new Map(namespace.labels).set(nameLabel, namespace.name);
  const written = rules.flatMap((rule) => writtenRule(rule, direction, labels, surroundings));
  return [...new Map(written.map((rule) => [JSON.stringify(rule), rule])).values()];
}
