/** A real server on a free port of this machine, with certificates of its own, and two ways to call it. */
import { request as httpsRequest } from 'node:https';
import type { Agent } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { defaultLimits } from '../../src/server/limits.ts';
import type { Limits } from '../../src/server/limits.ts';
import type { Review } from '../../src/server/review.ts';
import { startServer } from '../../src/server/server.ts';
import type { RunningServer, ServerOptions } from '../../src/server/server.ts';
import { makeAuthority, makeServing } from '../../src/server/tls/issue.ts';
import type { Pair } from '../../src/server/tls/issue.ts';
import { materialFrom } from '../../src/server/tls/material.ts';
import { openSource } from '../../src/server/tls/source.ts';
import type { LoadMaterial } from '../../src/server/tls/source.ts';

export interface Told {
  readonly answers: { readonly door: string; readonly status: number; readonly seconds: number }[];
  readonly shed: string[];
  readonly logged: { readonly level: string; readonly fields: object; readonly message: string }[];
  inFlightBytes: () => number;
}

export interface Running {
  readonly server: RunningServer;
  readonly authority: string;
  readonly told: Told;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let authorityMade: Promise<Pair> | undefined;
/** One authority for each test file: making one costs a tenth of a second. */
export const authority = (): Promise<Pair> => (authorityMade ??= makeAuthority('test CA', new Date(), 2));

/** A source that serves a fresh certificate for localhost. */
export async function localMaterial(clientAuthority?: string): Promise<LoadMaterial> {
  const pair = await makeServing(await authority(), 'bulkhead', ['localhost', '127.0.0.1'], new Date(), 1);
  const names = { certificate: 'tls.crt', key: 'tls.key' };
  return () =>
    Promise.resolve(
      materialFrom({ ...pair, ...(clientAuthority === undefined ? {} : { clientAuthority }) }, names),
    );
}

export async function start(
  review: Review,
  limits: Partial<Limits> = {},
  overrides: Partial<ServerOptions> & { readonly load?: LoadMaterial } = {},
): Promise<Running> {
  const told: Told = { answers: [], shed: [], logged: [], inFlightBytes: () => Number.NaN };
  const source = await openSource(overrides.load ?? (await localMaterial()));
  if (!source.ok) throw new Error(JSON.stringify(source.issues));
  const log = (level: string) => (fields: object, message: string) => {
    told.logged.push({ level, fields, message });
  };
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    tls: source.value,
    review,
    readiness: () => ({ ready: true, reasons: [] }),
    observer: {
      answered: (door, status, seconds) => {
        told.answers.push({ door, status, seconds });
      },
      shed: (reason) => {
        told.shed.push(reason);
      },
      inFlightBytes: (read) => {
        told.inFlightBytes = read;
      },
      certificateExpires: () => undefined,
    },
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    limits: { ...defaultLimits, checkMillis: 25, ...limits },
    ...overrides,
  });
  return { server, authority: (await authority()).certificate, told };
}

/** One call with node:https, as an API server makes it. */
export function call(
  running: Running,
  path: string,
  options: {
    readonly method?: string;
    readonly body?: string | Buffer;
    readonly headers?: Readonly<Record<string, string | number>>;
    readonly agent?: Agent;
    readonly tls?: ConnectionOptions;
  } = {},
): Promise<Reply> {
  const { method = 'POST', body = '{}', headers = {}, agent = false, tls = {} } = options;
  const sent = method === 'POST' || options.body !== undefined;
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: '127.0.0.1',
        port: running.server.port,
        path,
        method,
        agent,
        ca: running.authority,
        headers: sent
          ? { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), ...headers }
          : headers,
        ...tls,
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(pieces).toString(),
          });
        });
      },
    );
    request.on('error', reject);
    if (sent) request.end(body);
    else request.end();
  });
}

/**
 * Writes `pieces` to a TLS connection as they are, half-closes where asked, and resolves with everything that came back once the server closed or
 * one whole answer arrived.
 */
export function speak(
  running: Running,
  pieces: readonly (string | Buffer)[],
  options: { readonly halfClose?: boolean } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect({
      host: '127.0.0.1',
      port: running.server.port,
      ca: running.authority,
      ALPNProtocols: ['http/1.1'],
    });
    socket.once('secureConnect', () => {
      for (const piece of pieces) socket.write(piece);
      if (options.halfClose === true) socket.end();
    });
    socket.on('data', (piece: Buffer) => {
      heard += piece.toString('latin1');
      const [head, rest] = heard.split('\r\n\r\n', 2);
      const length = /content-length: (\d+)/i.exec(head ?? '')?.[1];
      if (rest !== undefined && rest.length >= Number(length ?? 0)) socket.destroy();
    });
    socket.on('error', (error: Error & { code?: string }) => {
      // The server may end a connection that it has refused while we still write.
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
    });
    socket.on('close', () => {
      resolve(heard);
    });
  });
}

/** The status of an answer as `speak` heard it; 0 where there was none. */
export const statusOf = (heard: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(heard)?.[1] ?? 0);

/** Watches how long this process got no turn; the answer ends that and tells the longest time, in milliseconds. */
export function longestPause(): () => number {
  let last = performance.now();
  let longest = 0;
  const look = (): void => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  };
  const timer = setInterval(look, 10);
  return () => {
    clearInterval(timer);
    look();
    return longest;
  };
}

/** Waits until `holds`, for things that end a moment after the answer. */
export async function eventually(holds: () => boolean, atMostMillis = 3_000): Promise<void> {
  const end = performance.now() + atMostMillis;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`never came true: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
