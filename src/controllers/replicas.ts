/** The replicas that live, by their Leases: what each decides by and serves, and how long ago it was last heard of. */
import { ownAt, stringAt } from '../k8s/json.ts';
import type { Api } from './api.ts';
import { isGone, remove } from './api.ts';
import { right } from './controller.ts';
import type { Controller } from './controller.ts';
import { goneMillis, leasesPath, reportedKeys } from './replicaReport.ts';
import type { Report } from './replicaReport.ts';
import type { Stored } from './surroundings.ts';
import type { Timing } from './timing.ts';

export interface Replica extends Report {
  readonly name: string;
  /** Milliseconds since its Lease was last seen to change. */
  readonly silentMillis: number;
}

export interface Replicas {
  /** Everybody who was heard of lately, this replica too; undefined before the Leases were listed. */
  readonly living: () => readonly Replica[] | undefined;
  /** A Lease came, changed or went: to be told at once, for silence is counted from what was seen. */
  readonly changed: (key: string) => void;
  /** Milliseconds since the Lease of that key was seen to change; undefined where there is none. */
  readonly silence: (key: string) => number | undefined;
}

/** Who left without a word, as a node that goes down does, leaves a Lease behind. */
const forgottenMillis = 10 * 60_000;

/**
 * As for leadership, nobody trusts another machine's clock: a replica lives while its Lease was seen to change in the last 90 s by the own clock.
 * So one that was killed is still counted for that long, and whoever begins to look counts everybody at first.
 */
export function replicas(stored: Pick<Stored, 'get' | 'keys' | 'listed'>, timing: Timing): Replicas {
  const heard = new Map<string, { readonly version: string; readonly at: number }>();

  const look = (key: string): void => {
    const lease = stored.get(key);
    const version = stringAt(lease, 'metadata', 'resourceVersion') ?? '';
    if (lease === undefined) heard.delete(key);
    else if (heard.get(key)?.version !== version) heard.set(key, { version, at: timing.now() });
  };

  return {
    changed: look,
    silence: (key) => {
      look(key);
      const at = heard.get(key)?.at;
      return at === undefined ? undefined : timing.now() - at;
    },
    living: () => {
      if (!stored.listed()) return undefined;
      for (const key of [...heard.keys(), ...stored.keys()]) look(key);
      const now = timing.now();
      return [...heard].flatMap(([key, { at }]): readonly Replica[] =>
        now - at > goneMillis ? [] : [{ ...reportOf(stored.get(key)), silentMillis: now - at }],
      );
    },
  };
}

function reportOf(lease: unknown): Report & { readonly name: string } {
  const annotation = (key: string): string | undefined => {
    const value = ownAt(lease, 'metadata', 'annotations', key);
    return typeof value === 'string' ? value : undefined;
  };
  const rulesHash = annotation(reportedKeys.rulesHash);
  const certificate = annotation(reportedKeys.certificate);
  return {
    name: stringAt(lease, 'spec', 'holderIdentity') ?? '',
    ...(rulesHash === undefined ? {} : { rulesHash }),
    ...(certificate === undefined ? {} : { certificate }),
  };
}

/** Deletes the Leases that nobody renews any more. One key a Lease. */
export const leftLeases = (
  api: Api,
  stored: Pick<Stored, 'get' | 'keys'>,
  { silence }: Replicas,
): Controller => ({
  name: 'replicas',
  keys: () => stored.keys(),
  reconcile: async (key, signal) => {
    const silent = silence(key) ?? 0;
    if (silent < forgottenMillis || signal.aborted) return right;
    const [namespace = '', name = ''] = key.split('/');
    const version = stringAt(stored.get(key), 'metadata', 'resourceVersion') ?? '';
    const asked = await remove(api, `${leasesPath(namespace)}/${name}`, version);
    if (asked.ok) return { outcome: 'written', what: `the Lease ${key} is deleted, its replica is gone` };
    return isGone(asked) ? right : { outcome: 'failed', ...asked.failure };
  },
});
