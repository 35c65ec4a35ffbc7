/** What one decision may look at: rules, namespaces and live answers, all of them values; no clock, no I/O, no chance. */
import type { ExceptionFlows } from '../boundary/exceptionFlows.ts';
import type { LiveContents } from '../boundary/invariants/context.ts';
import type { Exception } from '../boundary/exceptions/exception.ts';
import type { Surroundings } from '../guardrail/surroundings.ts';
import type { NamespaceObjects } from '../guardrail/variables.ts';
import type { NamespaceFacts, NamespaceLookup } from '../k8s/namespaceFacts.ts';
import type { JsonObject } from '../k8s/json.ts';
import type { Labels } from '../k8s/labelSelector.ts';
import type { Attributes } from '../k8s/attributes.ts';
import type { Allowance } from './allowance.ts';
import { meaningFunctions } from './meaning/functions.ts';
import type { Rules } from './rules.ts';

/** The protected labels that a name was recorded with; `none`: nothing is recorded of it. */
export type RecordedLabels = Labels | 'none' | 'unavailable';

/** A NetworkPolicy as it is stored; `unknown`: whether there is one could not be told. */
export type StoredFloor = JsonObject | 'absent' | 'unknown';

/** The first objects of a kind that a namespace holds, and how many more there are at least. */
export interface StoredPage {
  readonly objects: readonly JsonObject[];
  readonly more: number;
}

/** What a namespace holds, read live; `unavailable` where it could not be read in time. */
export type StoredObjects = { readonly policies: StoredPage; readonly pods: StoredPage } | 'unavailable';

export interface World extends Allowance {
  readonly rules: Rules;
  readonly lookup: NamespaceLookup;
  /** Live namespaces, preferred as the other end of a witness. */
  readonly known: () => Iterable<NamespaceFacts>;
  /** What a namespace holds, where it was read live for this request. */
  readonly contentsOf: (namespace: string) => LiveContents;
  /** Whether the API server deletes pods before everything else in a terminating namespace (1.34 and later). */
  readonly orderedDeletion: boolean;
  /** What is recorded of the name of a namespace, where it was read live; absent without a cluster, which has no records. */
  readonly recordOf?: (name: string) => RecordedLabels;
  /** The policy that stands as a namespace's floor; absent without a cluster, where nobody writes floors. */
  readonly floorOf?: (namespace: string) => StoredFloor;
  /** The policies and pods of a namespace, where they were read live for this request; absent where nobody could. */
  readonly storedIn?: (namespace: string) => StoredObjects | undefined;
  /** The moment of the decision, in milliseconds since the epoch. Without it no exception counts. */
  readonly now?: number;
  /** The exceptions that are stored in a namespace, whatever their state; those of files are among the rules. Absent: none. */
  readonly exceptionsOf?: (namespace: string) => readonly Exception[];
  /** Whole Namespaces, where they are at hand; guardrails else see only names and labels. */
  readonly namespaceObjects?: NamespaceObjects;
}

/** What guardrails may look at for a request. */
export const guardrailSurroundings = (
  { namespace }: Attributes,
  world: World,
  exceptions: readonly ExceptionFlows[] = [],
): Surroundings => ({
  lookup: world.lookup,
  namespaceObjects: world.namespaceObjects ?? ((): undefined => undefined),
  functions: meaningFunctions({
    namespace,
    ruleSet: world.rules.ruleSet,
    lookup: world.lookup,
    known: world.known,
    exceptions,
    bounded: true,
    budget: world.budget,
    ...(world.drawn === undefined ? {} : { drawn: world.drawn }),
  }),
});

/** Where a request comes in: one of the two webhooks, or `review`, which mutates first and then validates, as the API server does. */
export type Door = 'mutate' | 'validate' | 'review';

/** A lookup over a list that is known to be complete. */
export function completeLookup(namespaces: Iterable<NamespaceFacts>): NamespaceLookup {
  const byName = new Map([...namespaces].map((facts) => [facts.name, facts]));
  return (name) => byName.get(name) ?? 'absent';
}
