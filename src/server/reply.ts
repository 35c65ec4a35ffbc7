/** Writes an answer to a request. */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Answer } from './review.ts';

/**
 * Writes head and body in one go. With `closing` the connection ends after this answer, which a client takes as "the next request on a new
 * connection", so nothing is lost. A part of the request body that was not read is discarded by node:http.
 */
export function reply(
  response: ServerResponse,
  answer: Answer & { readonly allow?: string },
  closing: boolean,
): void {
  if (response.destroyed || response.headersSent) return;
  const headers: OutgoingHttpHeaders = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(answer.body),
  };
  if (answer.retryAfterSeconds !== undefined) headers['Retry-After'] = answer.retryAfterSeconds;
  if (answer.allow !== undefined) headers.Allow = answer.allow;
  if (closing) headers.Connection = 'close';
  response.writeHead(answer.status, headers);
  response.end(answer.body);
}
