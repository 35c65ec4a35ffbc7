/** The NetworkPolicy that a function is asked about, read once a request, with what it might open. */
import { toJson } from '../../cel/json.ts';
import { type Value, Dictionary, isFields } from '../../cel/values/value.ts';
import { isMeasurable, policyFlows } from '../../boundary/policyFlows.ts';
import type { PolicySetting } from '../../boundary/policyFlows.ts';
import { isObject, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { Direction, NetworkPolicy } from '../../k8s/networkPolicy.ts';
import { decodeNetworkPolicy } from '../../k8s/networkPolicyDecode.ts';
import type { Flows } from '../../netpol/lift.ts';
import { Refusal, tooComplex } from './refusal.ts';

/** A policy in its namespace. */
export interface Subject {
  readonly policy: NetworkPolicy;
  readonly setting: PolicySetting;
  /** Everything it might open in a direction on some network plugin (the reading "may" of semantics.md 2.1). */
  readonly flows: (direction: Direction) => readonly Flows[];
}

/** Values in the arguments of one question; what has more is refused unread. */
export const mostValues = 20_000;

/**
 * Reads an argument. What is no NetworkPolicy, cannot be read or is too large to be judged is refused: nothing is ever assumed of it. A policy
 * that names no namespace is in that of the request.
 */
export function readSubject(
  value: Value,
  namespace: string,
  settingIn: (namespace: string) => PolicySetting,
): Subject | Refusal {
  const object = jsonOf(value);
  if (object instanceof Refusal) return object;
  if (!isNetworkPolicy(object))
    return new Refusal(`a NetworkPolicy is needed, this is ${kindOf(object)}; match networkpolicies only`);
  const decoded = decodeNetworkPolicy(object, { strict: false });
  if (!decoded.ok) {
    const [{ pointer = '', message } = { message: '' }] = decoded.issues;
    return new Refusal(`the NetworkPolicy cannot be read: ${pointer} ${message}`);
  }
  const policy = decoded.value;
  if (!isMeasurable(policy)) return tooComplex;
  const setting = settingIn(policy.metadata.namespace === '' ? namespace : policy.metadata.namespace);
  const kept = new Map<Direction, readonly Flows[]>();
  return {
    policy,
    setting,
    flows: (direction) => {
      const known = kept.get(direction) ?? policyFlows(policy, direction, 'may', setting);
      kept.set(direction, known);
      return known;
    },
  };
}

function jsonOf(value: Value): JsonObject | Refusal {
  if (value === null)
    return new Refusal(
      'a NetworkPolicy is needed, this is null: object is null in a deletion, oldObject in a creation; ask request.operation first',
    );
  if (isFields(value)) return value;
  const json = toJson(value);
  return json.ok && isObject(json.json)
    ? json.json
    : new Refusal('a NetworkPolicy is needed, this is no object');
}

const isNetworkPolicy = (object: JsonObject): boolean =>
  stringAt(object, 'kind') === 'NetworkPolicy' &&
  stringAt(object, 'apiVersion')?.startsWith('networking.k8s.io/') === true;

const kindOf = (object: JsonObject): string => {
  const kind = stringAt(object, 'kind') ?? '';
  return /^[A-Za-z]{1,63}$/.test(kind) ? `of kind ${kind}` : 'an object without a kind';
};

/** How many values a value holds, counted up to a little more than {@link mostValues}. */
export function sizeOf(value: Value): number {
  let count = 0;
  const visit = (one: unknown): void => {
    count += 1;
    if (typeof one !== 'object' || one === null || count > mostValues) return;
    if (Array.isArray(one)) one.forEach(visit);
    else if (one instanceof Dictionary) for (const [, held] of one.entries.values()) visit(held);
    else if (isObject(one)) for (const key of Object.keys(one)) visit(one[key]);
  };
  visit(value);
  return count;
}
