/** Lifts the scheduling gate of pods that waited for their namespace's floor, once it stands. */
import { standsAsFloor } from '../boundary/floor/standingFloor.ts';
import { writesFloor } from '../boundary/floor/floorPolicy.ts';
import { floorGate, gateIndex } from '../boundary/invariants/pods/beforeFloor.ts';
import type { Api } from './api.ts';
import { isGone, patch } from './api.ts';
import { right } from './controller.ts';
import type { Controller } from './controller.ts';
import type { Pace } from './pace.ts';
import type { Surroundings } from './surroundings.ts';

export interface GatesOptions {
  readonly api: Api;
  readonly pace: Pace;
  readonly around: Surroundings;
}

/**
 * One key a gated pod, `NAMESPACE/NAME`. Where no floor is written any more, because the Boundary went or the namespace left it, nobody waits. Others'
 * gates in the same list stay: the one that is removed is tested for by its name.
 */
export const gates = ({ api, pace, around }: GatesOptions): Controller => ({
  name: 'gates',
  keys: () => around.gatedPods.keys(),
  reconcile: async (key, signal) => {
    const pod = around.gatedPods.get(key);
    const index = pod === undefined ? -1 : gateIndex(pod);
    if (index < 0) return right;
    const [namespace = '', name = ''] = key.split('/');
    const allowed = mayRun(namespace, around);
    if (allowed === 'unknown') return { outcome: 'again', afterMillis: 1_000 };
    if (!allowed) return right;
    await pace.take(signal);
    if (signal.aborted) return right;
    const at = `/spec/schedulingGates/${index}`;
    const asked = await patch(api, `/api/v1/namespaces/${namespace}/pods/${name}`, [
      { op: 'test', path: `${at}/name`, value: floorGate },
      { op: 'remove', path: at },
    ]);
    if (asked.ok) return { outcome: 'written', what: `the gate of pod ${key} is lifted` };
    return isGone(asked) ? right : { outcome: 'failed', ...asked.failure };
  },
});

/** Whether the pods of a namespace may run: its floor stands, or nobody writes one. */
function mayRun(namespace: string, around: Surroundings): boolean | 'unknown' {
  const { lookup, known } = around.namespaces();
  const facts = lookup(namespace);
  if (typeof facts === 'string') return 'unknown';
  const { ruleSet } = around.rules();
  if (!writesFloor(ruleSet.guardOf(facts))) return true;
  const stored = around.floorOf(namespace);
  if (typeof stored === 'string') return stored === 'unknown' ? 'unknown' : false;
  return standsAsFloor(stored, facts, { ruleSet, lookup, known });
}
