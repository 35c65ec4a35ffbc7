/** Tells in the status of each exception whether it is in force, and if not, why not. */
import type { Rules } from '../admission/rules.ts';
import { readException } from '../boundary/exceptions/exception.ts';
import { standingOf } from '../boundary/exceptions/standing.ts';
import type { Standing } from '../boundary/exceptions/standing.ts';
import { asciiLine } from '../boundary/invariants/text.ts';
import { listAt, ownAt, stringAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';
import type { Api } from './api.ts';
import { apply, isGone } from './api.ts';
import { right } from './controller.ts';
import type { Controller, Reconciled } from './controller.ts';
import type { Pace } from './pace.ts';
import type { Stored } from './surroundings.ts';

export interface ExceptionStatusOptions {
  readonly api: Api;
  readonly pace: Pace;
  readonly rules: () => Rules;
  /** As they are stored, by `NAMESPACE/NAME`. */
  readonly exceptions: Stored;
  readonly date: () => Date;
}

const longestWait = 3_600_000;

/** One key an exception. Of its status only the condition `Active` is written; the approval is the approver's. */
export const exceptionStatus = (options: ExceptionStatusOptions): Controller => ({
  name: 'exceptionStatus',
  keys: () => options.exceptions.keys(),
  reconcile: async (key, signal) => {
    const { api, pace, exceptions, date } = options;
    const stored = exceptions.get(key);
    if (stored === undefined) return right;
    const now = date();
    const { standing, turnsAt } = look(stored, now.getTime(), options.rules());
    const next: Reconciled =
      turnsAt === undefined
        ? right
        : {
            outcome: 'again',
            afterMillis: Math.min(longestWait, Math.max(1, turnsAt - now.getTime())),
          };
    const status = statusOf(stored, standing, now);
    if (status === undefined) return next;
    await pace.take(signal);
    if (signal.aborted) return right;
    const [namespace = '', name = ''] = key.split('/');
    const path = `/apis/bulkhead.dev/v1alpha1/namespaces/${namespace}/guardrailexceptions/${name}/status`;
    const asked = await apply(api, path, {
      apiVersion: 'bulkhead.dev/v1alpha1',
      kind: 'GuardrailException',
      metadata: { name, namespace, uid: stringAt(stored, 'metadata', 'uid') },
      status,
    });
    // Its own write comes back as a change, and then the next turn is waited for.
    if (asked.ok) return { outcome: 'written', what: `exception ${key} is ${standing.state}` };
    return isGone(asked) ? right : { outcome: 'failed', ...asked.failure };
  },
});

/** How it stands, and when time alone will change that. */
function look(
  stored: JsonObject,
  now: number,
  { tenancy }: Rules,
): { readonly standing: Standing; readonly turnsAt: number | undefined } {
  const read = readException(stored);
  if (!read.ok)
    return { standing: { state: 'Void', why: read.issues[0]?.message ?? '' }, turnsAt: undefined };
  const standing = standingOf(read.value, now, tenancy.roles.exceptionApprovers);
  const turns = { Active: read.value.expiresAt, Waiting: read.value.notBefore };
  const { state } = standing;
  return { standing, turnsAt: state === 'Active' || state === 'Waiting' ? turns[state] : undefined };
}

/** What is to be written; undefined where the status says so already. */
function statusOf(stored: JsonObject, { state, why }: Standing, now: Date): JsonObject | undefined {
  const observedGeneration = Number(ownAt(stored, 'metadata', 'generation') ?? 0);
  const old = listAt(stored, 'status', 'conditions').find((one) => stringAt(one, 'type') === 'Active');
  const claim = {
    type: 'Active',
    status: state === 'Active' ? 'True' : 'False',
    reason: state,
    message: asciiLine(why, 1_000),
  };
  const same =
    stringAt(old, 'reason') === claim.reason &&
    stringAt(old, 'message') === claim.message &&
    ownAt(old, 'observedGeneration') === observedGeneration;
  if (same) return undefined;
  const kept = stringAt(old, 'status') === claim.status ? stringAt(old, 'lastTransitionTime') : undefined;
  const lastTransitionTime = kept ?? now.toISOString().replace(/\.\d+Z$/, 'Z');
  return { observedGeneration, conditions: [{ ...claim, lastTransitionTime, observedGeneration }] };
}
