/** A load generator that costs little: raw TLS sockets, one request in flight on each, answers read by their Content-Length. */
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';

/** What one run saw. Latencies are milliseconds, ascending. */
export interface Measured {
  readonly perSecond: number;
  readonly latencies: readonly number[];
  readonly failed: number;
}

/** One call of the webhook. */
export interface Call {
  readonly path: string;
  readonly body: Buffer;
}

export interface Load {
  readonly port: number;
  /** What is sent, in turn. */
  readonly calls: readonly Call[];
  readonly authority: Buffer;
  readonly connections: number;
  readonly millis: number;
  /** Ends it before its time. */
  readonly signal?: AbortSignal;
  /** Makes every request another call: the place of eight digits in the body, which count up. */
  readonly countAt?: number;
}

/** Keeps every connection busy for the given time; bounded, and against this machine only. */
export async function measure(load: Load): Promise<Measured> {
  const requests = load.calls.map(requestOf);
  let turn = 0;
  const next = (): Buffer => {
    turn += 1;
    const request = requests[turn % requests.length] ?? nothing;
    if (load.countAt === undefined) return request.bytes;
    const bytes = Buffer.from(request.bytes);
    bytes.write(String(turn).padStart(8, '0'), request.bodyAt + load.countAt, 'latin1');
    return bytes;
  };
  const latencies: number[] = [];
  let failed = 0;
  const sockets = await Promise.all(Array.from({ length: load.connections }, () => open(load)));
  const started = performance.now();
  const until = started + load.millis;
  await Promise.all(
    sockets.map((socket) =>
      keepBusy(
        socket,
        next,
        (now) => load.signal?.aborted === true || now >= until,
        (millis, ok) => {
          latencies.push(millis);
          if (!ok) failed += 1;
        },
      ),
    ),
  );
  const seconds = (performance.now() - started) / 1000;
  for (const socket of sockets) socket.destroy();
  return { perSecond: latencies.length / seconds, latencies: latencies.sort((a, b) => a - b), failed };
}

interface Request {
  readonly bytes: Buffer;
  /** Where in them the body begins. */
  readonly bodyAt: number;
}

const nothing: Request = { bytes: Buffer.alloc(0), bodyAt: 0 };

function requestOf({ path, body }: Call): Request {
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  return { bytes: Buffer.concat([Buffer.from(head), body]), bodyAt: head.length };
}

function open({ port, authority }: Load): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ca: authority, servername: 'localhost' }, () => {
      socket.setNoDelay(true);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

function keepBusy(
  socket: TLSSocket,
  next: () => Buffer,
  isOver: (now: number) => boolean,
  done: (millis: number, ok: boolean) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let seen = '';
    const send = (): void => {
      sent = performance.now();
      seen = '';
      socket.write(next());
    };
    socket.on('error', reject);
    socket.on('close', () => {
      reject(new Error('the server closed a connection under load'));
    });
    socket.on('data', (chunk: Buffer) => {
      seen += chunk.toString('latin1');
      const end = seen.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(seen)?.[1] ?? Number.NaN);
      if (end < 0 || seen.length < end + 4 + length) return;
      const now = performance.now();
      done(now - sent, seen.startsWith('HTTP/1.1 200') && seen.includes('"allowed":true'));
      if (!isOver(now)) send();
      else {
        socket.removeAllListeners('close');
        resolve();
      }
    });
    send();
  });
}
