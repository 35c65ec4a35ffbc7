/** The listener of the desk: its limits, and its certificate where it has one. */
import { createServer as createHttp } from 'node:http';
import type { RequestListener, Server, ServerOptions } from 'node:http';
import { createServer as createHttps } from 'node:https';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';

/** A certificate and its key in PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface DeskTls {
  readonly current: Pair;
  /** Calls `swap` for each replacement from now on. */
  readonly subscribe: (swap: (pair: Pair) => void) => void;
}

/** The router over a listener with its limits; it does not listen yet. */
export function appWith(tls: DeskTls | undefined): FastifyInstance {
  const limits = {
    maxHeaderSize: 16_384,
    headersTimeout: 10_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 65_000,
  };
  return fastify({
    bodyLimit: 1,
    forceCloseConnections: true,
    routerOptions: { querystringParser: () => ({}), maxParamLength: 64 },
    serverFactory: (handler) => {
      const server = tls === undefined ? createHttp(limits, handler) : encrypted(tls, limits, handler);
      server.maxConnections = 256;
      return server;
    },
  });
}

function encrypted(tls: DeskTls, limits: ServerOptions, handler: RequestListener): Server {
  const minVersion = 'TLSv1.2';
  const server = createHttps({ ...limits, ...tls.current, minVersion }, handler);
  tls.subscribe((pair) => {
    server.setSecureContext({ ...pair, minVersion });
  });
  return server;
}
