/** Tells in the status of each Boundary how it fares: whether it is in force, what it selects, which floors stand, and what its proof lacks. */
import { describe } from '../config/issue.ts';
import { listAt, own, ownAt, stringAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';
import { sameJson } from '../k8s/jsonEqual.ts';
import { asciiLine } from '../boundary/invariants/text.ts';
import { floorDirections } from '../boundary/floor/floorPolicy.ts';
import type { Api } from './api.ts';
import { apply, isGone } from './api.ts';
import { falseClauses } from './clauses.ts';
import type { FurtherClauses } from './clauses.ts';
import { right } from './controller.ts';
import type { Controller } from './controller.ts';
import type { Pace } from './pace.ts';
import type { Surroundings } from './surroundings.ts';

const path = '/apis/bulkhead.dev/v1alpha1/boundaries';

export interface StatusOptions {
  readonly api: Api;
  readonly pace: Pace;
  readonly around: Surroundings;
  readonly stands: (namespace: string) => boolean | undefined;
  readonly further: FurtherClauses;
  readonly date: () => Date;
}

interface Claim {
  readonly type: 'Accepted' | 'Proven' | 'Enforced';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** One key a Boundary that is stored in the cluster. Nothing is written where the status says all of it already. */
export const status = (options: StatusOptions): Controller => ({
  name: 'status',
  keys: () => options.around.boundaries.keys(),
  reconcile: async (name, signal) => {
    const { api, pace, around, date } = options;
    const stored = around.boundaries.get(name);
    if (stored === undefined) return right;
    const told = ownAt(stored, 'status');
    const wanted = withTimes(statusOf(name, stored, options), told, date());
    if (sameJson(wanted, told)) return right;
    await pace.take(signal);
    if (signal.aborted) return right;
    const asked = await apply(api, `${path}/${name}/status`, {
      apiVersion: 'bulkhead.dev/v1alpha1',
      kind: 'Boundary',
      metadata: { name, uid: stringAt(stored, 'metadata', 'uid') },
      status: wanted,
    });
    if (asked.ok) return { outcome: 'written', what: `the status of Boundary ${name}` };
    return isGone(asked) ? right : { outcome: 'failed', ...asked.failure };
  },
});

interface Told {
  readonly observedGeneration: number;
  readonly claims: readonly Claim[];
  readonly counts: JsonObject;
}

function statusOf(name: string, stored: JsonObject, { around, stands, further }: StatusOptions): Told {
  const observedGeneration = Number(ownAt(stored, 'metadata', 'generation') ?? 0);
  const { ruleSet } = around.rules();
  const boundary = ruleSet.boundaries.find((one) => one.name === name);
  const accepted = acceptance(name, stored, around);
  if (boundary === undefined) {
    const reason = 'NotInForce';
    const message = 'the Boundary is not in force';
    const claims = [
      accepted,
      { type: 'Proven', status: 'False', reason, message } as const,
      { type: 'Enforced', status: 'False', reason, message } as const,
    ];
    return { observedGeneration, claims, counts: { namespaces: 0, floors: { present: 0, missing: 0 } } };
  }
  const selected = [...around.namespaces().known()].filter((facts) =>
    ruleSet.selecting(facts.name, facts.labels).includes(boundary),
  );
  const limited = selected.filter((facts) => floorDirections(ruleSet.guardOf(facts)).length > 0);
  const present = limited.filter((facts) => stands(facts.name) === true).length;
  const missing = limited.length - present;
  const lacking = falseClauses(boundary, selected, around, stands, further);
  const claims = [accepted, enforcement(missing, further), proof(lacking, further.network?.())];
  return {
    observedGeneration,
    claims,
    counts: { namespaces: selected.length, floors: { present, missing } },
  };
}

/** Whether what is stored is what is in force. */
function acceptance(name: string, stored: JsonObject, { rules, issues }: Surroundings): Claim {
  const file = `cluster:Boundary/${name}`;
  const source = rules().sources.find((one) => one.file === file);
  const inForce = source !== undefined && sameJson(ownAt(source.value, 'spec'), own(stored, 'spec'));
  if (inForce)
    return { type: 'Accepted', status: 'True', reason: 'InForce', message: 'it compiles and is in force' };
  const found = issues();
  const mine = found.filter((issue) => issue.file === file);
  const message = (mine.length > 0 ? mine : found).map(describe).slice(0, 5).join('; ');
  if (found.length === 0)
    return { type: 'Accepted', status: 'Unknown', reason: 'Pending', message: 'it is being compiled' };
  return {
    type: 'Accepted',
    status: 'False',
    reason: mine.length > 0 ? 'NotCompiled' : 'OthersNotCompiled',
    message: asciiLine(`the last good rules stay in force: ${message}`, 2_000),
  };
}

function enforcement(missing: number, { registration }: FurtherClauses): Claim {
  const type = 'Enforced';
  if (missing > 0) {
    const message = `${missing} of its namespaces have no floor that stands`;
    return { type, status: 'False', reason: 'FloorsMissing', message };
  }
  const lacking = registration?.();
  if (lacking === undefined) {
    const message = 'floors stand; whether the webhooks are registered is not known';
    return { type, status: 'Unknown', reason: 'RegistrationUnknown', message };
  }
  return lacking.length === 0
    ? { type, status: 'True', reason: 'Enforced', message: 'floors stand and both webhooks are registered' }
    : { type, status: 'False', reason: 'NotRegistered', message: lacking.join('; ') };
}

/** What corners of the API mean on this network is told with the proof, for a reader of policies needs it. */
function proof(lacking: readonly string[], network: string | undefined): Claim {
  const type = 'Proven';
  const told = network === undefined ? '' : `; ${network}`;
  return lacking.length === 0
    ? {
        type,
        status: 'True',
        reason: 'Proven',
        message: asciiLine(`nothing can get outside it${told}`, 2_000),
      }
    : { type, status: 'False', reason: 'NotProven', message: asciiLine(lacking.join('; ') + told, 2_000) };
}

/** Claims become conditions; the time of one is that of its last change. */
function withTimes({ observedGeneration, claims, counts }: Told, before: unknown, now: Date): JsonObject {
  const known = listAt(before, 'conditions');
  const conditions = [...claims]
    .sort((a, b) => (a.type < b.type ? -1 : 1))
    .map((claim) => {
      const old = known.find((one) => stringAt(one, 'type') === claim.type);
      const kept = stringAt(old, 'status') === claim.status ? stringAt(old, 'lastTransitionTime') : undefined;
      const lastTransitionTime = kept ?? now.toISOString().replace(/\.\d+Z$/, 'Z');
      return { ...claim, lastTransitionTime, observedGeneration };
    });
  return { observedGeneration, conditions, ...counts };
}
