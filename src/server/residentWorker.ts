/** The worker's side of a resident worker: takes reviews from its port one by one and sends the answers' bytes back. */
import type { MessagePort } from 'node:worker_threads';
import type { Answer, Door } from './review.ts';
import { transferable } from './transferable.ts';
import type { FromWorker, ReviewMessage, ToWorker } from './workerMessages.ts';

/** What a worker does. Both run on the worker's own thread. */
export interface Resident<Snapshot, Extra> {
  /** Takes a snapshot; it arrives before every review that was asked for after it. A throw ends the worker. */
  readonly update: (snapshot: Snapshot) => void;
  readonly review: (
    door: Door,
    body: Buffer,
    extra: Extra,
    deadlineMillis: number,
  ) => Answer | Promise<Answer>;
}

/** Serves the pool from a worker's entry module: `reside(parentPort, { update, review })`. */
export function reside<Snapshot, Extra>(port: MessagePort, resident: Resident<Snapshot, Extra>): void {
  port.on('message', (message: ToWorker<Snapshot, Extra>) => {
    if (message.about === 'update') {
      resident.update(message.snapshot);
      return;
    }
    void respond(port, resident, message);
  });
}

async function respond<Snapshot, Extra>(
  port: MessagePort,
  resident: Resident<Snapshot, Extra>,
  { door, body, extra, deadlineMillis }: ReviewMessage<Extra>,
): Promise<void> {
  try {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    send(port, await resident.review(door, bytes, extra, deadlineMillis));
  } catch (error) {
    const message: FromWorker = {
      about: 'failure',
      error: error instanceof Error ? error : new Error(`the worker threw a ${typeof error}`),
    };
    port.postMessage(message);
  }
}

function send(port: MessagePort, { status, body, retryAfterSeconds }: Answer): void {
  const bytes = transferable(typeof body === 'string' ? Buffer.from(body) : body);
  const message: FromWorker = {
    about: 'answer',
    status,
    body: bytes,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
  port.postMessage(message, [bytes.buffer]);
}
