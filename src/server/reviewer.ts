/** Decides the reviews that the server receives: reads what must be read live, then asks the one pure function. */
import { admit } from '../admission/admit.ts';
import { decide, failed } from '../admission/decision.ts';
import type { Outcome } from '../admission/decision.ts';
import { recordOf } from '../admission/record.ts';
import type { DecisionRecord } from '../admission/record.ts';
import { required } from '../admission/required.ts';
import type { Required } from '../admission/required.ts';
import { respond } from '../admission/respond.ts';
import { readReview } from '../admission/review.ts';
import type { World } from '../admission/world.ts';
import type { LiveContents } from '../boundary/invariants/context.ts';
import type { Attributes } from '../k8s/attributes.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import type { Answer, Door, Review } from './review.ts';

/** What may be asked of a live cluster. A failure is an answer (`unknown`, `unavailable`), never "nothing there". */
export interface LiveReads {
  readonly readNamespace: (name: string) => Promise<NamespaceFacts | 'absent' | 'unknown'>;
  readonly contentsOf: (namespace: string) => Promise<LiveContents>;
}

export interface ReviewerPorts {
  /** The snapshot in force; taken once for each request. */
  readonly world: () => World;
  /** Absent without a cluster: then the inventory is all there is. */
  readonly live?: LiveReads;
  readonly decisionId: () => string;
  /** A monotonic clock in milliseconds. */
  readonly clock: () => number;
  readonly record: (record: DecisionRecord) => void;
  /** Told of bugs; the request is refused all the same. */
  readonly failed: (error: unknown) => void;
}

/** The function that the server calls. It answers at once unless something must be read live. */
export function reviewer(ports: ReviewerPorts): Review {
  return (door, body) => {
    const started = ports.clock();
    const read = readReview(body);
    if (!read.ok) {
      const { status, code, message } = read;
      return { status, body: JSON.stringify({ error: { code, message } }) };
    }
    const { attributes } = read;
    const world = ports.world();
    const finish = (seen: World): Answer => answer(door, attributes, seen, started, ports);
    try {
      if (ports.live === undefined) return finish(world);
      const needed = required(attributes, world);
      if (needed.namespaces.length === 0 && needed.contents.length === 0) return finish(world);
      return enriched(world, needed, ports.live).then(finish, (error: unknown) => {
        ports.failed(error);
        return refuse(door, attributes, world, started, ports);
      });
    } catch (error) {
      ports.failed(error);
      return refuse(door, attributes, world, started, ports);
    }
  };
}

function answer(
  door: Door,
  attributes: Attributes,
  world: World,
  started: number,
  ports: ReviewerPorts,
): Answer {
  let outcome: Outcome;
  try {
    outcome = admit(attributes, world, door);
  } catch (error) {
    ports.failed(error);
    return refuse(door, attributes, world, started, ports);
  }
  return settle(door, outcome, world, started, ports);
}

/** A bug of ours refuses the request: the uid is known, so the API server gets a proper answer. */
function refuse(
  door: Door,
  attributes: Attributes,
  world: World,
  started: number,
  ports: ReviewerPorts,
): Answer {
  const bug = failed(
    'internal',
    'Bulkhead failed to decide this; see its log, and please report it as a bug',
    500,
  );
  return settle(door, { attributes, decision: decide(bug, []) }, world, started, ports);
}

function settle(door: Door, outcome: Outcome, world: World, started: number, ports: ReviewerPorts): Answer {
  const identity = { decisionId: ports.decisionId(), rulesHash: world.rules.hash };
  const body = respond(outcome.attributes, outcome.decision, identity);
  ports.record(recordOf(door, outcome, identity, Math.round((ports.clock() - started) * 1000)));
  return { status: 200, body };
}

/** The same world with the live answers in it; they win over what was cached. */
async function enriched(world: World, needed: Required, live: LiveReads): Promise<World> {
  const [namespaces, contents] = await Promise.all([
    Promise.all(needed.namespaces.map(async (name) => [name, await live.readNamespace(name)] as const)),
    Promise.all(needed.contents.map(async (name) => [name, await live.contentsOf(name)] as const)),
  ]);
  const read = new Map(namespaces);
  const counted = new Map(contents);
  return {
    ...world,
    lookup: (name) => read.get(name) ?? world.lookup(name),
    contentsOf: (name) => (counted.has(name) ? counted.get(name) : world.contentsOf(name)),
  };
}
