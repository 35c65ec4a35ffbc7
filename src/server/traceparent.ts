/** The trace that a request belongs to, as its `traceparent` header tells (W3C Trace Context, level 1). */
import type { IncomingHttpHeaders } from 'node:http';

const form = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The header, where there is one and it is well-formed; anything else is as if it were not there, so that nobody writes into our log with it. */
export function traceparentOf(headers: IncomingHttpHeaders): string | undefined {
  const given = headers['traceparent'];
  return typeof given === 'string' && given.length === 55 && form.test(given) ? given : undefined;
}
