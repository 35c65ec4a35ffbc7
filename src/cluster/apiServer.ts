/** Speaks to the API server in raw JSON: one question with a deadline, or one stream of lines. */
import { Agent, request } from 'node:https';
import type { RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { stringAt } from '../k8s/json.ts';
import type { Access, Authorization } from './access.ts';
import { errorCode } from './access.ts';
import { parsed, readLines, readWhole } from './body.ts';
import { clusterCodes, failure, refusal } from './failure.ts';
import type { ClusterFailure } from './failure.ts';

/** `path` starts with a slash and is escaped already. */
export interface ApiQuestion {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** `application/json` unless said. */
  readonly accept?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** What sort of JSON the body is; `application/json` unless said. */
  readonly contentType?: string;
  readonly deadlineMillis: number;
  /** An answer with more bytes is a failure. */
  readonly mostBytes?: number;
}

/** A 2xx answer's JSON, or why there is none. `status` is that of the answer, where there was one. */
export type Asked =
  | { readonly ok: true; readonly body: unknown }
  | {
      readonly ok: false;
      readonly failure: ClusterFailure;
      readonly status?: number;
      readonly body?: unknown;
    };

/** One line of a stream, or the failure that ended it. A stream that the server closed just ends. */
export type Streamed =
  | { readonly type: 'opened' }
  | { readonly type: 'line'; readonly bytes: Buffer }
  | { readonly type: 'failed'; readonly failure: ClusterFailure };

/**
 * The typed client is not used at all: it renames fields (`_from` in what it lists, `from` in what it watches) and drops those it does not know.
 * Raw JSON is what the API server says, and the decoders of k8s/ read it, so a policy's `from` has one spelling here.
 */
export interface ApiServer {
  ask(question: ApiQuestion): Promise<Asked>;
  /** Opens a long answer; nothing is read before it is iterated. `openMillis` is the deadline for its head, `deadlineMillis` for its end. */
  stream(question: ApiQuestion & { readonly openMillis: number }): AsyncGenerator<Streamed>;
  /** Ends every call and closes every connection; later calls fail with `cluster.stopped`. */
  stop(): void;
}

const megabyte = 1_048_576;
const usualBytes = 32 * megabyte;
/** A stored object is at most 1.5 MiB in etcd; JSON can make six bytes of one. */
const longestLine = 16 * megabyte;
/** A dead peer is noticed by TCP after about twenty-five seconds of silence. */
const probeMillis = 15_000;
const mostConnections = 32;

/** A client of the API server behind `access`. Opens nothing by itself. */
export function apiServer(access: Access): ApiServer {
  const agent = new Agent({ keepAlive: true, keepAliveMsecs: probeMillis, maxSockets: mostConnections });
  // Watches hold their connections: however many there are, none may keep a question from being asked.
  const streams = new Agent({ keepAlive: true, keepAliveMsecs: probeMillis });
  const stopping = new AbortController();

  const begin = async (
    question: ApiQuestion,
    signal: AbortSignal,
    usual: Agent = agent,
  ): Promise<IncomingMessage> => {
    const { tls, headers } = await beforeAbort(access.authorize(), signal);
    const body = question.body === undefined ? undefined : JSON.stringify(question.body);
    const all: RequestOptions = {
      agent: usual,
      ...tls,
      method: question.method ?? 'GET',
      signal,
      headers: {
        ...headers,
        accept: question.accept ?? 'application/json',
        'user-agent': 'bulkhead',
        ...(body === undefined
          ? {}
          : {
              'content-type': question.contentType ?? 'application/json',
              'content-length': String(Buffer.byteLength(body)),
            }),
      },
    };
    // Where one idle connection died, others did too: the second try makes its own.
    const again = { ...all, agent: all.agent === usual ? false : all.agent };
    return once(new URL(access.server + question.path), all, body, again);
  };

  const failedBy = (error: unknown, question: ApiQuestion, signal: AbortSignal): ClusterFailure => {
    const what = nameOf(question);
    if (stopping.signal.aborted) return failure(clusterCodes.stopped, `${what} was given up: stopping`);
    if (signal.aborted) return failure(clusterCodes.timeout, `${what} was not answered in time`);
    if (error instanceof CredentialsFailed) return failure(clusterCodes.credentials, error.message);
    return failure(
      clusterCodes.unreachable,
      `${what} could not be sent to ${access.server} (${errorCode(error)}); see that the API server runs and is trusted`,
    );
  };

  return {
    ask: async (question) => {
      const signal = AbortSignal.any([AbortSignal.timeout(question.deadlineMillis), stopping.signal]);
      try {
        const response = await begin(question, signal);
        const bytes = await readWhole(response, question.mostBytes ?? usualBytes);
        return toAsked(question, response, bytes);
      } catch (error) {
        return { ok: false, failure: failedBy(error, question, signal) };
      }
    },
    stream: async function* (question) {
      const opening = new AbortController();
      const slow = setTimeout(() => opening.abort(), question.openMillis);
      const signal = AbortSignal.any([
        AbortSignal.timeout(question.deadlineMillis),
        opening.signal,
        stopping.signal,
      ]);
      try {
        const response = await begin(question, signal, streams);
        clearTimeout(slow);
        if (response.statusCode !== 200) {
          const asked = toAsked(question, response, await readWhole(response, megabyte));
          yield { type: 'failed', failure: asked.ok ? unreadable(question) : asked.failure };
          return;
        }
        yield { type: 'opened' };
        for await (const bytes of readLines(response, longestLine)) {
          if (bytes === undefined) {
            yield { type: 'failed', failure: tooLarge(question) };
            return;
          }
          yield { type: 'line', bytes };
        }
      } catch (error) {
        yield { type: 'failed', failure: failedBy(error, question, signal) };
      } finally {
        clearTimeout(slow);
        opening.abort();
      }
    },
    stop: () => {
      stopping.abort();
      agent.destroy();
      streams.destroy();
    },
  };
}

class CredentialsFailed extends Error {}

/** Getting credentials may run a program that hangs. What it says is not repeated: it may hold a secret. */
async function beforeAbort(authorized: Promise<Authorization>, signal: AbortSignal): Promise<Authorization> {
  signal.throwIfAborted();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
  const failed = authorized.catch((error: unknown) => {
    const code = errorCode(error);
    throw new CredentialsFailed(
      `the credentials for the API server could not be had${code === 'unknown' ? '' : ` (${code})`}; see that kubectl works with the same kubeconfig`,
    );
  });
  return Promise.race([failed, aborted]);
}

/** One exchange up to the head of the answer. A connection that the server closed while it lay idle is no news: it is tried `again`. */
function once(
  url: URL,
  options: RequestOptions,
  body: string | undefined,
  again?: RequestOptions,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const call = request(url, options);
    call.once('socket', (socket) => socket.setKeepAlive(true, probeMillis));
    call.once('response', resolve);
    call.once('error', (error) => {
      const idle = call.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(errorCode(error));
      if (idle && again !== undefined) once(url, again, body).then(resolve, reject);
      else reject(error);
    });
    call.end(body);
  });
}

function toAsked(question: ApiQuestion, response: IncomingMessage, bytes: Buffer | undefined): Asked {
  const status = response.statusCode ?? 0;
  if (bytes === undefined) return { ok: false, failure: tooLarge(question), status };
  const body = parsed(bytes);
  if (status < 200 || status > 299) {
    const told = stringAt(body, 'message') ?? '';
    const seconds = Number(response.headers['retry-after']);
    const wait = Number.isInteger(seconds) && seconds > 0 ? Math.min(seconds, 60) * 1000 : undefined;
    return { ok: false, failure: refusal(nameOf(question), status, told, wait), status, body };
  }
  return body === undefined ? { ok: false, failure: unreadable(question), status } : { ok: true, body };
}

const nameOf = ({ method, path }: ApiQuestion): string => `${method ?? 'GET'} ${path.split('?')[0] ?? ''}`;

const tooLarge = (question: ApiQuestion): ClusterFailure =>
  failure(clusterCodes.tooLarge, `${nameOf(question)} was answered with more than Bulkhead reads at once`);

const unreadable = (question: ApiQuestion): ClusterFailure =>
  failure(
    clusterCodes.unreadable,
    `${nameOf(question)} was not answered with JSON of the Kubernetes API; see that the server is one`,
  );
