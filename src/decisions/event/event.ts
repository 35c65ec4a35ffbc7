/** Writes the head of a decision's event as canonical text: who asked for what, what was found, and what was left out of it. */
import type { Attributes } from '../../k8s/attributes.ts';
import { stringAt } from '../../k8s/json.ts';
import type { PatchOperation } from '../../k8s/jsonPatch.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import type { Violation } from '../../k8s/violation.ts';
import { canonicalJson, quoted } from '../canonicalJson.ts';
import type { RecordDoor, Verdict } from '../record.ts';
import type { Allowance } from './allowance.ts';
import { strings } from './head.ts';
import type { Head } from './head.ts';
import { instant } from './instant.ts';
import { fill } from './layout.ts';
import type { Values } from './layout.ts';
import { Output } from './output.ts';
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
  readonly failure?: { readonly code: string; readonly message: string } | undefined;
  readonly rulesHash: string;
  /** The namespace that the request is about, where it is known. */
  readonly namespace: NamespaceFacts | undefined;
  readonly exceptions?: readonly string[] | undefined;
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
export const longestName = 1024;

/** One head at a time. */
const output = new Output();

/**
 * The canonical JSON of a `DecisionEvent` without `masked` and `subset`. It is written member by member in canonical order, and as bytes: building an object and writing
 * that takes twice as long, texts that are added to each other are written once more for the hash and once more for the writer, and one is made for each decision.
 */
export function headOf(
  decided: Decided,
  allowance: Allowance,
  objectSha256: string | undefined,
  relations: Relations = {},
): Head {
  const { attributes, failure, violations } = decided;
  const { group, version, kind, subresource, namespace, name } = attributes;
  const masked: string[] = [];
  const groups = groupsOf(attributes, allowance);
  if (groups.length < attributes.user.groups.length) masked.push('/user/groups');
  if (violations.length > mostFindings) masked.push('/violations');
  const tenant = tenantOf(decided, allowance.tenantLabel);
  const values: Values = [
    '',
    relations.correlates,
    decided.decision,
    decided.decisionId,
    decided.door,
    attributes.dryRun ? 'true' : 'false',
    strings(decided.exceptions ?? none),
    failureText(failure),
    '',
    objectSha256,
    attributes.operation,
    patchText(decided, allowance, masked),
    generateNameText(attributes),
    clip(group),
    clip(kind),
    name === '' ? undefined : clip(name),
    clip(namespace),
    clip(subresource),
    clip(version),
    '',
    relations.retryOf,
    decided.rulesHash,
    snapshotText(decided.namespace),
    tenant === undefined ? undefined : clip(tenant),
    instant(decided.millis),
    attributes.uid,
    strings(groups),
    clip(attributes.user.username),
    violations.length === 0 ? '[]' : canonicalJson(violations.slice(0, mostFindings)),
    strings(decided.warnings),
    '',
  ];
  output.begin();
  const { maskedAt, subsetAt } = fill(output, values);
  return { bytes: output.kept(), maskedAt, subsetAt, masked };
}

const none: readonly string[] = [];

const failureText = (failure: Decided['failure']): string | undefined =>
  failure === undefined ? undefined : `{"code":${quoted(failure.code)},"message":${quoted(failure.message)}}`;

function groupsOf({ user }: Attributes, allowance: Allowance): readonly string[] {
  const allowed = user.groups.filter((group) => allowance.groups.has(group));
  return allowed.length === 0 ? allowed : allowed.slice(0, 100).map(clip);
}

/** The patch as text; what is left out of it is added to `masked`. */
function patchText({ patch, attributes }: Decided, allowance: Allowance, masked: string[]): string {
  if (patch.length === 0) return '[]';
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

const clip = (text: string): string => (text.length <= longestName ? text : text.slice(0, longestName));

/** With the comma behind it; nothing where the object has a name already. */
function generateNameText({ name, object }: Attributes): string {
  const generateName = name === '' ? stringAt(object, 'metadata', 'generateName') : undefined;
  return generateName === undefined ? '' : `"generateName":${quoted(clip(generateName))},`;
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
