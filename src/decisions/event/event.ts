/** Writes the head of a decision's event as canonical text: who asked for what, what was found, and what was left out of it. */
import type { Attributes } from '../../k8s/attributes.ts';
import { stringAt } from '../../k8s/json.ts';
import type { PatchOperation } from '../../k8s/jsonPatch.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import type { Violation } from '../../k8s/violation.ts';
import { canonicalJson } from '../canonicalJson.ts';
import { recordVersion } from '../record.ts';
import type { RecordDoor, Verdict } from '../record.ts';
import type { Allowance } from './allowance.ts';
import { strings } from './head.ts';
import type { Head } from './head.ts';
import { instant } from './instant.ts';
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
  const masked: string[] = [];
  const groups = groupsOf(attributes, allowance);
  if (groups.length < attributes.user.groups.length) masked.push('/user/groups');
  if (violations.length > mostFindings) masked.push('/violations');
  const patch = decided.patch.length === 0 ? undefined : patchText(decided, allowance, masked);
  output.begin();
  put(pieces.beginning);
  optional(pieces.correlates, relations.correlates);
  put(pieces.decision);
  output.quote(decided.decision);
  put(pieces.decisionId);
  output.quote(decided.decisionId);
  put(pieces.door);
  output.quote(decided.door);
  put(attributes.dryRun ? pieces.isDryRun : pieces.isNoDryRun);
  list(pieces.exceptions, decided.exceptions ?? none);
  if (failure !== undefined) {
    put(pieces.failure);
    output.quote(failure.code);
    put(pieces.message);
    output.quote(failure.message);
    output.add(closeObject);
  }
  put(pieces.kind);
  const maskedAt = output.used;
  optional(pieces.objectSha256, objectSha256);
  put(pieces.operation);
  output.quote(attributes.operation);
  put(pieces.patch);
  if (patch === undefined) put(pieces.emptyList);
  else output.write(patch);
  putResource(attributes);
  optional(pieces.retryOf, relations.retryOf);
  put(pieces.rulesHash);
  output.quote(decided.rulesHash);
  put(pieces.snapshot);
  optional(pieces.resourceVersion, decided.namespace?.resourceVersion);
  output.add(closeObject);
  const subsetAt = output.used;
  optional(pieces.tenant, tenantOf(decided, allowance.tenantLabel));
  put(pieces.time);
  output.quote(instant(decided.millis));
  put(pieces.uid);
  output.quote(attributes.uid);
  list(pieces.groups, groups);
  put(pieces.username);
  output.quote(clip(attributes.user.username));
  put(pieces.violations);
  if (violations.length === 0) put(pieces.emptyList);
  else output.write(canonicalJson(violations.slice(0, mostFindings)));
  list(pieces.warnings, decided.warnings);
  output.add(closeObject);
  return { bytes: output.kept(), maskedAt, subsetAt, masked };
}

/** What every head has, as bytes. */
const pieces = {
  beginning: Buffer.from(`{"apiVersion":"${recordVersion}"`),
  correlates: Buffer.from(',"correlates":'),
  decision: Buffer.from(',"decision":'),
  decisionId: Buffer.from(',"decisionId":'),
  door: Buffer.from(',"door":'),
  isDryRun: Buffer.from(',"dryRun":true'),
  isNoDryRun: Buffer.from(',"dryRun":false'),
  exceptions: Buffer.from(',"exceptions":'),
  failure: Buffer.from(',"failure":{"code":'),
  message: Buffer.from(',"message":'),
  kind: Buffer.from(',"kind":"Decision"'),
  objectSha256: Buffer.from(',"objectSha256":'),
  operation: Buffer.from(',"operation":'),
  patch: Buffer.from(',"patch":'),
  emptyList: Buffer.from('[]'),
  resource: Buffer.from(',"resource":{'),
  generateName: Buffer.from('"generateName":'),
  group: Buffer.from('"group":'),
  kindOfResource: Buffer.from(',"kind":'),
  name: Buffer.from(',"name":'),
  namespace: Buffer.from(',"namespace":'),
  subresource: Buffer.from(',"subresource":'),
  version: Buffer.from(',"version":'),
  retryOf: Buffer.from(',"retryOf":'),
  rulesHash: Buffer.from(',"rulesHash":'),
  snapshot: Buffer.from(',"snapshot":{'),
  resourceVersion: Buffer.from('"namespaceResourceVersion":'),
  tenant: Buffer.from(',"tenant":'),
  time: Buffer.from(',"time":'),
  uid: Buffer.from(',"uid":'),
  groups: Buffer.from(',"user":{"groups":'),
  username: Buffer.from(',"username":'),
  violations: Buffer.from('},"violations":'),
  warnings: Buffer.from(',"warnings":'),
} as const;
const closeObject = 0x7d;
const comma = 0x2c;
const none: readonly string[] = [];

const put = (piece: Buffer): void => {
  output.copy(piece, 0, piece.length);
};

function optional(name: Buffer, value: string | undefined): void {
  if (value === undefined) return;
  put(name);
  output.quote(clip(value));
}

function list(name: Buffer, all: readonly string[]): void {
  put(name);
  if (all.length === 0) put(pieces.emptyList);
  else output.write(strings(all));
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

const clip = (text: string): string => (text.length <= longestName ? text : text.slice(0, longestName));

function putResource({ group, version, kind, subresource, namespace, name, object }: Attributes): void {
  put(pieces.resource);
  const generateName = name === '' ? stringAt(object, 'metadata', 'generateName') : undefined;
  if (generateName !== undefined) {
    optional(pieces.generateName, generateName);
    output.add(comma);
  }
  optional(pieces.group, group);
  optional(pieces.kindOfResource, kind);
  if (name !== '') optional(pieces.name, name);
  optional(pieces.namespace, namespace);
  optional(pieces.subresource, subresource);
  optional(pieces.version, version);
  output.add(closeObject);
}

/** The tenant of the namespace; of a Namespace object, the one that it asks for, or had. */
function tenantOf({ attributes, namespace }: Decided, label: string): string | undefined {
  if (attributes.kind === 'Namespace' && attributes.group === '') {
    const { object, oldObject } = attributes;
    return stringAt(object ?? oldObject, 'metadata', 'labels', label);
  }
  return namespace?.labels.get(label);
}
