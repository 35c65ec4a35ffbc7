/** Registers what is asked about the process itself: is it alive, may it be sent requests, what has it counted. */
import type { Server } from 'node:https';
import type { FastifyInstance, FastifyReply, RouteGenericInterface } from 'fastify';
import type { Exposition, Readiness } from './review.ts';

export interface Probes {
  readonly readiness: () => Readiness;
  readonly metrics: (() => Promise<Exposition>) | undefined;
  readonly draining: () => boolean;
}

/** Probes need no client certificate and pass no queue, so they answer under any load that leaves the event loop running. */
export function registerProbes(app: FastifyInstance<Server>, probes: Probes): void {
  app.get('/livez', (_request, reply) => {
    answer(reply, probes, 200, 'text/plain; charset=utf-8', 'ok\n');
  });
  app.get('/readyz', (request, reply) => {
    const { ready, reasons } = readinessOf(probes);
    const status = ready ? 200 : 503;
    if (isVerbose(request.raw.url)) {
      answer(reply, probes, status, 'text/plain; charset=utf-8', listing(ready, reasons));
    } else {
      answer(reply, probes, status, 'application/json', JSON.stringify({ ready, reasons }));
    }
  });
  const { metrics } = probes;
  if (metrics === undefined) return;
  app.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await metrics();
    answer(reply, probes, 200, contentType, body);
    return reply;
  });
}

/** The injected readiness, which a drain overrides and whose failure counts as "not ready". */
function readinessOf(probes: Probes): Readiness {
  if (probes.draining()) return { ready: false, reasons: ['draining: the process is shutting down'] };
  try {
    return probes.readiness();
  } catch {
    return { ready: false, reasons: ['readiness cannot be told: the check itself failed'] };
  }
}

const isVerbose = (url: string | undefined): boolean => /[?&]verbose(?:[=&]|$)/.test(url ?? '');

/** Line by line as kube-apiserver's own `/readyz?verbose`. */
const listing = (ready: boolean, reasons: readonly string[]): string =>
  [...reasons.map((reason) => `[-] ${reason}`), ready ? 'ready' : 'not ready', ''].join('\n');

function answer(
  reply: FastifyReply<RouteGenericInterface, Server>,
  probes: Probes,
  status: number,
  type: string,
  body: string,
): void {
  reply.code(status).header('content-type', type).header('cache-control', 'no-store');
  if (probes.draining()) reply.header('connection', 'close');
  reply.send(body);
}
