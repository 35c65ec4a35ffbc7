/** One entry of a webhook configuration: which requests go to Bulkhead, and what happens without an answer. */
import { createHash } from 'node:crypto';
import type { Boundary } from '../../boundary/boundary.ts';
import type { LabelSelector } from '../../k8s/labelSelector.ts';
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import { isDnsSubdomain } from '../../k8s/syntax.ts';
import type { MatchCondition } from './conditions.ts';

export type SentOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** RuleWithOperations: subresources are named beside their resource, for `pods` does not match `pods/status`. */
export interface SentRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly SentOperation[];
  readonly resources: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster' | '*';
}

/** metav1.LabelSelector as it is written. */
export interface WrittenSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** What tells entries apart; the rest is the same for all of them. */
export interface Entry {
  readonly name: string;
  /** Absent: every namespace, and every Namespace. */
  readonly namespaceSelector?: WrittenSelector;
  readonly rules: readonly SentRule[];
  readonly matchConditions: readonly MatchCondition[];
  /** `Ignore`: nothing is lost where nobody answers. What guards fails. */
  readonly failurePolicy?: 'Ignore';
}

/** A whole entry, in the order in which people read it. */
export const written = (entry: Entry, clientConfig: object, more: object = {}): object => ({
  name: entry.name,
  clientConfig,
  ...(entry.namespaceSelector === undefined ? {} : { namespaceSelector: entry.namespaceSelector }),
  rules: entry.rules,
  ...(entry.matchConditions.length === 0 ? {} : { matchConditions: entry.matchConditions }),
  matchPolicy: 'Equivalent',
  failurePolicy: entry.failurePolicy ?? 'Fail',
  sideEffects: 'None',
  timeoutSeconds: 5,
  admissionReviewVersions: ['v1'],
  ...more,
});

/** A selector, less the exempt namespaces, which no Boundary ever selects. */
export function guardedSelector(
  { matchLabels, matchExpressions }: LabelSelector,
  exempt: readonly string[],
): WrittenSelector {
  const expressions = [
    ...matchExpressions.map(({ key, operator, values }) => ({
      key,
      operator,
      ...(values.length === 0 ? {} : { values }),
    })),
    ...(exempt.length === 0 ? [] : [{ key: nameLabel, operator: 'NotIn', values: exempt }]),
  ];
  return {
    ...(matchLabels.size === 0 ? {} : { matchLabels: Object.fromEntries([...matchLabels].sort()) }),
    ...(expressions.length === 0 ? {} : { matchExpressions: expressions }),
  };
}

/** Selects every namespace. */
export const everyNamespace: LabelSelector = { matchLabels: new Map(), matchExpressions: [] };

const domain = 'bulkhead.dev';
export const entryName = (name: string): string => `${name}.${domain}`;

/** A DNS name of at most 253 characters: that of the Boundary, or what stands for it where that makes no such name. */
export function boundaryEntryName({ name }: Pick<Boundary, 'name'>): string {
  const whole = entryName(`${name}.boundaries`);
  return isDnsSubdomain(whole) ? whole : entryName(`${digest(name)}.boundaries`);
}

/** The same for a Boundary that was replaced, which may select others than what came after it. */
export const formerEntryName = (name: string, selector: WrittenSelector): string =>
  entryName(`${digest(`${name} ${JSON.stringify(selector)}`)}.former.boundaries`);

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
