/** The contract between the server, which moves bytes, and the decision, which the composition root passes in. */

/** Which webhook was called. */
export type Door = 'validate' | 'mutate';

/** What goes back: an HTTP status, which is 200 or 400 to 599, and a body of JSON. */
export interface Answer {
  readonly status: number;
  readonly body: string | Buffer;
  /** Sets `Retry-After`, in whole seconds; the API server repeats only a 429 or 5xx that carries it. */
  readonly retryAfterSeconds?: number;
}

/** Makes the answer to what was decided. It is called once, and in the same turn of the event loop. */
export type Settle = () => Answer;
/** What a review comes to. */
export type Given = Answer | Settle;

/** The answer to it. */
export const settled = (given: Given): Answer => (typeof given === 'function' ? given() : given);

/**
 * Decides one request. `body` holds the bytes as they came and belongs to the callee from here on. `deadlineMillis` is an instant in milliseconds
 * since the epoch: the server answers 503 in its place then and takes the next request, so what is still running by then must be given up.
 *
 * What could be decided at once is a `Settle`: the server lets it make the answer, and the record of it, when all that came in the same turn is decided.
 *
 * `traceparent` is the well-formed header of that name, where there was one: the trace that the request belongs to.
 *
 * Answers 200 with an AdmissionReview as soon as a uid is known and 400 or 422 for a body that is no review. A throw or a rejection is a bug; the
 * server answers 500 and logs it.
 */
export type Review = (
  door: Door,
  body: Buffer,
  deadlineMillis: number,
  traceparent?: string,
) => Given | Promise<Given>;

/** Whether the process may be sent requests and, where not, why not. */
export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

/** What `/metrics` answers. */
export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}
