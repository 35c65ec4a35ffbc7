/** What the server and a resident worker say to each other. */
import type { Door } from './review.ts';

/** One review; the bytes change hands, `extra` is cloned. A worker gets the next one only after it answered. */
export interface ReviewMessage<Extra> {
  readonly about: 'review';
  readonly door: Door;
  readonly body: Uint8Array;
  readonly extra: Extra;
  /** Milliseconds since the epoch. */
  readonly deadlineMillis: number;
}

/** A new snapshot that holds for every later review. */
export interface UpdateMessage<Snapshot> {
  readonly about: 'update';
  readonly snapshot: Snapshot;
}

export type ToWorker<Snapshot, Extra> = ReviewMessage<Extra> | UpdateMessage<Snapshot>;

export interface AnswerMessage {
  readonly about: 'answer';
  readonly status: number;
  readonly body: Uint8Array;
  readonly retryAfterSeconds?: number;
}

/** The review threw; the error crosses as it is. */
export interface FailureMessage {
  readonly about: 'failure';
  readonly error: Error;
}

export type FromWorker = AnswerMessage | FailureMessage;
