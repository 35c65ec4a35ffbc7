/** Records whose the name of each namespace is: its protected labels, kept after it is gone, so that nobody else can take the name. */
import type { Labels } from '../k8s/labelSelector.ts';
import type { JsonObject } from '../k8s/json.ts';
import { isObject, ownAt } from '../k8s/json.ts';
import { sameJson } from '../k8s/jsonEqual.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import type { Api } from './api.ts';
import { apply } from './api.ts';
import { right } from './controller.ts';
import type { Controller } from './controller.ts';
import type { Pace } from './pace.ts';
import type { Surroundings } from './surroundings.ts';

const path = '/apis/bulkhead.dev/v1alpha1/namespacerecords';

export interface RecordsOptions {
  readonly api: Api;
  readonly pace: Pace;
  readonly around: Surroundings;
}

/**
 * One key a namespace that exists. Without a protected label there is nothing to record. Whether an administrator attested the labels is not ours to
 * write, so it is left alone.
 */
export const records = ({ api, pace, around }: RecordsOptions): Controller => ({
  name: 'records',
  keys: () => [...around.namespaces().known()].map(({ name }) => name),
  reconcile: async (name, signal) => {
    const facts = around.namespaces().lookup(name);
    if (typeof facts === 'string' || isRecorded(facts, around)) return right;
    if (!around.records.listed()) return { outcome: 'again', afterMillis: 500 };
    await pace.take(signal);
    if (signal.aborted) return right;
    const labels = Object.fromEntries(protectedLabels(facts, around));
    const asked = await apply(api, `${path}/${name}`, recordOf(name, labels));
    return asked.ok
      ? { outcome: 'written', what: `the record of ${name}` }
      : { outcome: 'failed', ...asked.failure };
  },
});

const recordOf = (name: string, labels: Readonly<Record<string, string>>): JsonObject => ({
  apiVersion: 'bulkhead.dev/v1alpha1',
  kind: 'NamespaceRecord',
  metadata: { name },
  spec: { labels },
});

/** The protected labels that a namespace has; absence is no fact, so it is not recorded. */
export const protectedLabels = (
  { labels }: NamespaceFacts,
  { rules }: Pick<Surroundings, 'rules'>,
): Labels => {
  const keys = [...rules().ruleSet.protectedKeys].sort();
  return new Map(
    keys.flatMap((key) => {
      const value = labels.get(key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
};

/**
 * Claims that the record of a living namespace says what its labels say; true where there is nothing to record, and where the kind is not installed,
 * so that nothing can be recorded.
 */
export function isRecorded(facts: NamespaceFacts, around: Pick<Surroundings, 'rules' | 'records'>): boolean {
  if (around.records.listed() && !around.records.served()) return true;
  const labels = protectedLabels(facts, around);
  if (labels.size === 0) return true;
  const stored = ownAt(around.records.get(facts.name), 'spec', 'labels');
  return isObject(stored) && sameJson(stored, Object.fromEntries(labels));
}
