/** The floors that guarded namespaces must have: one policy `bulkhead-floor` that isolates every pod in each limited direction. */
import type { Boundary } from '../../boundary/boundary.ts';
import { floorName } from '../../boundary/invariants/policies/floor.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import type { Direction } from '../../k8s/networkPolicy.ts';
import { directions } from '../../k8s/networkPolicy.ts';
import { decodeNetworkPolicy } from '../../k8s/networkPolicyDecode.ts';
import type { Violation } from '../../k8s/violation.ts';
import { cubeOf, everyPod, within } from '../../netpol/cube.ts';
import type { Rules } from '../rules.ts';
import { toFinding } from './finding.ts';
import type { Finding } from './finding.ts';
import { tenantOfNamespace } from './stored.ts';

/** A guarded namespace, its floor where one is stored, and how many pods it holds. */
export interface Floored {
  readonly namespace: NamespaceFacts;
  readonly floor: JsonObject | undefined;
  readonly pods: number;
}

/**
 * `floor.missing` or `floor.incomplete`: denied where a Boundary writes floors (mode Create), audited where all that select the namespace only
 * tell (api.md 1). No union of other policies counts, since anybody may delete those. A namespace that is being deleted and holds no pod
 * needs none.
 */
export function judgeFloorOf({ namespace, floor, pods }: Floored, rules: Rules): readonly Finding[] {
  const { boundaries, limits } = rules.ruleSet.guardOf(namespace);
  const limited = directions.filter((direction) => limits.some((limit) => limit.direction === direction));
  if (limited.length === 0 || (namespace.terminating && pods === 0)) return [];
  const missing = floor === undefined ? limited : notIsolated(floor, limited);
  if (missing.length === 0) return [];
  const { action, rule } = judgeOf(boundaries);
  const words = missing.map((direction) => direction.toLowerCase()).join(' and ');
  const base = { rule, kind: 'Boundary', action, field: '' } as const;
  const tenant = tenantOfNamespace(namespace, rules);
  const apart = `so its pods are not isolated for ${words}`;
  if (floor === undefined) {
    const violation: Violation = {
      ...base,
      code: 'floor.missing',
      message: `namespace ${namespace.name} has no policy ${floorName}, ${apart}; let Bulkhead or an administrator write it`,
    };
    const resource = { group: '', version: 'v1', kind: 'Namespace', namespace: '', name: namespace.name };
    return [toFinding(violation, resource, tenant, undefined)];
  }
  const violation: Violation = {
    ...base,
    code: 'floor.incomplete',
    field: '/spec',
    message: `${floorName} of namespace ${namespace.name} leaves pods out, ${apart}; write podSelector: {} and policyTypes: [${limited.join(', ')}]`,
  };
  const resource = {
    group: 'networking.k8s.io',
    version: 'v1',
    kind: 'NetworkPolicy',
    namespace: namespace.name,
    name: floorName,
  };
  return [toFinding(violation, resource, tenant, floor)];
}

/** The directions in which a policy does not isolate every pod; all of them where it cannot be read. */
function notIsolated(floor: JsonObject, limited: readonly Direction[]): readonly Direction[] {
  const policy = decodeNetworkPolicy(floor, { strict: false });
  if (!policy.ok) return limited;
  const selected = cubeOf(policy.value.podSelector, everyPod);
  if (selected === undefined || !within(everyPod, selected)) return limited;
  return limited.filter((direction) => !policy.value.policyTypes.includes(direction));
}

/** One Boundary that says Create makes the floor required, whatever the others say. */
function judgeOf(boundaries: readonly Boundary[]): {
  readonly action: 'Deny' | 'Audit';
  readonly rule: string;
} {
  const creating = boundaries.find(({ floor }) => floor.mode === 'Create');
  return creating === undefined
    ? { action: 'Audit', rule: boundaries[0]?.name ?? '' }
    : { action: 'Deny', rule: creating.name };
}
