/** Sends reviews that are large, or hard to decide, to resident workers, so that they do not stop the event loop that answers everybody else. */
import type { World } from '../admission/world.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import { isObject } from '../k8s/json.ts';
import type { LargeAnswer, LargeExtra, LargeSnapshot } from './largeReview.ts';
import type { Answer, Review } from './review.ts';
import type { Beyond, ReviewerPorts } from './reviewer.ts';
import type { Workers } from './workers.ts';

/** Bodies beyond this are decided in a worker. */
export const largeBytes = 1024 * 1024;

export interface LargePorts extends Pick<ReviewerPorts, 'live' | 'decisionId' | 'told' | 'recorder'> {
  readonly world: () => World;
  /** Changes whenever the snapshot does; the workers are told only then. */
  readonly revision: () => unknown;
  readonly snapshot: () => LargeSnapshot;
  readonly workers: Workers<LargeSnapshot, LargeExtra>;
}

/** Small reviews are decided at once by what `onThread` makes, large ones and those that are hard to decide in a worker. */
export function withWorkers(onThread: (beyond: Beyond) => Review, ports: LargePorts): Review {
  const inWorker = workerReview(ports);
  const small = onThread(inWorker);
  const large = async (...[door, body, deadline, traceparent]: Parameters<Review>): Promise<Answer> =>
    inWorker(door, body, deadline, await readAhead(body, ports.world(), ports), traceparent);
  return (door, body, deadline, traceparent) =>
    (body.length > largeBytes ? large : small)(door, body, deadline, traceparent);
}

function workerReview(ports: LargePorts): Beyond {
  let sent: unknown;
  return async (door, body, deadline, read, traceparent) => {
    const world = ports.world();
    if (sent !== ports.revision()) {
      sent = ports.revision();
      ports.workers.update(ports.snapshot());
    }
    const extra: LargeExtra = {
      decisionId: ports.decisionId(),
      identity: world.rules.guards.identity,
      orderedDeletion: world.orderedDeletion,
      ...(world.now === undefined ? {} : { now: world.now }),
      read,
      recording: recordingOf(ports),
    };
    const answer = await ports.workers.run(door, body, extra, deadline);
    const parsed = parse(answer);
    if (parsed === undefined) return answer;
    const { told, sealed, latencyMicros, lost } = parsed;
    if (told !== undefined) ports.told(told);
    if (sealed !== undefined) ports.recorder?.keep(sealed, latencyMicros, traceparent);
    if (lost) ports.recorder?.lost();
    return { ...answer, body: parsed.body };
  };
}

/**
 * The request's namespace, where it is not known yet: the API server writes it before the object, so the beginning of the body tells it
 * without parsing. A wrong guess is harmless: the worker finds the namespace unknown and refuses.
 */
async function readAhead(
  body: Buffer,
  world: World,
  { live }: LargePorts,
): Promise<readonly NamespaceFacts[]> {
  const name = /"namespace":"([a-z0-9-]{1,63})"/.exec(body.subarray(0, 8192).toString('latin1'))?.[1];
  if (live === undefined || name === undefined || world.lookup(name) !== 'unknown') return [];
  const facts = await live.readNamespace(name);
  return typeof facts === 'string' ? [] : [facts];
}

const recordingOf = ({ recorder }: LargePorts): LargeExtra['recording'] => {
  if (recorder === undefined) return 'off';
  return recorder.refuses() ? 'refuses' : 'on';
};

/** The worker's answer; undefined for one that the pool made itself (overloaded). */
function parse(answer: Answer): LargeAnswer | undefined {
  const value: unknown = JSON.parse(answer.body.toString());
  return isObject(value) && typeof value['body'] === 'string' ? (value as unknown as LargeAnswer) : undefined;
}
