/** What the server tells about itself; the composition root connects it to metrics and to the log. */
import type { Door } from './review.ts';

/** Why a request was turned away before it was decided. */
export type ShedReason = 'bytes' | 'queue' | 'connections';

/** Counts; every method is called on the path of a request and must be cheap. */
export interface ServerObserver {
  /** One review request is over. `status` is 499 where the client left before its answer was written; `seconds` from headers to last byte. */
  answered(door: Door, status: number, seconds: number): void;
  /** One request, or connection, was turned away because of load. */
  shed(reason: ShedReason): void;
  /** Called once at start: `read` gives the bytes of bodies that are held at that moment. */
  inFlightBytes(read: () => number): void;
  /** A review request begins; what is returned is called with the status when it is over, as `answered` is. */
  began?(door: Door, traceparent: string | undefined): ((status: number) => void) | undefined;
  /** A serving certificate is in force. */
  certificateExpires(at: Date): void;
}

/** The part of a structured logger that the server needs; `fields` never hold contents of requests. */
export interface ServerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
