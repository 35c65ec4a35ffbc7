/** What a resident worker needs to decide a large review alone, and what it sends back. */
import type { MessagePort } from 'node:worker_threads';
import { compileRules } from '../admission/rules.ts';
import type { Rules, RuleSource } from '../admission/rules.ts';
import type { DecisionRecord } from '../admission/record.ts';
import { completeLookup } from '../admission/world.ts';
import type { World } from '../admission/world.ts';
import type { Config } from '../config/schema.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import { fullBudget } from '../netpol/cover.ts';
import { reside } from './residentWorker.ts';
import { reviewer } from './reviewer.ts';

/** Everything that changes seldom; sent when it changed. */
export interface LargeSnapshot {
  readonly sources: readonly RuleSource[];
  readonly config: Config;
  readonly ownNamespace: string | undefined;
  readonly namespaces: readonly NamespaceFacts[];
  /** Whether what is not listed does not exist, or is only not known. */
  readonly complete: boolean;
}

/** What belongs to one review. `read` are namespaces that were read live for it. */
export interface LargeExtra {
  readonly decisionId: string;
  readonly identity: string | null;
  readonly orderedDeletion: boolean;
  readonly read: readonly NamespaceFacts[];
}

/** The worker's answer, as JSON in its body. */
export interface LargeAnswer {
  readonly body: string;
  readonly record?: DecisionRecord;
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
      inForce = rules.ok ? { rules: rules.value, snapshot } : undefined;
    },
    review: async (door, body, extra, deadlineMillis) => {
      if (inForce === undefined) throw new Error('the worker has no rules');
      const world = worldOf(inForce.rules, inForce.snapshot, extra);
      let record: DecisionRecord | undefined;
      const answer = await reviewer({
        world: () => world,
        decisionId: () => extra.decisionId,
        clock: () => performance.now(),
        record: (made) => {
          record = made;
        },
        failed: (error) => {
          throw error;
        },
      })(door, body, deadlineMillis);
      const large: LargeAnswer = {
        body: answer.body.toString(),
        ...(record === undefined ? {} : { record }),
      };
      return { status: answer.status, body: JSON.stringify(large) };
    },
  });
}

function worldOf(rules: Rules, { namespaces, complete }: LargeSnapshot, extra: LargeExtra): World {
  const all = [...namespaces, ...extra.read];
  const found = completeLookup(all);
  return {
    rules:
      extra.identity === null ? rules : { ...rules, guards: { ...rules.guards, identity: extra.identity } },
    lookup: (name) => {
      const facts = found(name);
      return facts === 'absent' && !complete ? 'unknown' : facts;
    },
    known: () => all,
    contentsOf: () => 'unavailable',
    orderedDeletion: extra.orderedDeletion,
    budget: fullBudget,
  };
}
