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

/**
 * Decides one request. `body` holds the bytes as they came and belongs to the callee from here on. `deadlineMillis` is an instant in milliseconds
 * since the epoch: the server answers 503 in its place then and takes the next request, so what is still running by then must be given up.
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
) => Answer | Promise<Answer>;

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
