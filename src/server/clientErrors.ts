/** Answers what is not even an HTTP request: broken syntax, a flood of headers, a request that does not arrive. */
import type { Duplex } from 'node:stream';
import { STATUS_CODES } from 'node:http';
import type { Refusal, Refusals } from './refusal.ts';

/** For the `clientError` event, where there is no response object: writes the answer itself and ends the connection. */
export function answerClientError(
  error: Error & { readonly code?: string },
  socket: Duplex,
  refusals: Refusals,
): void {
  if (!socket.writable || !isAboutHttp(error.code) || answering(socket)) {
    socket.destroy();
    return;
  }
  const refusal = refusalOf(error.code, refusals);
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(refusal.body)}\r\n\r\n${refusal.body}`,
    // A client that reads no answer must not keep the connection.
    () => socket.destroy(),
  );
}

/** Anything else, a handshake that failed or timed out among it, leaves nobody to answer: what is written then waits for ever. */
const isAboutHttp = (code = ''): boolean => code.startsWith('HPE_') || code.startsWith('ERR_HTTP_');

function refusalOf(code: string | undefined, refusals: Refusals): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return refusals.headersTooLarge;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refusals.requestTimeout;
    case undefined:
    default:
      return refusals.badRequest;
  }
}

/** Whether an answer is on its way already: a second one in the middle of it would be read as a part of it. */
function answering(socket: Duplex): boolean {
  const current: unknown = Reflect.get(socket, '_httpMessage');
  return typeof current === 'object' && current !== null && Reflect.get(current, 'headersSent') === true;
}
