// What one question can come to: every way of not being answered has its own code, and none of them is an answer.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { apiServer } from '../../src/cluster/apiServer.ts';
import type { ApiServer, Streamed } from '../../src/cluster/apiServer.ts';
import { json, startRoughServer, text } from './roughServer.ts';
import type { Handler, RoughServer } from './roughServer.ts';

let rough: RoughServer;
let server: ApiServer;
const question = { path: '/version', deadlineMillis: 5_000 };
const silence: Handler = () => undefined;

beforeAll(async () => {
  rough = await startRoughServer();
});
afterAll(() => rough.close());
beforeEach(() => {
  server = apiServer(rough.access);
});
afterEach(() => server.stop());

describe('a question', () => {
  test('is answered, over one connection that is kept', async () => {
    rough.answer(json(200, { major: '1' }));
    const before = rough.connections();
    for (let count = 0; count < 3; count += 1)
      expect(await server.ask(question)).toEqual({ ok: true, body: { major: '1' } });
    expect(rough.connections() - before).toBe(1);
  });

  test('carries who asks, and says what it wants', async () => {
    let headers: unknown;
    rough.answer((request, response) => {
      headers = request.headers;
      response.end('{}');
    });
    await server.ask({ ...question, accept: 'application/json;as=Table' });
    expect(headers).toMatchObject({
      'x-who': 'me',
      accept: 'application/json;as=Table',
      'user-agent': 'bulkhead',
    });
  });

  test('an idle connection that the server closed meanwhile is no failure', async () => {
    rough.answer((_request, response) => {
      response.end('{}', () => response.socket?.destroySoon());
    });
    for (let count = 0; count < 5; count += 1) expect((await server.ask(question)).ok).toBe(true);
  });

  test.each<[string, Handler, string]>([
    ['401', json(401, { message: 'Unauthorized' }), 'cluster.unauthorized'],
    ['403', json(403, { message: 'namespaces is forbidden' }), 'cluster.forbidden'],
    ['404', text(404, '<html>'), 'cluster.notFound'],
    ['410', json(410, { message: 'expired' }), 'cluster.gone'],
    ['429', json(429, {}), 'cluster.throttled'],
    ['503', text(503, 'no backend'), 'cluster.refused'],
    ['a redirect, which is not followed', json(302, {}, { location: '/elsewhere' }), 'cluster.refused'],
    ['200 with HTML', text(200, '<html>log in</html>'), 'cluster.unreadable'],
    ['200 with half an answer', text(200, '{"items":['), 'cluster.unreadable'],
    ['a connection cut', (request) => void request.socket.destroy(), 'cluster.unreachable'],
    [
      'an answer cut',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{}', () => request.socket.destroy());
      },
      'cluster.unreachable',
    ],
  ])('%s', async (_sentence, handler, code) => {
    rough.answer(handler);
    const before = rough.asked.length;
    expect(await server.ask(question)).toMatchObject({ ok: false, failure: { code } });
    expect(rough.asked.length - before).toBe(1);
  });

  test('a body that is too large is not held', async () => {
    rough.answer(json(200, { text: 'x'.repeat(2_000) }));
    expect(await server.ask({ ...question, mostBytes: 1_000 })).toMatchObject({
      failure: { code: 'cluster.tooLarge' },
    });
  });

  test('the message names the question and the way out, and Retry-After is kept', async () => {
    rough.answer(json(429, { message: 'slow\ndown' }, { 'retry-after': '7' }));
    expect(await server.ask({ ...question, path: '/api/v1/namespaces?limit=1' })).toMatchObject({
      failure: {
        message: 'GET /api/v1/namespaces was answered with 429: slow?down',
        retryAfterMillis: 7_000,
      },
    });
  });

  test.each<[string, Handler]>([
    ['silence', silence],
    ['half an answer, then silence', (_request, response) => void response.write('{')],
  ])('%s ends at the deadline', async (_sentence, handler) => {
    rough.answer(handler);
    expect(await server.ask({ ...question, deadlineMillis: 200 })).toMatchObject({
      failure: { code: 'cluster.timeout' },
    });
  });

  test('a server that is not trusted is told nothing', async () => {
    const before = rough.asked.length;
    const stranger = apiServer(rough.untrusted);
    expect(await stranger.ask(question)).toMatchObject({ failure: { code: 'cluster.unreachable' } });
    expect(rough.asked.length).toBe(before);
    stranger.stop();
  });

  test.each<[string, () => Promise<never>, string]>([
    ['fail', () => Promise.reject(new Error('canary-77 from the program')), 'cluster.credentials'],
    ['hang', () => new Promise<never>(() => undefined), 'cluster.timeout'],
  ])('credentials that %s', async (_sentence, authorize, code) => {
    const other = apiServer({ ...rough.access, authorize });
    const asked = await other.ask({ ...question, deadlineMillis: 200 });
    expect(asked).toMatchObject({ ok: false, failure: { code } });
    expect(JSON.stringify(asked)).not.toContain('canary');
    other.stop();
  });

  test('stopping ends what is under way and refuses what comes', async () => {
    rough.answer(silence);
    const asked = server.ask(question);
    setTimeout(() => server.stop(), 50);
    expect(await asked).toMatchObject({ failure: { code: 'cluster.stopped' } });
    expect(await server.ask(question)).toMatchObject({ failure: { code: 'cluster.stopped' } });
  });
});

describe('a stream', () => {
  const long = { ...question, openMillis: 1_000, deadlineMillis: 5_000 };
  const told = async (stream: AsyncIterable<Streamed>): Promise<readonly string[]> => {
    const all: string[] = [];
    for await (const one of stream) {
      if (one.type === 'line') all.push(one.bytes.toString());
      else all.push(one.type === 'failed' ? one.failure.code : one.type);
    }
    return all;
  };

  test.each<[string, Handler, readonly string[]]>([
    ['lines', text(200, '1\n2\n'), ['opened', '1', '2']],
    ['nothing', text(200, ''), ['opened']],
    ['a refusal', json(410, { message: 'too old' }), ['cluster.gone']],
    ['silence before the head', silence, ['cluster.timeout']],
    [
      'a line and a cut',
      (request, response) =>
        void response.write('1\n2', () => setTimeout(() => request.socket.destroy(), 20)),
      ['opened', '1', 'cluster.unreachable'],
    ],
  ])('of %s', async (_sentence, handler, expected) => {
    rough.answer(handler);
    expect(await told(server.stream(long))).toEqual(expected);
  });

  test('ends at its deadline, so that a connection that died without a word is noticed', async () => {
    rough.answer((_request, response) => void response.write('1\n'));
    expect(await told(server.stream({ ...long, deadlineMillis: 1_000 }))).toEqual([
      'opened',
      '1',
      'cluster.timeout',
    ]);
  });

  test('whoever leaves it closes it', async () => {
    let closed: Promise<unknown> | undefined;
    rough.answer((_request, response) => {
      closed = new Promise((resolve) => response.once('close', resolve));
      response.write('1\n2\n');
    });
    for await (const one of server.stream(long)) if (one.type === 'line') break;
    await closed;
  });
});
