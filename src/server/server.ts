/** Starts the HTTPS listener and takes it down again without losing a call. */
import type { Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { Budget } from './budget.ts';
import { ClientGate } from './clients.ts';
import { defaultLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import type { ServerLog, ServerObserver } from './observer.ts';
import { openReception } from './reception.ts';
import { refusalsFor } from './refusal.ts';
import type { Exposition, Readiness, Review } from './review.ts';
import { buildRoutes } from './routes.ts';
import { secureContextOf } from './tls/material.ts';
import type { MaterialSource } from './tls/source.ts';
import { Traffic } from './traffic.ts';
import type { Drain } from './traffic.ts';
import { Turnstile } from './turnstile.ts';

export interface ServerOptions {
  /** Host name or IP address to listen on; every interface where absent. */
  readonly host?: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Closed together with the server. */
  readonly tls: MaterialSource;
  /**
   * Requires a client certificate, signed by the source's `clientAuthority`, for reviews (not for probes). `names` are allowed common names or
   * subject alternative names; none means any certificate of that CA.
   */
  readonly clients?: { readonly names: readonly string[] };
  readonly review: Review;
  readonly readiness: () => Readiness;
  /** Without it there is no `/metrics`. */
  readonly metrics?: () => Promise<Exposition>;
  readonly observer: ServerObserver;
  readonly log: ServerLog;
  readonly limits?: Partial<Limits>;
}

export interface RunningServer {
  /** What it listens on, as `https://host:port` of a socket on this machine. */
  readonly address: string;
  readonly port: number;
  /** Looks at the certificate's source now. */
  reloadTls(): Promise<void>;
  /**
   * Fails readiness and answers on, each time with `Connection: close`, until no call came for `quietMillis`, or `atMostMillis` are over: callers
   * learn to go elsewhere before anything refuses them.
   */
  drain(drain: Drain): Promise<'quiet' | 'grace'>;
  /** Stops listening, lets pending answers finish for at most `graceMillis` (default 5 s), then cuts what is left. */
  close(graceMillis?: number): Promise<void>;
}

/** @throws when client certificates are required without a CA, or the address cannot be listened on. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { tls, observer, log } = options;
  if (options.clients !== undefined && tls.current.clientAuthority === undefined) {
    throw new Error('clients are required but there is no clientAuthority in the TLS source; name its file');
  }
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const refusals = refusalsFor(limits);
  const budget = new Budget(limits.inFlightBytes, limits.largeBodyBytes);
  const traffic = new Traffic();
  const clients = options.clients === undefined ? undefined : new ClientGate(options.clients.names);
  const reception = openReception({
    review: options.review,
    limits,
    refusals,
    budget,
    turnstile: new Turnstile(limits.deciding, limits.queued),
    traffic,
    observer,
    log,
    clients,
  });
  const server = await buildRoutes(reception, tls, {
    readiness: options.readiness,
    metrics: options.metrics,
    draining: () => traffic.draining,
  });
  const sockets = socketsOf(server);
  observer.inFlightBytes(() => budget.held);
  observer.certificateExpires(tls.current.notAfter);
  tls.subscribe((material) => {
    server.setSecureContext(secureContextOf(material));
    observer.certificateExpires(material.notAfter);
    log.info({ notAfter: material.notAfter.toISOString(), code: 'tls_swapped' }, 'serving a new certificate');
  });
  const address = await listen(server, options.port, options.host);
  return {
    address: `https://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    port: address.port,
    reloadTls: () => tls.check(),
    drain: (drain) => traffic.drain(drain),
    close: (graceMillis = 5_000) => close(server, sockets, tls, graceMillis),
  };
}

function listen(server: Server, port: number, host: string | undefined): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the listener has no address'));
      else resolve(address);
    });
  });
}

/** The TCP connections that are open, those among them that never finished their handshake: HTTP does not know of these. */
function socketsOf(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

async function close(
  server: Server,
  sockets: ReadonlySet<Socket>,
  tls: MaterialSource,
  graceMillis: number,
): Promise<void> {
  tls.close();
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  server.closeIdleConnections();
  const cut = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, graceMillis);
  await closed;
  clearTimeout(cut);
}
