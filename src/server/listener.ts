/** The TLS listener with every limit that node:https keeps by itself. */
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { Reception } from './reception.ts';
import { secureContextOf } from './tls/material.ts';
import type { MaterialSource } from './tls/source.ts';

/** HTTP/1.1 only, as kube-apiserver speaks it to webhooks; HTTP/2 would need limits of its own. */
export function createListener(
  handler: RequestListener,
  { limits, clients, observer }: Reception,
  tls: MaterialSource,
): Server {
  const server = createServer(
    {
      ...secureContextOf(tls.current),
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: limits.handshakeMillis,
      // Never refused in the handshake: probes have no certificate, and a review without one gets an answer that says so.
      requestCert: clients !== undefined,
      rejectUnauthorized: false,
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMillis,
      requestTimeout: limits.requestMillis,
      keepAliveTimeout: limits.keepAliveMillis,
      connectionsCheckingInterval: limits.checkMillis,
    },
    handler,
  );
  server.maxConnections = limits.connections;
  server.on('drop', () => {
    observer.shed('connections');
  });
  if (clients !== undefined) {
    server.on('secureConnection', (socket) => {
      clients.judge(socket);
    });
  }
  return server;
}
