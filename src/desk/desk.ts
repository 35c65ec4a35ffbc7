/** The review desk's HTTP API: questions to the decision log, for readers with a token, each reading recorded. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Read } from '../config/issue.ts';
import { readEvent } from '../decisions/query/answer.ts';
import { gathered } from '../decisions/query/parameters.ts';
import type { DecisionReader } from '../decisions/query/query.ts';
import type { ReadEvent } from '../decisions/record.ts';
import { admitted } from './access.ts';
import type { Gate, Reader } from './access.ts';
import { answer, headers, refuse } from './answers.ts';
import { appWith } from './listener.ts';
import type { DeskTls } from './listener.ts';
import { openApi } from './openApi.ts';
import type { DocumentedPath } from './openApi.ts';
import { limiter } from './rate.ts';
import { countDecisions, listDecisions, showDecision, showNeighbours, tailFilter } from './routes.ts';
import type { Answer, Asking, Reading } from './routes.ts';
import { sharing } from './shares.ts';
import type { Place, Places } from './shares.ts';
import { tail, tailStart, usualTiming } from './tail.ts';
import type { TailTiming } from './tail.ts';

export interface DeskOptions {
  readonly address: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Absent: plain HTTP, for loopback. */
  readonly tls?: DeskTls;
  readonly gates: readonly Gate[];
  readonly decisions: DecisionReader;
  /** Writes the reading into the log; false where it cannot: then nothing is answered. */
  readonly record: (event: ReadEvent) => boolean | Promise<boolean>;
  readonly failed: (error: unknown) => void;
  readonly version: string;
  readonly now?: () => number;
  readonly limits?: Partial<DeskLimits>;
}

export interface DeskLimits {
  /** Questions of one reader in one go, and how many a second come back. */
  readonly burst: number;
  readonly perSecond: number;
  /** Questions under way at once, and tails that are open. */
  readonly asking: Places;
  readonly tails: Places;
  readonly timing: TailTiming;
}

const usualLimits: DeskLimits = {
  burst: 60,
  perSecond: 20,
  asking: { inAll: 32, each: 8 },
  tails: { inAll: 32, each: 8 },
  timing: usualTiming,
};

export interface Desk {
  /** `http://ADDRESS:PORT` */
  readonly address: string;
  readonly close: () => Promise<void>;
}

type Route = (asking: Asking, id: string) => Promise<Read<Answer>>;

/** What answers each path of the document, but for the tail and the document itself: a path in one of the two alone does not compile. */
const routes: Readonly<Record<Exclude<DocumentedPath, '/api/v1/tail' | '/openapi.json'>, Route>> = {
  '/api/v1/decisions': listDecisions,
  '/api/v1/groups': countDecisions,
  '/api/v1/decisions/{id}': showDecision,
  '/api/v1/decisions/{id}/neighbours': showNeighbours,
};

