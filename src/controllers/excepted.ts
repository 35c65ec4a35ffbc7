/** Narrows NetworkPolicies back to their boundaries once an exception that let them in has lapsed: it expired, was refused, changed or deleted. */
import { takeBack } from '../admission/exceptions/takeBack.ts';
import type { World } from '../admission/world.ts';
import type { JsonObject } from '../k8s/json.ts';
import { stringAt } from '../k8s/json.ts';
import type { Api } from './api.ts';
import { isGone, patch } from './api.ts';
import { right } from './controller.ts';
import type { Controller, Reconciled } from './controller.ts';
import type { Pace } from './pace.ts';
import type { Stored } from './surroundings.ts';

export interface ExceptedOptions {
  readonly api: Api;
  readonly pace: Pace;
  /** The moment and everything known at it; undefined while the exceptions are not known for certain. */
  readonly world: () => World | undefined;
  /** The policies that carry a mark, by `NAMESPACE/NAME`. */
  readonly policies: Stored;
}

const unknown: Reconciled = { outcome: 'again', afterMillis: 1_000 };
/** Looked at again at the latest, however far the end is: timers do not reach for months. */
const longestWait = 3_600_000;

/** One key a policy that carries a mark. What is written passes both webhooks like anybody's change. */
export const excepted = ({ api, pace, world: current, policies }: ExceptedOptions): Controller => ({
  name: 'excepted',
  keys: () => policies.keys(),
  reconcile: async (key, signal) => {
    const stored = policies.get(key);
    const world = current();
    if (stored === undefined) return right;
    if (world?.now === undefined) return unknown;
    const [namespace = ''] = key.split('/');
    const facts = world.lookup(namespace);
    if (typeof facts === 'string') return unknown;
    const taken = takeBack(stored, facts, world);
    switch (taken.due) {
      case 'never':
        return right;
      case 'later':
        return {
          outcome: 'again',
          afterMillis: Math.min(longestWait, Math.max(1, taken.millis - world.now)),
        };
      case 'unreadable':
      case 'tooComplex':
        return {
          outcome: 'failed',
          message: `an exception lapsed, and what is left of the policy cannot be told (${taken.due}); delete it, or write it anew`,
        };
      case 'now':
        await pace.take(signal);
        return signal.aborted ? right : write(api, key, stored, taken.patch, taken.lapsed);
    }
  },
});

async function write(
  api: Api,
  key: string,
  stored: JsonObject,
  operations: readonly object[],
  lapsed: readonly string[],
): Promise<Reconciled> {
  const [namespace = '', name = ''] = key.split('/');
  const version = stringAt(stored, 'metadata', 'resourceVersion');
  const asked = await patch(
    api,
    `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/${name}`,
    [{ op: 'test', path: '/metadata/resourceVersion', value: version }, ...operations],
  );
  if (asked.ok)
    return { outcome: 'written', what: `policy ${key} is narrowed back, for ${lapsed.join(', ')} lapsed` };
  return isGone(asked) ? right : { outcome: 'failed', ...asked.failure };
}
