/** Keeps the floor of every guarded namespace as it should be: writes what is missing, repairs what somebody changed. */
import { wantedFloor, writesFloor } from '../boundary/floor/floorPolicy.ts';
import { standsAsFloor } from '../boundary/floor/standingFloor.ts';
import { floorName } from '../boundary/invariants/policies/floor.ts';
import { listAt, ownAt, stringAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';
import { sameJson } from '../k8s/jsonEqual.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import type { Api } from './api.ts';
import { apply } from './api.ts';
import { right } from './controller.ts';
import type { Controller, Reconciled } from './controller.ts';
import type { Pace } from './pace.ts';
import { isRecorded } from './records.ts';
import type { Surroundings } from './surroundings.ts';

/** By this label a floor is told from a policy that only has its name. */
export const managedBy = { 'app.kubernetes.io/managed-by': 'bulkhead' } as const;

export interface Floors extends Controller {
  /** Whether the floor of a guarded namespace stands, as far as it was looked at; undefined where that is not known, or none is needed. */
  readonly stands: (namespace: string) => boolean | undefined;
}

export interface FloorsOptions {
  readonly api: Api;
  readonly pace: Pace;
  readonly around: Surroundings;
  /** Called when it became known, or is known no more, whether the floor of a namespace stands. */
  readonly changed: (namespace: string) => void;
}

/** A copy that is too old may stay so for days; a floor that changed meanwhile wakes its key by itself. */
const firstPauseMillis = 500;
const lastPauseMillis = 30_000;

/**
 * One key a namespace. The name is recorded before its floor is written, so that no floor ever guards a name that could be given away. A floor stays
 * when nothing guards the namespace any more, until an administrator deletes it.
 */
export function floors({ api, pace, around, changed }: FloorsOptions): Floors {
  const standing = new Map<string, boolean>();
  /** How long it was waited last for a copy that tells of the floor. */
  const unseen = new Map<string, number>();

  const note = (name: string, stands: boolean | undefined): void => {
    if (standing.get(name) === stands) return;
    if (stands === undefined) standing.delete(name);
    else standing.set(name, stands);
    changed(name);
  };

  const later = (name: string): Reconciled => {
    note(name, undefined);
    const afterMillis = Math.min(lastPauseMillis, 2 * (unseen.get(name) ?? firstPauseMillis / 2));
    unseen.set(name, afterMillis);
    return { outcome: 'again', afterMillis };
  };

  const look = async (name: string, signal: AbortSignal): Promise<Reconciled> => {
    const { lookup, known } = around.namespaces();
    const facts = lookup(name);
    if (typeof facts === 'string') {
      unseen.delete(name);
      note(name, undefined);
      return right;
    }
    // Asked first, for it costs nothing: to tell what is wanted does.
    const stored = around.floorOf(name);
    if (stored === 'unknown') return later(name);
    unseen.delete(name);
    const { ruleSet } = around.rules();
    const world = { ruleSet, lookup, known };
    const guard = ruleSet.guardOf(facts);
    const wanted = wantedFloor(facts, world);
    if (wanted === undefined || facts.terminating) {
      note(name, undefined);
      return right;
    }
    note(name, stored !== 'absent' && standsAsFloor(stored, facts, world));
    if (!writesFloor(guard)) return right;
    if (stored !== 'absent' && isSame(stored, wanted.policy)) return right;
    if (!isRecorded(facts, around)) return { outcome: 'again', afterMillis: 200 };
    await pace.take(signal);
    return signal.aborted ? right : write(facts, wanted.policy);
  };

  const write = async ({ name }: NamespaceFacts, policy: JsonObject): Promise<Reconciled> => {
    const path = `/apis/networking.k8s.io/v1/namespaces/${name}/networkpolicies/${floorName}`;
    const metadata = { name: floorName, namespace: name, labels: managedBy };
    const asked = await apply(api, path, { ...policy, metadata });
    if (!asked.ok) return { outcome: 'failed', ...asked.failure };
    note(name, true);
    return { outcome: 'written', what: `${floorName} of ${name}` };
  };

  return {
    name: 'floors',
    keys: () => [...around.namespaces().known()].map(({ name }) => name),
    reconcile: look,
    // What was seen before nobody could see any more says nothing, looked at since or not.
    stands: (namespace) => (around.floorOf(namespace) === 'unknown' ? undefined : standing.get(namespace)),
  };
}

/** Claims that a stored policy is the wanted one: the same spec, whatever is left out where it is empty, and Bulkhead's label. */
function isSame(stored: JsonObject, wanted: JsonObject): boolean {
  const labels = Object.entries(managedBy);
  return (
    labels.every(([key, value]) => stringAt(stored, 'metadata', 'labels', key) === value) &&
    sameJson(normal(stored), normal(wanted))
  );
}

const normal = (policy: JsonObject): JsonObject => ({
  podSelector: ownAt(policy, 'spec', 'podSelector') ?? {},
  policyTypes: listAt(policy, 'spec', 'policyTypes'),
  ingress: listAt(policy, 'spec', 'ingress'),
  egress: listAt(policy, 'spec', 'egress'),
});
