// An HTTPS server that answers whatever a test tells it to, however bad: what stands between Bulkhead and an API server may do that.
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { afterAll, beforeAll } from '@jest/globals';
import type { Access } from '../../src/cluster/access.ts';
import { apiServer } from '../../src/cluster/apiServer.ts';
import type { ApiServer } from '../../src/cluster/apiServer.ts';
import { makeAuthority, makeServing } from '../../src/server/tls/issue.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface RoughServer {
  readonly access: Access;
  /** The same server, to somebody who trusts nobody. */
  readonly untrusted: Access;
  /** `METHOD /path?query` of everything asked so far. */
  readonly asked: readonly string[];
  /** How many connections were made. */
  connections(): number;
  answer(handler: Handler): void;
  close(): Promise<void>;
}

export async function startRoughServer(): Promise<RoughServer> {
  const now = new Date();
  const authority = await makeAuthority('rough', now, 1);
  const serving = await makeServing(authority, 'rough', ['127.0.0.1'], now, 1);
  const asked: string[] = [];
  let connections = 0;
  let handler: Handler = (_request, response) => response.end();
  const server = createServer({ cert: serving.certificate, key: serving.key }, (request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    handler(request, response);
  });
  server.on('secureConnection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const to = (ca: string | undefined): Access => ({
    server: `https://127.0.0.1:${port}`,
    ownNamespace: undefined,
    authorize: () => Promise.resolve({ tls: ca === undefined ? {} : { ca }, headers: { 'x-who': 'me' } }),
  });
  return {
    access: to(authority.certificate),
    untrusted: to(undefined),
    asked,
    connections: () => connections,
    answer: (next) => {
      handler = next;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Starts one around the tests of a file, and asks it as an API server. */
export function withRoughServer(): { readonly rough: () => RoughServer; readonly server: () => ApiServer } {
  let started: { readonly rough: RoughServer; readonly server: ApiServer } | undefined;
  const running = (): NonNullable<typeof started> => {
    if (started === undefined) throw new Error('the rough server was not started');
    return started;
  };
  beforeAll(async () => {
    const rough = await startRoughServer();
    started = { rough, server: apiServer(rough.access) };
  });
  afterAll(async () => {
    started?.server.stop();
    await started?.rough.close();
  });
  return { rough: () => running().rough, server: () => running().server };
}

/** Answers JSON. */
export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

/** Answers text. */
export const text =
  (status: number, body: string): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html' });
    response.end(body);
  };
