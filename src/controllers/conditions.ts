/** Conditions of a status: what is claimed of an object, and since when. */
import { listAt, ownAt, stringAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';
import { sameJson } from '../k8s/jsonEqual.ts';
import type { Api } from './api.ts';
import { apply, isGone } from './api.ts';
import { right } from './controller.ts';
import type { Reconciled } from './controller.ts';
import type { Pace } from './pace.ts';

export interface Claim {
  readonly type: 'Accepted' | 'Proven' | 'Enforced';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** What a status says; what is undefined among `counts` is not known and left out. */
export interface Told {
  readonly claims: readonly Claim[];
  readonly counts: Readonly<Record<string, unknown>>;
}

export interface StatusWriter {
  readonly api: Api;
  readonly pace: Pace;
  readonly date: () => Date;
}

export const ruleKinds = {
  Boundary: '/apis/bulkhead.dev/v1alpha1/boundaries',
  GuardrailPolicy: '/apis/bulkhead.dev/v1alpha1/guardrailpolicies',
} as const;

/** Writes the status of one of Bulkhead's own rules, where it does not say all of it already. */
export async function tellStatus(
  kind: keyof typeof ruleKinds,
  stored: JsonObject,
  told: Told,
  { api, pace, date }: StatusWriter,
  signal: AbortSignal,
): Promise<Reconciled> {
  const name = stringAt(stored, 'metadata', 'name') ?? '';
  const uid = stringAt(stored, 'metadata', 'uid');
  const before = ownAt(stored, 'status');
  const observedGeneration = Number(ownAt(stored, 'metadata', 'generation') ?? 0);
  const status = withTimes(observedGeneration, told, before, date());
  if (sameJson(status, before)) return right;
  await pace.take(signal);
  if (signal.aborted) return right;
  const metadata = { name, ...(uid === undefined ? {} : { uid }) };
  const object = { apiVersion: 'bulkhead.dev/v1alpha1', kind, metadata, status };
  const asked = await apply(api, `${ruleKinds[kind]}/${name}/status`, object);
  if (asked.ok) return { outcome: 'written', what: `the status of ${kind} ${name}` };
  return isGone(asked) ? right : { outcome: 'failed', ...asked.failure };
}

/** Claims become conditions; the time of one is that of its last change. */
function withTimes(
  observedGeneration: number,
  { claims, counts }: Told,
  before: unknown,
  now: Date,
): JsonObject {
  const known = listAt(before, 'conditions');
  const conditions = [...claims]
    .sort((a, b) => (a.type < b.type ? -1 : 1))
    .map((claim) => {
      const old = known.find((one) => stringAt(one, 'type') === claim.type);
      const kept = stringAt(old, 'status') === claim.status ? stringAt(old, 'lastTransitionTime') : undefined;
      const lastTransitionTime = kept ?? now.toISOString().replace(/\.\d+Z$/, 'Z');
      return { ...claim, lastTransitionTime, observedGeneration };
    });
  const counted = Object.entries(counts).filter(([, count]) => count !== undefined);
  return { observedGeneration, conditions, ...Object.fromEntries(counted) };
}
