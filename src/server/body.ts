/** Reads a request body of known length into one Buffer. */
import type { IncomingMessage } from 'node:http';

/**
 * Calls `done` once with exactly `length` bytes, or never if the client leaves before the last one. A body that comes in one piece is not copied;
 * any other is written into one allocation of its own, so that it can be transferred to a worker and is in memory once.
 */
export function readBody(request: IncomingMessage, length: number, done: (body: Buffer) => void): void {
  let body: Buffer | undefined;
  let filled = 0;
  request.on('data', (piece: Buffer) => {
    if (filled === 0 && piece.length === length) {
      body = piece;
    } else {
      body ??= Buffer.allocUnsafeSlow(length);
      piece.copy(body, filled);
    }
    filled += piece.length;
  });
  request.on('end', () => {
    // node:http counts the bytes against Content-Length; this is for the day when it does not.
    if (filled === length) done(body ?? Buffer.alloc(0));
    else request.destroy();
  });
}
