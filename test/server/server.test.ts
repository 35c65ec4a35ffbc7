import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Agent } from 'node:https';
import { connect } from 'node:tls';
import type { Answer, Door, Review } from '../../src/server/review.ts';
import { call, eventually, longestPause, start } from './running.ts';
import type { Running } from './running.ts';

interface Seen {
  readonly door: Door;
  readonly body: Buffer;
  readonly deadlineMillis: number;
}

describe('a review', () => {
  const seen: Seen[] = [];
  let running: Running;
  let answer: (body: Buffer) => ReturnType<Review>;
  beforeAll(async () => {
    running = await start((door, body, deadlineMillis) => {
      seen.push({ door, body, deadlineMillis });
      return answer(body);
    });
  });
  afterAll(() => running.server.close());

  test.each([
    ['/validate', 'validate'],
    ['/mutate?timeout=5s', 'mutate'],
  ])('POST %s reaches the door %s with its bytes as they came', async (path, door) => {
    const body = Buffer.from('{"a": "\u00fc\u0000",\n "n": 12345678901234567890}');
    answer = () => ({ status: 200, body: '{"response":{"uid":"u"}}' });
    const reply = await call(running, path, { body });
    expect(reply.status).toBe(200);
    expect(reply.body).toBe('{"response":{"uid":"u"}}');
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.headers['content-length']).toBe('24');
    expect(reply.headers.location).toBeUndefined();
    expect(seen.at(-1)?.door).toBe(door);
    expect(seen.at(-1)?.body.equals(body)).toBe(true);
  });

  test('a body in many pieces arrives whole and is answered with bytes', async () => {
    const body = Buffer.from(Uint8Array.from({ length: 3_000_001 }, (_, index) => index % 251));
    answer = (bytes) => ({ status: 200, body: Buffer.from(JSON.stringify(bytes.length)) });
    const reply = await call(running, '/validate', { body });
    expect(reply).toMatchObject({ status: 200, body: '3000001' });
    expect(seen.at(-1)?.body.equals(body)).toBe(true);
  });

  test('what is not JSON, truncated or empty is for the review to answer', async () => {
    answer = (bytes) => ({ status: 400, body: `{"got":${bytes.length}}` });
    for (const body of ['not json', '{"kind":"AdmissionReview","request', '']) {
      expect(await call(running, '/validate', { body })).toMatchObject({
        status: 400,
        body: `{"got":${body.length}}`,
      });
    }
  });

  test('Retry-After is sent where the answer asks for it', async () => {
    answer = () => ({ status: 503, body: '{}', retryAfterSeconds: 2 });
    expect((await call(running, '/validate')).headers['retry-after']).toBe('2');
    answer = () => ({ status: 200, body: '{}' });
    expect((await call(running, '/validate')).headers['retry-after']).toBeUndefined();
  });

  test.each<[string, () => ReturnType<Review>]>([
    [
      'throws',
      () => {
        throw new Error('a bug');
      },
    ],
    ['rejects', () => Promise.reject(new Error('a bug'))],
    [
      'decides and cannot make its answer',
      () => () => {
        throw new Error('a bug');
      },
    ],
    [
      'decides late and cannot make its answer',
      () =>
        Promise.resolve(() => {
          throw new Error('a bug');
        }),
    ],
    ['answers with a redirect', () => ({ status: 307, body: '{}' })],
    ['answers late with a redirect', () => Promise.resolve({ status: 302, body: '{}' })],
    ['answers 204', () => ({ status: 204, body: '' })],
    [
      'answers with a header that cannot be sent',
      () => ({ status: 200, body: '{}', retryAfterSeconds: NaN, allow: '\n' }),
    ],
  ])('a review that %s becomes 500 without Retry-After, and is logged', async (_what, outcome) => {
    answer = outcome;
    running.told.logged.length = 0;
    const reply = await call(running, '/validate');
    expect(reply.status).toBe(500);
    expect(JSON.parse(reply.body)).toMatchObject({ error: { code: 'internal' } });
    expect(reply.body).not.toContain('a bug');
    expect(reply.headers['retry-after']).toBeUndefined();
    expect(running.told.logged).toMatchObject([{ level: 'error', fields: { code: 'review_failed' } }]);
  });

  test('a review that is still pending at its deadline is answered 503 without Retry-After, before the caller gives up', async () => {
    let settle: (answer: Answer) => void = () => undefined;
    answer = () => new Promise((resolve) => (settle = resolve));
    for (;;) {
      const pause = longestPause();
      const started = performance.now();
      const reply = await call(running, '/validate?timeout=1s');
      const took = performance.now() - started;
      const stoodStill = pause();
      expect(reply.status).toBe(503);
      expect(JSON.parse(reply.body)).toMatchObject({ error: { code: 'deadline_exceeded' } });
      expect(reply.headers['retry-after']).toBeUndefined();
      expect(took).toBeGreaterThan(600);
      // Too late: it must neither be sent nor break anything.
      settle({ status: 200, body: '{"allowed":true}' });
      // How late an answer is that a standing machine kept back says nothing.
      if (stoodStill > 100) continue;
      expect(took).toBeLessThan(1_000);
      break;
    }
    answer = () => ({ status: 200, body: '{}' });
    expect((await call(running, '/validate')).status).toBe(200);
  });

  test('many calls on one connection each get their own answer', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    answer = (bytes) => Promise.resolve({ status: 200, body: bytes });
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, n) => call(running, '/validate', { body: `{"n":${n}}`, agent })),
    );
    agent.destroy();
    expect(replies.map((reply) => reply.body)).toEqual(replies.map((_, n) => `{"n":${n}}`));
    expect(replies.every((reply) => reply.headers.connection === 'keep-alive')).toBe(true);
    expect(replies[0]?.headers['keep-alive']).toBe('timeout=120');
  });

  test('each request is told once, with its status and a time', async () => {
    // A server of its own: what others asked may be told a little after they were answered.
    const alone = await start(() => ({ status: 200, body: '{}' }));
    const { answers } = alone.told;
    await call(alone, '/mutate');
    await call(alone, '/validate', { headers: { 'Content-Type': 'text/plain' } });
    await eventually(() => answers.length === 2);
    expect(answers).toMatchObject([
      { door: 'mutate', status: 200 },
      { door: 'validate', status: 415 },
    ]);
    expect(answers.every(({ seconds }) => seconds > 0 && seconds < 5)).toBe(true);
    await alone.server.close();
  });
});

test('only HTTP/1.1 is spoken: a client that wants nothing but HTTP/2 is refused in the handshake', async () => {
  const running = await start(() => ({ status: 200, body: '{}' }));
  const offer = (protocols: string[]): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect({
        host: '127.0.0.1',
        port: running.server.port,
        ca: running.authority,
        ALPNProtocols: protocols,
      });
      socket.once('secureConnect', () => {
        resolve(String(socket.alpnProtocol));
        socket.destroy();
      });
      socket.once('error', (error: Error & { code?: string }) => {
        resolve(String(error.code));
      });
    });
  expect(await offer(['h2', 'http/1.1'])).toBe('http/1.1');
  expect(await offer(['h2'])).toBe('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL');
  await running.server.close();
});

test('a port that is taken is an error at start', async () => {
  const running = await start(() => ({ status: 200, body: '{}' }));
  await expect(
    start(() => ({ status: 200, body: '{}' }), {}, { port: running.server.port }),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await running.server.close();
});
