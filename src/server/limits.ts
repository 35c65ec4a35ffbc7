/** How much one process takes on: sizes in bytes, times in milliseconds. */

export interface Limits {
  /** Of one request; a legal update of a large Pod is 17 MB. */
  readonly bodyBytes: number;
  /** Of all bodies held at once, counted by Content-Length before a body is read. */
  readonly inFlightBytes: number;
  /** A body beyond this counts as large: all large ones together get at most three quarters of `inFlightBytes`. */
  readonly largeBodyBytes: number;
  /** Request line and headers together. */
  readonly headerBytes: number;
  readonly connections: number;
  /** Reviews that are pending at once; further ones wait. */
  readonly deciding: number;
  readonly queued: number;
  /** The longest time for one review, from its headers to its answer; a shorter `?timeout=` of the caller wins. */
  readonly deadlineMillis: number;
  readonly handshakeMillis: number;
  readonly headersMillis: number;
  /** Until the last byte of the body. */
  readonly requestMillis: number;
  /** Longer than the 90 s for which the API server keeps an idle connection, so that it is always the API server that closes one. */
  readonly keepAliveMillis: number;
  /** How often the two times for headers and requests are looked at. */
  readonly checkMillis: number;
}

export const defaultLimits: Limits = {
  bodyBytes: 40 * 1024 * 1024,
  inFlightBytes: 256 * 1024 * 1024,
  largeBodyBytes: 1024 * 1024,
  headerBytes: 16 * 1024,
  connections: 1024,
  deciding: 64,
  queued: 256,
  deadlineMillis: 10_000,
  handshakeMillis: 10_000,
  headersMillis: 10_000,
  requestMillis: 15_000,
  keepAliveMillis: 120_000,
  checkMillis: 1_000,
};
