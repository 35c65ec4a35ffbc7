/** Decides the reviews that the server receives: reads what must be read live, then asks the one pure function. */
import { setImmediate as soon } from 'node:timers/promises';
import { admit } from '../admission/admit.ts';
import { isSpent } from '../admission/allowance.ts';
import { decide, failed } from '../admission/decision.ts';
import type { Decision, Outcome } from '../admission/decision.ts';
import { required } from '../admission/required.ts';
import type { Required } from '../admission/required.ts';
import { respond, verdictOf } from '../admission/respond.ts';
import type { Identity, Verdict } from '../admission/respond.ts';
import { readReview } from '../admission/review.ts';
import { tellStored } from '../admission/scanning/onboarding.ts';
import type { Telling } from '../admission/scanning/onboarding.ts';
import type { RecordedLabels, StoredFloor, StoredObjects, World } from '../admission/world.ts';
import type { LiveContents } from '../boundary/invariants/context.ts';
import type { Sealed, SealedHead } from '../decisions/event/seal.ts';
import type { Attributes } from '../k8s/attributes.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import type { Violation } from '../k8s/violation.ts';
import { RecentReviews } from './recentReviews.ts';
import { unrecorded } from './recording.ts';
import type { Recorder } from './recording.ts';
import type { Answer, Door, Given, Review, Settle } from './review.ts';

/** What may be asked of a live cluster. A failure is an answer (`unknown`, `unavailable`), never "nothing there". */
export interface LiveReads {
  readonly readNamespace: (name: string) => Promise<NamespaceFacts | 'absent' | 'unknown'>;
  readonly contentsOf: (namespace: string) => Promise<LiveContents>;
  readonly recordOf: (name: string) => Promise<RecordedLabels>;
  readonly floorOf: (namespace: string) => Promise<StoredFloor>;
  readonly storedIn: (namespace: string) => Promise<StoredObjects>;
}

/** What is counted of a decision. */
export interface Told {
  readonly door: Door;
  readonly dryRun: boolean;
  readonly decision: Verdict;
  readonly kind: string;
  /** The stable code of what could not be judged. */
  readonly failure?: string;
  /** What rules found, without a word of the object. */
  readonly results: readonly Result[];
}

/** One finding of a rule; `budget`: it could not be evaluated within its budget. */
export interface Result extends Pick<Violation, 'kind' | 'rule' | 'action' | 'code'> {
  /** The kind of the rule's own object: a guardrail may be an admission policy of Kubernetes. */
  readonly subject: string;
  readonly budget: boolean;
}

/** Decides a review again elsewhere, told of the namespaces that were looked up for it. */
export type Beyond = (
  door: Door,
  body: Buffer,
  deadlineMillis: number,
  read: readonly NamespaceFacts[],
  traceparent?: string,
) => Promise<Answer>;

export interface ReviewerPorts {
  /** The snapshot in force; taken once for each request. */
  readonly world: () => World;
  /** Absent without a cluster: then the inventory is all there is. */
  readonly live?: LiveReads;
  readonly decisionId: () => string;
  /** A monotonic clock in milliseconds. */
  readonly clock: () => number;
  readonly told: (told: Told) => void;
  /** Absent where decisions are not recorded. */
  readonly recorder?: Recorder;
  /**
   * Decides with more budget what the world's own does not suffice for; `read` are the namespaces that were looked up for it. Absent: the
   * world's budget is all there is.
   */
  readonly beyond?: Beyond;
  /** Told of bugs; the request is refused all the same. */
  readonly failed: (error: unknown) => void;
}

/** The function that the server calls. It decides at once unless something must be read live. */
export function reviewer(all: ReviewerPorts): Review {
  const recent = new RecentReviews(readReview);
  return (door, body, deadline, traceparent) => {
    const ports = traceparent === undefined ? all : traced(all, traceparent);
    const started = ports.clock();
    const read = recent.read(body);
    if (!read.ok) {
      const { status, code, message } = read;
      return { status, body: JSON.stringify({ error: { code, message } }) };
    }
    const { attributes } = read;
    const world = ports.world();
    const finish = (seen: World): Given | Promise<Answer> =>
      answer(door, attributes, seen, started, ports, (beyond) =>
        beyond(door, body, deadline, factsRead(attributes, seen), traceparent).catch((error: unknown) =>
          refuse(error, door, attributes, seen, started, ports),
        ),
      );
    try {
      if (ports.live === undefined) return finish(world);
      const needed = required(attributes, world);
      if (Object.values(needed).every((names: readonly string[]) => names.length === 0)) return finish(world);
      return enriched(world, needed, ports.live).then<Given, Given>(finish, (error: unknown) =>
        refuse(error, door, attributes, world, started, ports),
      );
    } catch (error) {
      return refuse(error, door, attributes, world, started, ports);
    }
  };
}

/** The same ports; what is kept of the decision is told with the trace that it belongs to. */
function traced(ports: ReviewerPorts, traceparent: string): ReviewerPorts {
  const { recorder } = ports;
  if (recorder === undefined) return ports;
  return {
    ...ports,
    recorder: {
      ...recorder,
      keep: (sealed, latencyMicros) => {
        recorder.keep(sealed, latencyMicros, traceparent);
      },
    },
  };
}

