/** Which path and method goes where: reviews, probes, and everything else to a refusal. */
import type { RequestListener } from 'node:http';
import type { Server } from 'node:https';
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerClientError } from './clientErrors.ts';
import { createListener } from './listener.ts';
import { registerProbes } from './probes.ts';
import type { Probes } from './probes.ts';
import { receive } from './reception.ts';
import type { Reception } from './reception.ts';
import type { Refusal, Refusals } from './refusal.ts';
import { reply as write } from './reply.ts';
import type { Door } from './review.ts';
import type { MaterialSource } from './tls/source.ts';
import type { Traffic } from './traffic.ts';

/** Puts reviews and then Fastify, which routes the rest, on top of the listener, which carries the limits; the server returned does not listen yet. */
export async function buildRoutes(
  reception: Reception,
  tls: MaterialSource,
  probes: Probes,
): Promise<Server> {
  const { refusals, traffic } = reception;
  const app = fastify<Server>({
    serverFactory: (handler) => createListener(reviewsFirst(handler, reception), reception, tls),
    routerOptions: { querystringParser: () => ({}) },
    clientErrorHandler: (error, socket) => {
      answerClientError(error, socket, refusals);
    },
    frameworkErrors: (_error, _request, reply) => {
      refuse(reply, refusals.badRequest, traffic);
    },
  });
  registerProbes(app, probes);
  registerRefusals(app, reception);
  await app.ready();
  return app.server;
}

/**
 * Takes reviews before Fastify sees them: its routing, reading and sending serve far more than a review needs, and this is the one path whose
 * cost everybody feels. Everything else is Fastify's.
 */
function reviewsFirst(others: RequestListener, reception: Reception): RequestListener {
  return (request, response) => {
    const door = request.method === 'POST' ? doorOf(request.url ?? '') : undefined;
    if (door === undefined) others(request, response);
    else receive(reception, door, request, response);
  };
}

/** The API server adds its time limit as a query. */
function doorOf(url: string): Door | undefined {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  if (path === '/validate') return 'validate';
  return path === '/mutate' ? 'mutate' : undefined;
}

function registerRefusals(app: FastifyInstance<Server>, { refusals, traffic, log }: Reception): void {
  app.removeAllContentTypeParsers();
  // Nothing but a review has a body that is read.
  app.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
  app.setNotFoundHandler((request, reply) => {
    refuse(reply, misdirected(request, refusals), traffic);
  });
  app.setErrorHandler((error, request, reply) => {
    if (request.is404) {
      refuse(reply, misdirected(request, refusals), traffic);
      return;
    }
    log.error({ err: error, code: 'probe_failed' }, 'a probe failed; answered 500');
    refuse(reply, refusals.internal, traffic);
  });
}

/** Which answer a request deserves that no route took: the wrong method or the wrong path. */
function misdirected(request: FastifyRequest, refusals: Refusals): Refusal {
  const path = (request.raw.url ?? '').split('?', 1)[0];
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (path === '/validate' || path === '/mutate') return refusals.postOnly;
  if (reads) return refusals.notFound;
  if (path === '/livez' || path === '/readyz' || path === '/metrics') return refusals.getOnly;
  return refusals.notFound;
}

function refuse(reply: FastifyReply, refusal: Refusal, traffic: Traffic): void {
  reply.hijack();
  write(reply.raw, refusal, traffic.draining);
}
