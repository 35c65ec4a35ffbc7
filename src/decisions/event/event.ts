/** Writes the head of a decision's event as canonical text: who asked for what, what was found, and what was left out of it. */
import type { Attributes } from '../../k8s/attributes.ts';
import { stringAt } from '../../k8s/json.ts';
import type { PatchOperation } from '../../k8s/jsonPatch.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import type { Violation } from '../../k8s/violation.ts';
import { canonicalJson, quoted } from '../canonicalJson.ts';
import { recordVersion } from '../record.ts';
import type { RecordDoor, Verdict } from '../record.ts';
import type { Allowance } from './allowance.ts';
import { strings } from './head.ts';
import type { Head } from './head.ts';
import { instant } from './instant.ts';
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

/**
 * The canonical JSON of a `DecisionEvent` without `masked` and `subset`. It is written member by member in canonical order, because building an object and writing
 * that takes twice as long, and one is written for each decision.
 */
export function headOf(
  decided: Decided,
  allowance: Allowance,
  objectSha256: string | undefined,
  relations: Relations = {},
): Head {
  const { attributes, failure, violations, exceptions } = decided;
  const masked: string[] = [];
  const groups = groupsOf(attributes, allowance);
  if (groups.length < attributes.user.groups.length) masked.push('/user/groups');
  if (violations.length > mostFindings) masked.push('/violations');
  const patch = decided.patch.length === 0 ? '[]' : patchText(decided, allowance, masked);
  const upToKind =
    `{"apiVersion":"${recordVersion}"${optional('correlates', relations.correlates)}` +
    `,"decision":"${decided.decision}","decisionId":${quoted(decided.decisionId)},"door":"${decided.door}"` +
    `,"dryRun":${attributes.dryRun},"exceptions":${exceptions === undefined ? '[]' : strings(exceptions)}` +
    (failure === undefined
      ? ''
      : `,"failure":{"code":${quoted(failure.code)},"message":${quoted(failure.message)}}`) +
    `,"kind":"Decision"`;
  const upToSnapshot =
    optional('objectSha256', objectSha256) +
    `,"operation":"${attributes.operation}","patch":${patch},"resource":${resourceText(attributes)}` +
    `${optional('retryOf', relations.retryOf)},"rulesHash":${quoted(decided.rulesHash)}` +
    `,"snapshot":${snapshotText(decided.namespace)}`;
  const rest =
    optional('tenant', tenantOf(decided, allowance.tenantLabel)) +
    `,"time":"${instant(decided.millis)}","uid":${quoted(attributes.uid)}` +
    `,"user":{"groups":${strings(groups)},"username":${quoted(clip(attributes.user.username))}}` +
    `,"violations":${violations.length === 0 ? '[]' : canonicalJson(violations.slice(0, mostFindings))}` +
    `,"warnings":${strings(decided.warnings)}}`;
  const maskedAt = upToKind.length;
  const subsetAt = maskedAt + upToSnapshot.length;
  return { text: upToKind + upToSnapshot + rest, maskedAt, subsetAt, masked };
}

function groupsOf({ user }: Attributes, allowance: Allowance): readonly string[] {
  const allowed = user.groups.filter((group) => allowance.groups.has(group));
  return allowed.length === 0 ? allowed : allowed.slice(0, 100).map(clip);
}

/** The patch as text; what is left out of it is added to `masked`. */
function patchText({ patch, attributes }: Decided, allowance: Allowance, masked: string[]): string {
  const projection = new Projection(allowance);
  if (patch.length > mostOperations) projection.mask('/patch');
  const kept = recordedPatch(
    patch.slice(0, mostOperations),
    allowance.shapeOf(attributes.kind, attributes.resource),
    projection,
  );
  masked.push(...projection.masked);
  return kept;
}

const optional = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `,"${name}":${quoted(clip(value))}`;

const clip = (text: string): string => (text.length <= longestName ? text : text.slice(0, longestName));

function resourceText(attributes: Attributes): string {
  const { group, version, kind, subresource, namespace, name, object } = attributes;
  const generateName = name === '' ? stringAt(object, 'metadata', 'generateName') : undefined;
  return (
    `{${generateName === undefined ? '' : `"generateName":${quoted(clip(generateName))},`}"group":${quoted(clip(group))}` +
    `,"kind":${quoted(clip(kind))}${name === '' ? '' : `,"name":${quoted(clip(name))}`}` +
    `,"namespace":${quoted(clip(namespace))},"subresource":${quoted(clip(subresource))},"version":${quoted(clip(version))}}`
  );
}

function snapshotText(namespace: NamespaceFacts | undefined): string {
  const version = namespace?.resourceVersion;
  return version === undefined ? '{}' : `{"namespaceResourceVersion":${quoted(version)}}`;
}

/** The tenant of the namespace; of a Namespace object, the one that it asks for, or had. */
function tenantOf({ attributes, namespace }: Decided, label: string): string | undefined {
  if (attributes.kind === 'Namespace' && attributes.group === '') {
    const { object, oldObject } = attributes;
    return stringAt(object ?? oldObject, 'metadata', 'labels', label);
  }
  return namespace?.labels.get(label);
}
