/** What a resident worker needs to decide a large or hard review alone, and what it sends back. */
import type { MessagePort } from 'node:worker_threads';
import { compileRules, withStoredParams } from '../admission/rules.ts';
import type { Rules, RuleSource } from '../admission/rules.ts';
import { completeLookup } from '../admission/world.ts';
import type { World } from '../admission/world.ts';
import type { Exception } from '../boundary/exceptions/exception.ts';
import type { Config } from '../config/schema.ts';
import type { StoredParamsByKey } from '../guardrail/storedParams.ts';
import { finished } from '../decisions/event/seal.ts';
import type { Sealed } from '../decisions/event/seal.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import { fullBudget } from '../netpol/cover.ts';
import { recorder } from './recording.ts';
import { reside } from './residentWorker.ts';
import { reviewer } from './reviewer.ts';
import type { Told } from './reviewer.ts';
import { settled } from './review.ts';

/** Everything that changes seldom; sent when it changed. */
export interface LargeSnapshot {
  readonly sources: readonly RuleSource[];
  /** No rules of the cluster are in force, so nothing large is allowed: what would mend them is small. */
  readonly suspended: boolean;
  /** What the cluster stores of the parameters that these rules ask for. */
  readonly storedParams: StoredParamsByKey;
  readonly config: Config;
  readonly ownNamespace: string | undefined;
  readonly namespaces: readonly NamespaceFacts[];
  /** The exceptions that are stored in the cluster. */
  readonly exceptions: readonly Exception[];
  /** Whether what is not listed does not exist, or is only not known. */
  readonly complete: boolean;
}

/** What belongs to one review. `read` are namespaces that were looked up for it. */
export interface LargeExtra {
  readonly decisionId: string;
  readonly identity: string | null;
  readonly orderedDeletion: boolean;
  /** The moment of the decision; absent where none is known. */
  readonly now?: number;
  readonly read: readonly NamespaceFacts[];
  /** Whether decisions are recorded, and whether nothing may be allowed because they cannot be. */
  readonly recording: 'off' | 'on' | 'refuses';
}

/** The worker's answer, as JSON in its body. */
export interface LargeAnswer {
  readonly body: string;
  readonly told?: Told;
  /** The record, for the process to keep. */
  readonly sealed?: Sealed;
  readonly latencyMicros: number;
  /** Whether no record could be made. */
  readonly lost: boolean;
}

/** Serves large reviews on a worker's port. */
export function serveLargeReviews(port: MessagePort): void {
  let inForce: { readonly rules: Rules; readonly snapshot: LargeSnapshot } | undefined;
  reside<LargeSnapshot, LargeExtra>(port, {
    update: (snapshot) => {
      const documents = snapshot.sources.map((source) => ({
        ...source,
        positionOf: () => ({ line: 1, column: 1 }),
      }));
      const rules = compileRules(documents, snapshot.config, snapshot.ownNamespace);
      // The main thread compiled the same sources: a difference is a bug, and without rules nothing is decided.
      inForce =
        rules.ok && !snapshot.suspended
          ? { rules: withStoredParams(rules.value, snapshot.storedParams), snapshot }
          : undefined;
    },
    review: async (door, body, extra, deadlineMillis) => {
      if (inForce === undefined) throw new Error('the worker has no rules');
      const world = worldOf(inForce.rules, inForce.snapshot, extra);
      let told: Told | undefined;
      let kept: Pick<LargeAnswer, 'sealed' | 'latencyMicros'> = { latencyMicros: 0 };
      let lost = false;
      const { config } = inForce.snapshot;
      const recording = recorder({
        config,
        now: Date.now,
        keep: (sealed, latencyMicros) => {
          kept = { sealed: finished(sealed), latencyMicros };
        },
        lost: () => {
          lost = true;
        },
        refuses: () => extra.recording === 'refuses',
      });
      const given = await reviewer({
        world: () => world,
        decisionId: () => extra.decisionId,
        clock: () => performance.now(),
        told: (given) => {
          told = given;
        },
        ...(extra.recording === 'off' ? {} : { recorder: recording }),
        failed: (error) => {
          throw error;
        },
      })(door, body, deadlineMillis);
      const answer = settled(given);
      const large: LargeAnswer = {
        body: answer.body.toString(),
        ...(told === undefined ? {} : { told }),
        ...kept,
        lost,
      };
      return { status: answer.status, body: JSON.stringify(large) };
    },
  });
}

function worldOf(
  rules: Rules,
  { namespaces, complete, exceptions }: LargeSnapshot,
  extra: LargeExtra,
): World {
  const all = [...namespaces, ...extra.read];
  const found = completeLookup(all);
  return {
    rules:
      extra.identity === null ? rules : { ...rules, guards: { ...rules.guards, identity: extra.identity } },
    lookup: (name) => {
      const facts = found(name);
      return facts === 'absent' && !complete ? 'unknown' : facts;
    },
    known: () => namespaces,
    contentsOf: () => 'unavailable',
    // What only a live read could tell is not told here: names are refused and pods wait.
    ...(complete
      ? {}
      : { recordOf: () => 'unavailable', floorOf: () => 'unknown', storedIn: () => 'unavailable' }),
    orderedDeletion: extra.orderedDeletion,
    budget: fullBudget,
    ...(extra.now === undefined ? {} : { now: extra.now }),
    exceptionsOf: (namespace) => exceptions.filter((one) => one.namespace === namespace),
  };
}
