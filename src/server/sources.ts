/** Where the server's knowledge comes from: rules, namespaces and exceptions, of files or of a cluster. */
import type { Rules } from '../admission/rules.ts';
import { completeLookup } from '../admission/world.ts';
import type { World } from '../admission/world.ts';
import type { Exception } from '../boundary/exceptions/exception.ts';
import { standingOf } from '../boundary/exceptions/standing.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import type { Readiness } from './review.ts';
import type { LiveReads, Result } from './reviewer.ts';

/** Where namespaces come from: an inventory that is complete, or a cluster that is watched. */
export interface NamespaceSource {
  /** What is known at this moment; taken once for each request. */
  readonly view: () => Pick<World, 'lookup' | 'known' | 'orderedDeletion' | 'floorOf' | 'recordOf'> & {
    readonly revision: unknown;
  };
  /** The exceptions that are stored in the cluster; absent where there is none. */
  readonly exceptions?: ExceptionSource;
  /** The namespace that Bulkhead runs in, where it runs in a cluster. */
  readonly ownNamespace: string | undefined;
  readonly live?: LiveReads;
  /** Bulkhead's own user name in the cluster; null while it is not known. */
  readonly identity: () => string | null;
  readonly readiness: () => Readiness;
  /** How many namespaces are known of a cluster, and how old that knowledge is. */
  readonly namespaces?: () => { readonly count: number; readonly ageMillis: number | undefined };
  /** Told of what rules found against a request that was no dry run; must be cheap. */
  readonly found?: (results: readonly Result[]) => void;
  readonly stop: () => Promise<void>;
}

/** Where exceptions come from; `all` gives another value whenever one of them changed. */
export interface ExceptionSource {
  readonly all: () => readonly Exception[];
  readonly of: (namespace: string) => readonly Exception[];
}

/** Where rules come from: files that were read once, or a cluster in which they change. */
export interface RuleSource {
  /** The set in force; taken once for each request. */
  readonly current: () => Rules;
  readonly readiness: () => Readiness;
}

/** Rules that stay as they are. */
export const fixedRules = (rules: Rules): RuleSource => ({
  current: () => rules,
  readiness: () => ({ ready: true, reasons: [] }),
});

/** The namespaces of an inventory: what is not listed does not exist. */
export function inventorySource(namespaces: readonly NamespaceFacts[]): NamespaceSource {
  const view = {
    lookup: completeLookup(namespaces),
    known: () => namespaces,
    orderedDeletion: true,
    revision: 0,
  };
  return {
    view: () => view,
    ownNamespace: undefined,
    identity: () => null,
    readiness: () => ({ ready: true, reasons: [] }),
    stop: () => Promise.resolve(),
  };
}

/** How many exceptions are in which state. */
export function exceptionsByState(
  { exceptions }: NamespaceSource,
  rules: RuleSource,
): ReadonlyMap<string, number> {
  const { exceptionApprovers } = rules.current().tenancy.roles;
  const counts = new Map<string, number>();
  for (const exception of exceptions?.all() ?? []) {
    const { state } = standingOf(exception, Date.now(), exceptionApprovers);
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return counts;
}
