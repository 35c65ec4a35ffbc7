/** What is known at this moment, as metrics: how old the copy of the cluster is, exceptions by state, checkpoints of the decision log. */
import { Gauge } from '@prometheus-io/client';
import type { Registry } from '@prometheus-io/client';

/** What a process knows; each is asked whenever metrics are collected. */
export interface KnownState {
  /** The copy of the cluster's namespaces; undefined without a cluster, an age of undefined before the first list. */
  readonly namespaces: () => { readonly count: number; readonly ageMillis: number | undefined } | undefined;
  /** How many exceptions are in which state; a state that is missing has none. */
  readonly exceptions: () => ReadonlyMap<string, number>;
}

export interface StateMetrics {
  /** A checkpoint of the decision log was signed. */
  checkpointed(at: Date): void;
}

/** The states of an exception (api.md 3). */
const states = ['Pending', 'Refused', 'Void', 'Waiting', 'Active', 'Expired'];

/** Registers the metrics of what is known. */
export function createStateMetrics(registry: Registry, known: KnownState): StateMetrics {
  const registers = [registry];
  new Gauge({
    name: 'bulkhead_namespace_cache_age_seconds',
    help: 'How long ago the cluster was last heard of about its namespaces; absent without a cluster and before the first list.',
    labelNames: [],
    registers,
    collect() {
      this.remove();
      const age = known.namespaces()?.ageMillis;
      if (age !== undefined) this.set(age / 1000);
    },
  });
  new Gauge({
    name: 'bulkhead_namespaces',
    help: 'Namespaces of the cluster that are known; 0 without a cluster.',
    registers,
    collect() {
      this.set(known.namespaces()?.count ?? 0);
    },
  });
  new Gauge({
    name: 'bulkhead_exceptions',
    help: 'Exceptions that are stored in the cluster, by state.',
    labelNames: ['state'],
    registers,
    collect() {
      const counts = known.exceptions();
      for (const state of states) this.set({ state }, counts.get(state) ?? 0);
    },
  });
  const checkpoint = new Gauge({
    name: 'bulkhead_decision_log_checkpoint_timestamp_seconds',
    help: 'When the last checkpoint of the decision log was signed; 0 where none was since the start.',
    registers,
  });
  return {
    checkpointed: (at) => {
      checkpoint.set(at.getTime() / 1000);
    },
  };
}
