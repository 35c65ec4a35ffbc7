/** Looks at the head of a review request and says whether its body will be read. */
import type { IncomingMessage } from 'node:http';
import type { ClientGate } from './clients.ts';
import type { Limits } from './limits.ts';
import type { Refusal, Refusals } from './refusal.ts';

/** The number of bytes to read, or the answer that makes reading needless. */
export function examine(
  request: IncomingMessage,
  limits: Limits,
  refusals: Refusals,
  clients: ClientGate | undefined,
): number | Refusal {
  if (clients !== undefined && !clients.admits(request.socket)) return refusals.clientNotAllowed;
  if (request.method !== 'POST') return refusals.postOnly;
  const { headers } = request;
  // A chunked body has none either: the parser refuses a request with both.
  const declared = headers['content-length'];
  if (declared === undefined) return refusals.lengthRequired;
  if (!isJson(headers['content-type'])) return refusals.mediaType;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return refusals.contentEncoding;
  const length = Number(declared);
  // The parser lets only digits through; a number too long to be exact is over the limit either way.
  return length <= limits.bodyBytes ? length : refusals.bodyTooLarge;
}

function isJson(type: string | undefined): boolean {
  return type === 'application/json' || (type !== undefined && /^application\/json[ \t]*(;|$)/i.test(type));
}

/** Room for the answer to reach the API server before it gives up. */
const marginMillis = 250;

/**
 * The instant by which a request that arrived at `now` is answered: the caller's `?timeout=5s` (whole seconds, as kube-apiserver writes it) less a
 * margin, and never later than `longestMillis`.
 */
export function deadlineOf(url: string | undefined, now: number, longestMillis: number): number {
  const seconds = /[?&]timeout=(\d{1,4})s(?:&|$)/.exec(url ?? '')?.[1];
  if (seconds === undefined || seconds === '0') return now + longestMillis;
  return now + Math.min(longestMillis, Number(seconds) * 1000 - marginMillis);
}
