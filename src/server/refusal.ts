/** The answers that the server gives by itself: fixed bodies of JSON that say what was wrong with the request and what to do. */
import type { Limits } from './limits.ts';

export interface Refusal {
  readonly status: number;
  readonly body: string;
  readonly retryAfterSeconds?: number;
  readonly allow?: string;
}

export interface Refusals {
  readonly badRequest: Refusal;
  readonly clientNotAllowed: Refusal;
  readonly notFound: Refusal;
  readonly postOnly: Refusal;
  readonly getOnly: Refusal;
  readonly lengthRequired: Refusal;
  readonly bodyTooLarge: Refusal;
  readonly mediaType: Refusal;
  readonly contentEncoding: Refusal;
  readonly requestTimeout: Refusal;
  readonly headersTooLarge: Refusal;
  readonly internal: Refusal;
  readonly overloaded: Refusal;
  readonly deadline: Refusal;
}

/** `{"error":{"code","message"}}` */
export const errorBody = (code: string, message: string): string =>
  JSON.stringify({ error: { code, message } });

/** Builds every refusal once. */
export function refusalsFor(limits: Limits): Refusals {
  const refusal = (status: number, code: string, message: string): Refusal => ({
    status,
    body: errorBody(code, message),
  });
  return {
    badRequest: refusal(400, 'bad_request', 'This is not a well-formed HTTP/1.1 request.'),
    clientNotAllowed: refusal(
      403,
      'client_not_allowed',
      'Reviews are answered only for an allowed client certificate; give the API server one for this webhook.',
    ),
    notFound: refusal(
      404,
      'not_found',
      'No such path; reviews go to POST /validate and POST /mutate, probes to GET /livez and GET /readyz.',
    ),
    postOnly: {
      ...refusal(405, 'method_not_allowed', 'Send an AdmissionReview with POST.'),
      allow: 'POST',
    },
    getOnly: { ...refusal(405, 'method_not_allowed', 'This path is read with GET.'), allow: 'GET, HEAD' },
    lengthRequired: refusal(
      411,
      'length_required',
      'Send the body with a Content-Length; chunked bodies are not read.',
    ),
    bodyTooLarge: refusal(
      413,
      'body_too_large',
      `A body may have at most ${limits.bodyBytes} bytes; nothing was decided.`,
    ),
    mediaType: refusal(415, 'unsupported_media_type', 'Send the body as Content-Type: application/json.'),
    contentEncoding: refusal(
      415,
      'unsupported_content_encoding',
      'Send the body as it is, without a Content-Encoding.',
    ),
    requestTimeout: refusal(408, 'request_timeout', 'The request did not arrive in time.'),
    headersTooLarge: refusal(
      431,
      'headers_too_large',
      `Request line and headers may have at most ${limits.headerBytes} bytes together.`,
    ),
    internal: refusal(
      500,
      'internal',
      'The review failed because of a fault in Bulkhead; nothing was allowed. The log has the details.',
    ),
    overloaded: {
      ...refusal(
        503,
        'overloaded',
        'Too much is being decided at this moment; nothing was decided. Try again.',
      ),
      retryAfterSeconds: 1,
    },
    // Without Retry-After: the API server would send the same body into the same wait.
    deadline: refusal(503, 'deadline_exceeded', 'The review did not finish in time; nothing was allowed.'),
  };
}