function answer(
  door: Door,
  attributes: Attributes,
  world: World,
  started: number,
  ports: ReviewerPorts,
  handOver: (beyond: Beyond) => Promise<Answer>,
): Settle | Answer | Promise<Answer> {
  let outcome: Outcome;
  try {
    outcome = admit(attributes, world, door);
    if (ports.beyond !== undefined && isSpent(world)) return handOver(ports.beyond);
  } catch (error) {
    return refuse(error, door, attributes, world, started, ports);
  }
  if (door !== 'validate' || world.storedIn === undefined) {
    const micros = microsSince(started, ports);
    return () => {
      try {
        return settle(door, outcome, world, micros, ports);
      } catch (error) {
        return refuse(error, door, attributes, world, started, ports);
      }
    };
  }
  return paced(tellStored(outcome, world), ports.clock).then(
    (told) => settle(door, told, world, microsSince(started, ports), ports),
    (error: unknown) => refuse(error, door, attributes, world, started, ports),
  );
}

const microsSince = (started: number, { clock }: ReviewerPorts): number =>
  Math.round((clock() - started) * 1000);

/** Other reviews come first: judging for so long at a time, and for so long altogether, what is only told. */
const stretchMillis = 5;
const tellingMillis = 1_000;

/** Goes through a telling without keeping others waiting. */
async function paced<T>(telling: Telling<T>, clock: () => number): Promise<T> {
  const started = clock();
  let paused = started;
  let step = telling.next(false);
  while (step.done !== true) {
    if (clock() - paused >= stretchMillis) {
      await soon();
      paused = clock();
    }
    step = telling.next(clock() - started >= tellingMillis);
  }
  return step.value;
}

/** What the world knows for certain of the namespaces that the request depends on. */
const factsRead = (attributes: Attributes, world: World): readonly NamespaceFacts[] =>
  [attributes.namespace, ...required(attributes, world).namespaces].flatMap((name) => {
    const facts = world.lookup(name);
    return typeof facts === 'string' ? [] : [facts];
  });

/** A bug of ours is told, and refuses the request: the uid is known, so the API server gets a proper answer. */
function refuse(
  error: unknown,
  door: Door,
  attributes: Attributes,
  world: World,
  started: number,
  ports: ReviewerPorts,
): Answer {
  ports.failed(error);
  const bug = failed(
    'internal',
    'Bulkhead failed to decide this; see its log, and please report it as a bug',
    500,
  );
  const micros = microsSince(started, ports);
  return settle(door, { attributes, decision: decide(bug, []) }, world, micros, ports);
}

/** Makes the record and the answer. `micros`: how long the decision took. */
function settle(door: Door, decided: Outcome, world: World, micros: number, ports: ReviewerPorts): Answer {
  const { recorder } = ports;
  const identity = { decisionId: ports.decisionId(), rulesHash: world.rules.hash, door };
  let outcome = recorder?.refuses() === true ? unrecorded(door, decided) : decided;
  const sealed = recorder === undefined ? undefined : seal(door, outcome, identity, world, ports);
  // What has no record because of a bug of ours must not be allowed where records are required.
  if (sealed === 'failed' && recorder?.required === true) outcome = unrecorded(door, outcome);
  const known = sealed === undefined || sealed === 'failed' ? undefined : sealed;
  const { attributes, decision } = outcome;
  const body = respond(
    attributes,
    decision,
    known === undefined ? identity : { ...identity, recordHash: known.recordHash },
  );
  if (known !== undefined) recorder?.keep(known, micros);
  const failure = decision.failure === undefined ? {} : { failure: decision.failure.code };
  ports.told({
    door,
    dryRun: attributes.dryRun,
    decision: verdictOf(decision),
    kind: attributes.kind,
    ...failure,
    results: resultsOf(decision),
  });
  return { status: 200, body };
}

const none: readonly Result[] = [];

/** A guardrail's error names its code in its message; a Boundary that is not proven has one of its own. */
const resultsOf = ({ violations }: Decision): readonly Result[] =>
  violations.length === 0
    ? none
    : violations.map(({ kind, rule, action, code, message, policy }) => ({
        kind,
        subject: policy?.kind ?? kind,
        rule,
        action,
        code,
        budget:
          code === 'boundary.unproven' || (code === 'policy.error' && message.includes('(cel.costExceeded,')),
      }));

/** The log's troubles are not the request's: where no record can be made, that is counted and told. */
function seal(
  door: Door,
  outcome: Outcome,
  identity: Identity,
  world: World,
  { recorder, failed: tell }: ReviewerPorts,
): Sealed | SealedHead | 'failed' | undefined {
  try {
    return recorder?.seal(door, outcome, identity, world);
  } catch (error) {
    tell(error);
    recorder?.lost();
    return 'failed';
  }
}

/** The same world with the live answers in it; they win over what was cached. */
async function enriched(world: World, needed: Required, live: LiveReads): Promise<World> {
  const each = async <T>(
    names: readonly string[],
    read: (name: string) => Promise<T>,
  ): Promise<Map<string, T>> =>
    new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
  const [read, counted, recorded, floors, stored] = await Promise.all([
    each(needed.namespaces, live.readNamespace),
    each(needed.contents, live.contentsOf),
    each(needed.records, live.recordOf),
    each(needed.floors, live.floorOf),
    each(needed.stored, live.storedIn),
  ]);
  const { recordOf, floorOf } = world;
  return {
    ...world,
    lookup: (name) => read.get(name) ?? world.lookup(name),
    contentsOf: (name) => (counted.has(name) ? counted.get(name) : world.contentsOf(name)),
    ...(recordOf === undefined ? {} : { recordOf: (name) => recorded.get(name) ?? recordOf(name) }),
    ...(floorOf === undefined ? {} : { floorOf: (name) => floors.get(name) ?? floorOf(name) }),
    ...(stored.size === 0 ? {} : { storedIn: (name) => stored.get(name) }),
  };
}
