/** A GuardrailException as it is stored: what it lets through, for whom and how long, and what its approver said (api.md 3). */
import { createHash } from 'node:crypto';
import type { Issue, Read } from '../../config/issue.ts';
import { sound, unsound } from '../../config/issue.ts';
import { readSchema } from '../../config/readSchema.ts';
import { Decoder } from '../../k8s/decoder.ts';
import { isObject, own, ownAt, stringAt } from '../../k8s/json.ts';
import { decodeSelector } from '../../k8s/labelSelector.ts';
import type { LabelSelector } from '../../k8s/labelSelector.ts';
import { exceptionSpecSchema } from '../exceptionSchema.ts';
import { decodeBothWays } from '../limitRule.ts';
import type { BothWays } from '../limitRule.ts';

/** Who created an exception; only the mutating webhook writes it. */
export const creatorAnnotation = 'bulkhead.dev/created-by';

/** What an approver decided. `at` is in milliseconds since the epoch. */
export interface Approval {
  readonly state: 'Pending' | 'Approved' | 'Refused';
  readonly by: string;
  readonly at: number;
  readonly specHash: string;
}

/** Plain data, so that it can be sent to a worker. Times are in milliseconds since the epoch. */
export interface Exception {
  readonly namespace: string;
  /** `namespace/name`. */
  readonly name: string;
  readonly boundaries: readonly string[];
  readonly policies: readonly string[];
  readonly podSettings: readonly string[];
  /** Empty: of every kind, of every name. */
  readonly kinds: readonly string[];
  readonly names: readonly string[];
  readonly pods?: LabelSelector;
  readonly allow: BothWays;
  readonly notBefore?: number;
  readonly expiresAt: number;
  /** Absent where it was created while no webhook wrote it down. */
  readonly creator?: string;
  readonly approval?: Approval;
  /** Of the spec as it is now. */
  readonly specHash: string;
}

/** Reads one exception, in a cluster or a file; `metadata` but for its name and namespace is not looked at. */
export function readException(value: unknown, file?: string): Read<Exception> {
  const place = file === undefined ? {} : { file };
  const spec = ownAt(value, 'spec');
  const read = readSchema(exceptionSpecSchema, spec, { ...place, pointer: '/spec' });
  if (!read.ok) return read;
  const decoder = new Decoder();
  const { target, subjects, notBefore, expiresAt } = read.value;
  const allow = decodeBothWays(decoder, ownAt(spec, 'allow'), '/spec/allow');
  const selector = ownAt(spec, 'subjects', 'podSelector');
  const pods =
    selector === undefined ? undefined : decodeSelector(decoder, selector, '/spec/subjects/podSelector');
  if (decoder.issues.length > 0)
    return unsound(decoder.issues.map((issue): Issue => ({ ...issue, ...place })));
  const namespace = stringAt(value, 'metadata', 'namespace') ?? 'default';
  const creator = stringAt(value, 'metadata', 'annotations', creatorAnnotation);
  const approval = readApproval(ownAt(value, 'status', 'approval'));
  return sound({
    namespace,
    name: `${namespace}/${stringAt(value, 'metadata', 'name') ?? ''}`,
    boundaries: target.boundaries ?? [],
    policies: target.policies ?? [],
    podSettings: target.podSettings ?? [],
    kinds: subjects?.kinds ?? [],
    names: subjects?.names ?? [],
    ...(pods === undefined ? {} : { pods }),
    allow,
    ...(notBefore === undefined ? {} : { notBefore: Date.parse(notBefore) }),
    expiresAt: Date.parse(expiresAt),
    ...(creator === undefined ? {} : { creator }),
    ...(approval === undefined ? {} : { approval }),
    specHash: specHashOf(spec),
  });
}

/** What is missing reads as empty: it is for whoever counts the exception to refuse that. */
function readApproval(value: unknown): Approval | undefined {
  if (!isObject(value)) return undefined;
  const state = own(value, 'state');
  return {
    state: state === 'Approved' || state === 'Refused' ? state : 'Pending',
    by: stringAt(value, 'by') ?? '',
    at: Date.parse(stringAt(value, 'at') ?? ''),
    specHash: stringAt(value, 'specHash') ?? '',
  };
}

/** SHA-256, in hex, of a spec as JSON with sorted keys: what an approval is for. */
export const specHashOf = (spec: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(spec)))
    .digest('hex');

/** Keys in order, in lists of pairs, so that no key of a user means anything to JavaScript. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value ?? null;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { entries: entries.map(([key, inner]) => [key, sorted(inner)]) };
}
