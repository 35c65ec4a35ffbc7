/** The record of one decision, decision.bulkhead.dev/v1: the fields that are stored, exported and verified. */
import type { PatchOperation } from '../k8s/jsonPatch.ts';
import type { JsonObject } from '../k8s/json.ts';
import type { Violation } from '../k8s/violation.ts';

/** The version of everything in the log. */
export const recordVersion = 'decision.bulkhead.dev/v1';

/** Which way a decision was asked for. */
export type RecordDoor = 'validate' | 'mutate' | 'scan' | 'review';

export type Verdict = 'allowed' | 'denied' | 'patched' | 'warned' | 'errored';

/** What a request was about. `name` is absent while `generateName` is pending. */
export interface RecordedResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name?: string;
  readonly generateName?: string;
}

/** Who asked. `groups` are the allow-listed ones; a user whose groups were left out has `/user/groups` in `masked`. */
export interface RecordedUser {
  readonly username: string;
  readonly groups: readonly string[];
}

/** How fresh the facts about the namespace were: `age` in milliseconds where it is known. */
export interface RecordedSnapshot {
  readonly namespaceResourceVersion?: string;
  readonly age?: number;
}

/** A decision. The record-hash covers all of it but `masked` and `subset`, which are made behind the answer. */
export interface DecisionEvent {
  readonly apiVersion: typeof recordVersion;
  readonly kind: 'Decision';
  /** When it was decided, RFC 3339 with milliseconds, in UTC. */
  readonly time: string;
  readonly decisionId: string;
  /** The uid of the call; a retry repeats it. */
  readonly uid: string;
  /** The decisionId of the first try, where this one came out differently. */
  readonly retryOf?: string;
  readonly door: RecordDoor;
  /** The decisionId of the other call (mutate) of the same API request, best effort. */
  readonly correlates?: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly dryRun: boolean;
  readonly resource: RecordedResource;
  /** The tenant of the namespace, absent where it has none or is not known. */
  readonly tenant?: string;
  readonly user: RecordedUser;
  readonly decision: Verdict;
  readonly violations: readonly Violation[];
  readonly warnings: readonly string[];
  readonly patch: readonly PatchOperation[];
  /** The exceptions that the decision used, `namespace/name`. */
  readonly exceptions: readonly string[];
  /** Why it could not be judged, with decision `errored`. */
  readonly failure?: { readonly code: string; readonly message: string };
  readonly rulesHash: string;
  readonly snapshot: RecordedSnapshot;
  /** What the rules could see of object and oldObject, allow-listed; enough to decide again. */
  readonly subset: { readonly object?: JsonObject; readonly oldObject?: JsonObject };
  /** SHA-256, in hex, of the object's JSON as it was sent but for white space (of oldObject at DELETE). Absent where there is none. */
  readonly objectSha256?: string;
  /** JSON pointers into this record of what was left out or cut. */
  readonly masked: readonly string[];
}

/** The same call once more, with the same outcome: it points to the first try. */
export interface RetryEvent {
  readonly apiVersion: typeof recordVersion;
  readonly kind: 'Retry';
  readonly time: string;
  readonly decisionId: string;
  readonly uid: string;
  readonly retryOf: string;
  readonly door: RecordDoor;
  readonly decision: Verdict;
  readonly rulesHash: string;
}

/** Decisions that were made and could not be written down, by reason, since the record before this one. */
export interface GapEvent {
  readonly apiVersion: typeof recordVersion;
  readonly kind: 'Gap';
  readonly time: string;
  /** Number of decisions lost, by stable reason: one of `lossReasons`. */
  readonly dropped: { readonly [reason: string]: number };
}

/** Somebody read decisions: reading is itself logged. */
export interface ReadEvent {
  readonly apiVersion: typeof recordVersion;
  readonly kind: 'Read';
  readonly time: string;
  /** Who read: the user name of the token or sign-in. */
  readonly reader: string;
  /** What was done: `query`, `show`, `group`, `export`, `tail`. */
  readonly action: string;
  /** The tenants that the reader is limited to; absent: all. */
  readonly tenants?: readonly string[];
  /** The question as it was asked, as text of at most 2 KiB. */
  readonly question: string;
  /** How many records went out. */
  readonly count: number;
}

/** The first entry of every chain. */
export interface StartEvent {
  readonly apiVersion: typeof recordVersion;
  readonly kind: 'Start';
  readonly time: string;
  /** Whether the replica's chain before ended with a Stop; if not, the decisions of its last moments may be missing. True for the first chain. */
  readonly clean: boolean;
  /** The last writer of the replica, whose last hash is this entry's `prev`. Absent in the first chain. */
  readonly after?: string;
}

/** The last entry of a chain whose writer was stopped properly. */
export interface StopEvent {
  readonly apiVersion: typeof recordVersion;
  readonly kind: 'Stop';
  readonly time: string;
}

/** Entries were dropped because of their age: what is older may be missing without anybody having removed it unasked. */
export interface RetentionEvent {
  readonly apiVersion: typeof recordVersion;
  readonly kind: 'Retention';
  readonly time: string;
  readonly before: string;
  readonly dropped: number;
}

/** What a chain holds. */
export type LogEvent =
  DecisionEvent | RetryEvent | GapEvent | ReadEvent | StartEvent | StopEvent | RetentionEvent;

/** What the writer adds: the place in its chain. `writer` is replica and start; `prev` and `hash` are SHA-256 in hex. */
export interface Position {
  readonly writer: string;
  /** From 1, without holes, within one writer. */
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
}

/** Everything of one entry of the log, as exported: the event, the record-hash (SHA-256 of the event's canonical JSON without `masked` and `subset`) and its place. */
export type LogRecord<Event extends LogEvent = LogEvent> = Event &
  Position & {
    readonly recordHash: string;
    /** How long the decision took, from when the request had been read; 0 where there was none. */
    readonly latencyMicros: number;
  };

/** One decision, decision.bulkhead.dev/v1. */
export type DecisionRecord = LogRecord<DecisionEvent>;

/** Why a decision can be in no record. */
export const lossReasons = [
  'queue-full',
  'spool-full',
  'spool-error',
  'spool-corrupt',
  'writer-ended',
  'record-failed',
] as const;
