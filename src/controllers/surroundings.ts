/** What controllers look at: the rules in force and copies of what is stored, handed in by whoever follows the cluster. */
import type { Rules } from '../admission/rules.ts';
import type { StoredFloor } from '../admission/world.ts';
import type { Issue } from '../config/issue.ts';
import type { JsonObject } from '../k8s/json.ts';
import type { NamespaceFacts, NamespaceLookup } from '../k8s/namespaceFacts.ts';

/** A copy of one kind. What it holds may be a moment old; nothing is written by what it does not hold unless it was listed. */
export interface Stored {
  readonly get: (key: string) => JsonObject | undefined;
  readonly keys: () => Iterable<string>;
  readonly listed: () => boolean;
  /** Milliseconds since the copy was last known to be the API server's own; undefined before the first list. */
  readonly age?: () => number | undefined;
  /** Whether the API server serves the kind at all. */
  readonly served: () => boolean;
}

/** How far the newest rules came. */
export interface Rollout {
  /** Claims that some rules of the cluster are in force; before that nothing is decided by `rules` but who may mend them. */
  readonly inForce: boolean;
  /** Replicas that do not decide by the newest rules yet; undefined while that is not known. */
  readonly waitingFor: readonly string[] | undefined;
}

export interface Surroundings {
  readonly rules: () => Rules;
  /** Why the newest rules are not in force; empty where they are. */
  readonly issues: () => readonly Issue[];
  readonly rollout: () => Rollout;
  readonly namespaces: () => {
    readonly lookup: NamespaceLookup;
    readonly known: () => Iterable<NamespaceFacts>;
  };
  /** Claims that the namespaces are known as they are now; while they are not, `namespaces` knows of none. */
  readonly isFresh: () => boolean;
  readonly floorOf: (namespace: string) => StoredFloor;
  /** NamespaceRecords, by name. */
  readonly records: Stored;
  /** Boundaries as they are stored, by name. */
  readonly boundaries: Stored;
  /** GuardrailPolicies as they are stored, by name. */
  readonly guardrails: Stored;
  /** Pods that carry the gate, by `NAMESPACE/NAME`. */
  readonly gatedPods: Stored;
}
