/** Makes the event of a decision: the allow-listed part of the request, what was found, and what was left out. */
import { hash } from 'node:crypto';
import type { Attributes } from '../../k8s/attributes.ts';
import { isObject, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { PatchOperation } from '../../k8s/jsonPatch.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import type { Violation } from '../../k8s/violation.ts';
import { recordVersion } from '../record.ts';
import type { DecisionEvent, RecordDoor, RecordedSnapshot, Verdict } from '../record.ts';
import type { Allowance } from './allowance.ts';
import { recordedPatch } from './patch.ts';
import { Projection } from './projection.ts';

/** One decision, as the server knows it before it answers. */
export interface Decided {
  readonly decisionId: string;
  /** Milliseconds since the epoch. */
  readonly millis: number;
  readonly door: RecordDoor;
  readonly attributes: Attributes;
  readonly decision: Verdict;
  readonly violations: readonly Violation[];
  readonly warnings: readonly string[];
  readonly patch: readonly PatchOperation[];
  readonly failure?: { readonly code: string; readonly message: string };
  readonly rulesHash: string;
  /** The namespace that the request is about, where it is known. */
  readonly namespace: NamespaceFacts | undefined;
  readonly exceptions?: readonly string[];
}

/** What earlier calls say about this one. */
export interface Relations {
  readonly retryOf?: string;
  readonly correlates?: string;
}

/** At most this many violations and patch operations are kept; `masked` says that there were more. */
const mostFindings = 50;
const mostOperations = 200;
/** Names that the API server would refuse are cut here; no legal one is as long. */
const longestName = 1024;

/** The event of a decision, with its members in canonical order. */
export function eventOf(
  decided: Decided,
  allowance: Allowance,
  objectSha256: string | undefined,
  relations: Relations = {},
): DecisionEvent {
  const { attributes, failure } = decided;
  const shape = allowance.shapeOf(attributes.kind);
  const projection = new Projection(allowance.annotations);
  const groups = attributes.user.groups.filter((group) => allowance.groups.has(group));
  if (groups.length < attributes.user.groups.length) projection.mask('/user/groups');
  if (decided.violations.length > mostFindings) projection.mask('/violations');
  if (decided.patch.length > mostOperations) projection.mask('/patch');
  const object = partOf(attributes.object, '/subset/object');
  const oldObject = partOf(attributes.oldObject, '/subset/oldObject');
  const patch = recordedPatch(decided.patch.slice(0, mostOperations), shape, projection);
  const tenant = tenantOf(decided, allowance.tenantLabel);
  return {
    apiVersion: recordVersion,
    ...(relations.correlates === undefined ? {} : { correlates: relations.correlates }),
    decision: decided.decision,
    decisionId: decided.decisionId,
    door: decided.door,
    dryRun: attributes.dryRun,
    exceptions: decided.exceptions ?? [],
    ...(failure === undefined ? {} : { failure: { code: failure.code, message: failure.message } }),
    kind: 'Decision',
    masked: projection.masked,
    ...(objectSha256 === undefined ? {} : { objectSha256 }),
    operation: attributes.operation,
    patch,
    resource: resourceOf(attributes),
    ...(relations.retryOf === undefined ? {} : { retryOf: relations.retryOf }),
    rulesHash: decided.rulesHash,
    snapshot: snapshotOf(decided.namespace),
    subset: {
      ...(object === undefined ? {} : { object }),
      ...(oldObject === undefined ? {} : { oldObject }),
    },
    ...(tenant === undefined ? {} : { tenant: clip(tenant) }),
    time: new Date(decided.millis).toISOString(),
    uid: attributes.uid,
    user: { groups: groups.slice(0, 100).map(clip), username: clip(attributes.user.username) },
    violations: decided.violations.slice(0, mostFindings),
    warnings: decided.warnings,
  };

  function partOf(value: JsonObject | null, pointer: string): JsonObject | undefined {
    if (value === null) return undefined;
    const part = projection.take(value, shape, pointer);
    return isObject(part) ? part : undefined;
  }
}

/**
 * SHA-256, in hex, of the JSON of the object (of oldObject at DELETE) as it was sent but for white space: canonical order would cost more than the decision.
 */
export function objectHash({ object, oldObject }: Attributes): string | undefined {
  const subject = object ?? oldObject;
  return subject === null ? undefined : hash('sha256', JSON.stringify(subject));
}

const clip = (text: string): string => (text.length <= longestName ? text : text.slice(0, longestName));

function resourceOf(attributes: Attributes): DecisionEvent['resource'] {
  const { group, version, kind, subresource, namespace, name, object } = attributes;
  const generateName = name === '' ? stringAt(object, 'metadata', 'generateName') : undefined;
  return {
    ...(generateName === undefined ? {} : { generateName: clip(generateName) }),
    group: clip(group),
    kind: clip(kind),
    ...(name === '' ? {} : { name: clip(name) }),
    namespace: clip(namespace),
    subresource: clip(subresource),
    version: clip(version),
  };
}

function snapshotOf(namespace: NamespaceFacts | undefined): RecordedSnapshot {
  const version = namespace?.resourceVersion;
  return version === undefined ? {} : { namespaceResourceVersion: version };
}

/** The tenant of the namespace; of a Namespace object, the one that it asks for, or had. */
function tenantOf({ attributes, namespace }: Decided, label: string): string | undefined {
  if (attributes.kind === 'Namespace' && attributes.group === '') {
    const { object, oldObject } = attributes;
    return stringAt(object ?? oldObject, 'metadata', 'labels', label);
  }
  return namespace?.labels.get(label);
}