/** @throws what the listener throws where the address cannot be listened on. */
export async function startDesk(options: DeskOptions): Promise<Desk> {
  const limits = { ...usualLimits, ...options.limits };
  const app = appWith(options.tls);
  const stopping = new AbortController();
  new Api(app, options, limits, stopping.signal).register();
  await app.listen({ host: options.address, port: options.port });
  const bound: AddressInfo | string | null = app.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port;
  const host = options.address.includes(':') ? `[${options.address}]` : options.address;
  return {
    address: `${options.tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    close: async () => {
      stopping.abort();
      await app.close();
    },
  };
}

class Api {
  readonly #app: FastifyInstance;
  readonly #options: DeskOptions;
  readonly #limits: DeskLimits;
  readonly #stopping: AbortSignal;
  readonly #allows: (name: string) => boolean;
  readonly #now: () => number;
  readonly #asking: (name: string) => Place;
  readonly #tails: (name: string) => Place;

  constructor(app: FastifyInstance, options: DeskOptions, limits: DeskLimits, stopping: AbortSignal) {
    this.#app = app;
    this.#options = options;
    this.#limits = limits;
    this.#stopping = stopping;
    this.#now = options.now ?? Date.now;
    this.#allows = limiter(limits, this.#now);
    this.#asking = sharing(limits.asking);
    this.#tails = sharing(limits.tails);
  }

  register(): void {
    const app = this.#app;
    app.removeAllContentTypeParsers();
    app.addHook('onRequest', async (request, reply) => {
      reply.headers(headers);
      if (this.#options.tls !== undefined) reply.header('strict-transport-security', 'max-age=31536000');
      const length = request.headers['content-length'];
      if ((length !== undefined && length !== '0') || request.headers['transfer-encoding'] !== undefined)
        return refuse(reply, 400, 'body', 'Nothing here reads a body; send none.');
      return undefined;
    });
    app.setNotFoundHandler((request, reply) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        reply.header('allow', 'GET, HEAD');
        return refuse(reply, 405, 'method', 'Everything here is read with GET.');
      }
      return refuse(reply, 404, 'no_path', 'There is no such path; /openapi.json lists those there are.');
    });
    app.setErrorHandler((error, _request, reply) => {
      const { statusCode } = Object(error) as { readonly statusCode?: unknown };
      if (typeof statusCode === 'number' && statusCode < 500)
        return refuse(reply, statusCode, 'bad_request', 'This is not a well-formed request.');
      this.#options.failed(error);
      return refuse(
        reply,
        503,
        'log_unreadable',
        'The decision log cannot be read at this moment; try again.',
      );
    });
    const document = openApi(this.#options.version);
    app.get('/openapi.json', (_request, reply) => answer(reply, document));
    for (const [path, route] of Object.entries(routes))
      this.#route(path.replaceAll(/\{(\w+)\}/g, ':$1'), route);
    app.get('/api/v1/tail', async (request, reply) => {
      const reader = await this.#reader(request, reply);
      if (reader === undefined) return reply;
      const place = this.#tails(reader.name);
      if (!place.ok) return crowded(reply, place.full, 'tails', this.#limits.tails.each);
      try {
        return await this.#tail(reader, request, reply);
      } finally {
        place.leave();
      }
    });
  }

  #route(path: string, route: Route): void {
    this.#app.get<{ Params: { id?: string } }>(path, async (request, reply) => {
      const reader = await this.#reader(request, reply);
      if (reader === undefined) return reply;
      const place = this.#asking(reader.name);
      if (!place.ok) return crowded(reply, place.full, 'questions', this.#limits.asking.each);
      try {
        return await this.#answered(reader, request, reply, request.params.id ?? '', route);
      } finally {
        place.leave();
      }
    });
  }

  async #answered(
    reader: Reader,
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    route: Route,
  ): Promise<FastifyReply> {
    const asking = {
      decisions: this.#options.decisions,
      reader,
      given: parametersOf(request),
      now: this.#now(),
    };
    const read = await route(asking, id);
    if (!read.ok)
      return refuse(reply, 400, 'parameters', 'Some parameters are wrong; nothing was read.', read.issues);
    const { value } = read;
    // Said before it goes out: what is not recorded is not shown.
    if (value.reading !== undefined && !(await this.#record(reader, value.reading)))
      return refuse(
        reply,
        503,
        'cannot_record',
        'Readings are recorded, and the log cannot record now; try again.',
      );
    return value.status === 200
      ? answer(reply, value.body)
      : refuse(reply, value.status, value.code, value.message);
  }

  async #record({ name, tenants }: Reader, { action, question, count }: Reading): Promise<boolean> {
    return this.#options.record(readEvent(name, action, question, count, new Date(this.#now()), tenants));
  }

  /** Lets the reader in, or answers why not. */
  async #reader(request: FastifyRequest, reply: FastifyReply): Promise<Reader | undefined> {
    const caller = `from ${request.ip}`;
    const access = await admitted(request.headers.authorization, this.#options.gates);
    if (!this.#allows(access.ok ? `of ${access.reader.name}` : caller)) {
      refuse(
        reply,
        429,
        'too_many',
        `At most ${this.#limits.perSecond} questions a second; try again later.`,
      );
      return undefined;
    }
    if (access.ok) return access.reader;
    refuse(reply, access.status, access.code, access.message);
    return undefined;
  }

  async #tail(reader: Reader, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { decisions } = this.#options;
    const given = parametersOf(request);
    const read = tailFilter({ reader, given, now: this.#now() });
    if (!read.ok)
      return refuse(reply, 400, 'parameters', 'Some parameters are wrong; nothing was read.', read.issues);
    const filter = read.value;
    if ('status' in filter)
      return filter.status === 200 ? reply : refuse(reply, filter.status, filter.code, filter.message);
    const last = request.headers['last-event-id'];
    const start = await tailStart(decisions, typeof last === 'string' ? last : undefined);
    if (start === undefined)
      return refuse(reply, 400, 'parameters', 'Some parameters are wrong; nothing was read.', [
        { code: 'query.parameter', pointer: 'Last-Event-ID', message: 'is no id of this log; leave it out' },
      ]);
    const question = new URLSearchParams(
      [...given].flatMap(([name, values]) => values.map((value): [string, string] => [name, value])),
    ).toString();
    if (!(await this.#record(reader, { action: 'tail', question, count: 0 })))
      return refuse(
        reply,
        503,
        'cannot_record',
        'Readings are recorded, and the log cannot record now; try again.',
      );
    const { raw } = reply;
    // The reader left while the log was asked, and nothing would tell of it any more.
    if (raw.destroyed) return reply.hijack();
    const lasting = Math.min(this.#limits.timing.longestMillis, (reader.expires ?? Infinity) - this.#now());
    const left = new AbortController();
    request.raw.once('close', () => {
      left.abort();
    });
    const stopped = AbortSignal.any([left.signal, this.#stopping, AbortSignal.timeout(Math.max(0, lasting))]);
    reply.hijack();
    raw.on('error', () => undefined);
    raw.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    });
    try {
      const count = await tail(decisions, filter, start, raw, stopped, this.#limits.timing);
      if (count > 0) await this.#record(reader, { action: 'tail', question: `${question} ended`, count });
    } catch (error) {
      this.#options.failed(error);
    } finally {
      raw.end();
    }
    return reply;
  }
}

/** Why there is no place for one more. */
function crowded(
  reply: FastifyReply,
  full: 'all' | 'own',
  what: 'questions' | 'tails',
  each: number,
): FastifyReply {
  return full === 'all'
    ? refuse(reply, 503, 'overloaded', `Too many ${what} at this moment; try again.`)
    : refuse(reply, 429, 'too_many', `At most ${each} ${what} of one reader at once; wait for one to end.`);
}

/** Read from the address as it was sent: parameters may stand in it several times. */
function parametersOf({ raw }: FastifyRequest): Asking['given'] {
  const url = raw.url ?? '';
  const at = url.indexOf('?');
  return gathered(new URLSearchParams(at < 0 ? '' : url.slice(at + 1)));
}
