/** Sends large reviews to resident workers, so that their parsing does not stop the event loop that answers everybody else. */
import type { World } from '../admission/world.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import { isObject } from '../k8s/json.ts';
import type { LargeAnswer, LargeExtra, LargeSnapshot } from './largeReview.ts';
import type { Answer, Review } from './review.ts';
import type { ReviewerPorts } from './reviewer.ts';
import type { Workers } from './workers.ts';

/** Bodies beyond this are decided in a worker. */
export const largeBytes = 1024 * 1024;

export interface LargePorts extends Pick<ReviewerPorts, 'live' | 'decisionId' | 'record'> {
  readonly world: () => World;
  /** Changes whenever the snapshot does; the workers are told only then. */
  readonly revision: () => unknown;
  readonly snapshot: () => LargeSnapshot;
  readonly workers: Workers<LargeSnapshot, LargeExtra>;
}

/** Small reviews go to `small` at once, large ones to a worker. */
export function withWorkers(small: Review, ports: LargePorts): Review {
  let told: unknown;
  const large = async (...[door, body, deadline]: Parameters<Review>): Promise<Answer> => {
    const world = ports.world();
    if (told !== ports.revision()) {
      told = ports.revision();
      ports.workers.update(ports.snapshot());
    }
    const extra: LargeExtra = {
      decisionId: ports.decisionId(),
      identity: world.rules.guards.identity,
      orderedDeletion: world.orderedDeletion,
      read: await readAhead(body, world, ports),
    };
    const answer = await ports.workers.run(door, body, extra, deadline);
    const parsed = parse(answer);
    if (parsed?.record !== undefined) ports.record(parsed.record);
    return parsed === undefined ? answer : { ...answer, body: parsed.body };
  };
  return (door, body, deadline) =>
    body.length > largeBytes ? large(door, body, deadline) : small(door, body, deadline);
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

/** The worker's answer; undefined for one that the pool made itself (overloaded). */
function parse(answer: Answer): LargeAnswer | undefined {
  const value: unknown = JSON.parse(answer.body.toString());
  return isObject(value) && typeof value['body'] === 'string' ? (value as unknown as LargeAnswer) : undefined;
}
