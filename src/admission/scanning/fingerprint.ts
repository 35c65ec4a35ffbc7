/** Fingerprints: how a finding of one scan is recognised in the next, though lists moved, pods were replaced and other namespaces came. */
import { createHash } from 'node:crypto';
import { isObject, listAt, own, ownAt, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { Violation } from '../../k8s/violation.ts';
import type { FoundResource } from './finding.ts';

/**
 * 32 hexadecimal digits over: what was found by which rule, in which object, and what stands at the field. Neither the position in a list nor
 * the message count (a message names whatever namespace makes the best witness today), except for a guardrail, where the message is all there
 * is. Of a NetworkPolicy the pods it selects and the rule's ports belong to the fault: a policy that is opened further is a new finding. Pods of
 * one workload share theirs.
 */
export function fingerprintOf(
  violation: Violation,
  resource: FoundResource,
  object: JsonObject | undefined,
): string {
  const { code, rule, kind, field, message, policy } = violation;
  const parts = [
    [code, kind, rule],
    [resource.group, resource.kind, resource.namespace, lastingName(resource, object)],
    ...(kind === 'GuardrailPolicy' ? [[policy?.index ?? -1, message]] : []),
    object === undefined ? [] : faultAt(object, field),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** A pod of a workload is called by what made it, because its own name is another after every restart. */
function lastingName({ group, kind, name }: FoundResource, object: JsonObject | undefined): string {
  if (group !== '' || kind !== 'Pod') return name;
  const owner = listAt(object, 'metadata', 'ownerReferences').find(
    (one) => ownAt(one, 'controller') === true,
  );
  const ownerKind = stringAt(owner, 'kind');
  const ownerName = stringAt(owner, 'name');
  if (ownerKind === undefined || ownerName === undefined) return name;
  const hash = stringAt(object, 'metadata', 'labels', 'pod-template-hash');
  const generation = hash === undefined ? '' : `-${hash}`;
  const lasting =
    generation !== '' && ownerName.endsWith(generation) ? ownerName.slice(0, -generation.length) : ownerName;
  return `${ownerKind}/${lasting}`;
}

/** What stands at the field, and the way there without positions. */
function faultAt(object: JsonObject, field: string): readonly unknown[] {
  const tokens = field
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  const path: string[] = [];
  let at: unknown = object;
  for (const token of tokens) {
    const list = Array.isArray(at);
    at = Array.isArray(at) ? (at[Number(token)] as unknown) : isObject(at) ? own(at, token) : undefined;
    path.push(list ? `[${stringAt(at, 'name') ?? ''}]` : token);
  }
  const [spec, direction, index, , peer] = tokens;
  const ofRule = spec === 'spec' && (direction === 'ingress' || direction === 'egress');
  const rule = ofRule && peer !== undefined ? listAt(object, 'spec', direction)[Number(index)] : undefined;
  return [
    path,
    field === '' ? null : sorted(at),
    ...(ofRule ? [sorted(ownAt(object, 'spec', 'podSelector')), sorted(ownAt(rule, 'ports'))] : []),
  ];
}

/** The same value with the keys of its objects in order; null where there is none. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value ?? null;
  return Object.entries(value)
    .filter(([, one]) => one !== undefined && one !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => [key, sorted(one)]);
}
