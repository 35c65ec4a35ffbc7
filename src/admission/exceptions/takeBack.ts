/** What must be taken back from a stored NetworkPolicy because exceptions that it was let in under have lapsed. */
import { judgePolicy, settingOf } from '../../boundary/judge.ts';
import { narrowDirection } from '../../boundary/narrowing/narrow.ts';
import type { NarrowedDirection } from '../../boundary/narrowing/narrow.ts';
import type { Attributes } from '../../k8s/attributes.ts';
import { applyPatch } from '../../k8s/jsonPatch.ts';
import type { PatchOperation } from '../../k8s/jsonPatch.ts';
import { isObject, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import { directions } from '../../k8s/networkPolicy.ts';
import { decodeNetworkPolicy } from '../../k8s/networkPolicyDecode.ts';
import { draw } from '../allowance.ts';
import { narrowingPatch } from '../narrow.ts';
import type { World } from '../world.ts';
import { exceptionsAbout } from './concerning.ts';
import { isMarkOf, readMark, remark } from './mark.ts';
import { policyGrants } from './policyGrants.ts';

/** `unreadable`, `tooComplex`: it cannot be told what is left; somebody must look at the policy. */
export type TakenBack =
  | {
      readonly due: 'now';
      readonly patch: readonly PatchOperation[];
      /** The names of the exceptions that lapsed. */
      readonly lapsed: readonly string[];
    }
  /** Nothing has lapsed; something will at `millis` since the epoch. */
  | { readonly due: 'later'; readonly millis: number }
  | { readonly due: 'never' }
  | { readonly due: 'unreadable' | 'tooComplex' };

/**
 * Of an exception that is still there as it was approved, exactly its flows are taken back. Where one is gone or changed nobody can tell what it allowed, so
 * then the policy is narrowed to its limits and to the exceptions that are in force.
 */
export function takeBack(stored: JsonObject, namespace: NamespaceFacts, world: World): TakenBack {
  const marks = readMark(stored);
  if (marks.length === 0) return { due: 'never' };
  const created = asCreated(stored, namespace.name);
  const about = exceptionsAbout(created, world);
  const holds = marks.map((mark) => about.find(({ exception }) => isMarkOf(mark, exception)));
  const lapsed = marks.filter((_, index) => holds[index]?.active !== true).map(({ name }) => name);
  if (lapsed.length === 0)
    return { due: 'later', millis: Math.min(...holds.map((one) => one?.exception.expiresAt ?? 0)) };
  const policy = decodeNetworkPolicy(stored, { strict: false });
  if (!policy.ok) return { due: 'unreadable' };
  const grants = policyGrants({ ...created, operation: 'UPDATE', oldObject: stored }, world);
  const { ruleSet } = world.rules;
  const around = { ruleSet, lookup: world.lookup, known: world.known };
  const setting = settingOf(namespace, around);
  const { limits } = ruleSet.guardOf(namespace, grants.flows);
  const old = holds.includes(undefined) ? undefined : policy.value;
  const budget = draw(world);
  const narrowed: NarrowedDirection[] = [];
  for (const direction of directions) {
    const part = narrowDirection(stored, policy.value, old, direction, limits, setting, budget);
    if (part === 'tooComplex') return { due: 'tooComplex' };
    if (part !== undefined) narrowed.push(part);
  }
  const patch = narrowingPatch(stored, policy.value, narrowed);
  const applied = applyPatch(stored, patch);
  const left = applied.ok ? decodeNetworkPolicy(applied.value, { strict: false }) : undefined;
  if (applied.ok && isObject(applied.value) && left?.ok === true) {
    const now = policyGrants(created, world);
    const active = { ...around, exceptions: now.flows };
    const judged = judgePolicy(left.value, undefined, namespace, active, draw(world));
    return {
      due: 'now',
      patch: [...patch, ...remark(applied.value, now.markFor(judged))],
      lapsed,
    };
  }
  return { due: 'unreadable' };
}

const asCreated = (stored: JsonObject, namespace: string): Attributes => ({
  uid: '',
  operation: 'CREATE',
  dryRun: false,
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  resource: 'networkpolicies',
  subresource: '',
  namespace,
  name: stringAt(stored, 'metadata', 'name') ?? '',
  user: { username: '', groups: [] },
  object: stored,
  oldObject: null,
});
