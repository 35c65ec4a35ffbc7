import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import type { Limits } from '../../src/server/limits.ts';
import { call, eventually, speak, start, statusOf } from './running.ts';
import type { Running } from './running.ts';

const mebibyte = 1024 * 1024;
let running: Running;
let reviewed = 0;
/** A server that counts what it reviews. */
const counting = (limits: Partial<Limits> = {}): Promise<Running> =>
  start(() => {
    reviewed += 1;
    return { status: 200, body: '{"allowed":true}' };
  }, limits);
beforeAll(async () => {
  running = await counting();
});
afterAll(() => running.server.close());

const head = (request: string, ...headers: string[]): string =>
  [request, 'Host: localhost', ...headers, '', ''].join('\r\n');
const json = 'Content-Type: application/json';
const garbage = (length: number): string => randomBytes(length).toString('latin1');

describe('a wrong request is answered with the right status and never reviewed', () => {
  test.each<[string, number, string[]]>([
    ['GET on a review path', 405, [head('GET /validate HTTP/1.1')]],
    ['GET with a query on a review path', 405, [head('GET /mutate?timeout=5s HTTP/1.1')]],
    ['PUT on a review path', 405, [head('PUT /validate HTTP/1.1', json, 'Content-Length: 2'), '{}']],
    ['an uncommon method on a review path', 405, [head('PROPFIND /validate HTTP/1.1')]],
    ['POST to a probe', 405, [head('POST /readyz HTTP/1.1', json, 'Content-Length: 2'), '{}']],
    ['an unknown path', 404, [head('POST /validate2 HTTP/1.1', json, 'Content-Length: 2'), '{}']],
    ['the root', 404, [head('GET / HTTP/1.1')]],
    [
      'a path that only looks alike',
      404,
      [head('POST //validate HTTP/1.1', json, 'Content-Length: 2'), '{}'],
    ],
    ['a trailing slash', 404, [head('POST /validate/ HTTP/1.1', json, 'Content-Length: 2'), '{}']],
    [
      'an unknown path with a content type that is none',
      404,
      [head('POST /x HTTP/1.1', 'Content-Type: ;;', 'Content-Length: 2'), '{}'],
    ],
    [
      'an unknown path with a chunked body',
      404,
      [head('POST /x HTTP/1.1', 'Transfer-Encoding: chunked'), '2\r\n{}\r\n0\r\n\r\n'],
    ],
    ['a path that cannot be decoded', 400, [head('POST /%zz HTTP/1.1', json, 'Content-Length: 2'), '{}']],
    [
      'a chunked body',
      411,
      [head('POST /validate HTTP/1.1', json, 'Transfer-Encoding: chunked'), '2\r\n{}\r\n0\r\n\r\n'],
    ],
    ['no Content-Length', 411, [head('POST /validate HTTP/1.1', json)]],
    [
      'a wrong content type',
      415,
      [head('POST /validate HTTP/1.1', 'Content-Type: application/yaml', 'Content-Length: 2'), '{}'],
    ],
    [
      'a content type that only begins right',
      415,
      [head('POST /validate HTTP/1.1', 'Content-Type: application/json5', 'Content-Length: 2'), '{}'],
    ],
    ['no content type', 415, [head('POST /validate HTTP/1.1', 'Content-Length: 2'), '{}']],
    [
      'a compressed body',
      415,
      [head('POST /validate HTTP/1.1', json, 'Content-Encoding: gzip', 'Content-Length: 2'), '{}'],
    ],
    [
      'a body announced too large',
      413,
      [head('POST /validate HTTP/1.1', json, `Content-Length: ${41 * mebibyte}`)],
    ],
    [
      'a body announced beyond all numbers',
      413,
      [head('POST /validate HTTP/1.1', json, `Content-Length: ${'9'.repeat(18)}`)],
    ],
    [
      'two lengths that differ',
      400,
      [head('POST /validate HTTP/1.1', json, 'Content-Length: 2', 'Content-Length: 3'), '{}'],
    ],
    [
      'a length and chunks at once',
      400,
      [head('POST /validate HTTP/1.1', json, 'Content-Length: 2', 'Transfer-Encoding: chunked'), '{}'],
    ],
    ['a negative length', 400, [head('POST /validate HTTP/1.1', json, 'Content-Length: -1')]],
    [
      'headers folded over lines',
      400,
      [head('POST /validate HTTP/1.1', 'A: b\r\n c', json, 'Content-Length: 2'), '{}'],
    ],
    ['a method that is none', 400, [head('FOO /validate HTTP/1.1')]],
    ['HTTP/2 with prior knowledge', 400, ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']],
    ['plain garbage', 400, ['\u0000\u0001\u0002 garbage\r\n\r\n']],
    ['one header too long', 431, [head('POST /validate HTTP/1.1', `X: ${'a'.repeat(20_000)}`)]],
    [
      'a flood of headers',
      431,
      [head('POST /validate HTTP/1.1', ...Array.from({ length: 3_000 }, (_, n) => `X-${n}: y`))],
    ],
    ['a request line too long', 431, [head(`POST /validate?${'a'.repeat(20_000)} HTTP/1.1`)]],
  ])('%s: %d', async (_what, status, pieces) => {
    const before = reviewed;
    const heard = await speak(running, pieces);
    expect(statusOf(heard)).toBe(status);
    expect(heard).toMatch(/content-type: application\/json/i);
    expect(JSON.parse(heard.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      error: { code: expect.any(String), message: expect.any(String) },
    });
    expect(reviewed).toBe(before);
  });

  test.each([
    ['/validate', 'POST'],
    ['/livez', 'GET, HEAD'],
  ])('405 on %s names %s', async (path, allow) => {
    const reply = await call(running, path, { method: 'DELETE' });
    expect(reply).toMatchObject({ status: 405, headers: { allow } });
  });
});

test('a request without Host is refused by node:http itself', async () => {
  expect(statusOf(await speak(running, ['GET /livez HTTP/1.1\r\n\r\n']))).toBe(400);
});

describe('around the limit of 40 MiB', () => {
  let patient: Running;
  beforeAll(async () => {
    patient = await start((_door, body) => ({ status: 200, body: String(body.length) }));
  });
  afterAll(() => patient.server.close());

  test('41 MiB that really come are answered 413 and leave nothing behind', async () => {
    const reply = await call(patient, '/validate', { body: Buffer.alloc(41 * mebibyte) });
    expect(reply.status).toBe(413);
    expect(reply.body).toContain(String(40 * mebibyte));
    await eventually(() => patient.told.inFlightBytes() === 0);
  });

  test('40 MiB are let through', async () => {
    const reply = await call(patient, '/validate', { body: Buffer.alloc(40 * mebibyte) });
    expect(reply).toMatchObject({ status: 200, body: String(40 * mebibyte) });
  });
});

describe('a request that does not end', () => {
  let hasty: Running;
  beforeAll(async () => {
    // Its handshakes have their time: each of these requests begins with one.
    hasty = await counting({ headersMillis: 150, requestMillis: 250 });
  });
  afterAll(() => hasty.server.close());

  test.each<[string, string[]]>([
    ['headers that never end', ['POST /validate HTTP/1.1\r\nHost: localhost\r\nX: ']],
    ['a body that never comes', [head('POST /validate HTTP/1.1', json, 'Content-Length: 100'), '{"a":']],
  ])('%s are cut off with 408', async (_what, pieces) => {
    const before = reviewed;
    expect(statusOf(await speak(hasty, pieces))).toBe(408);
    expect(reviewed).toBe(before);
    await eventually(() => hasty.told.inFlightBytes() === 0);
  });

  test('a client that ends in the middle of its body gets 400 or nothing, is not reviewed and gives its bytes back', async () => {
    const before = reviewed;
    // A server of its own: what others asked may be told a little after they were answered.
    const alone = await counting();
    const heard = await speak(
      alone,
      [head('POST /validate HTTP/1.1', json, 'Content-Length: 100'), '{"a":'],
      { halfClose: true },
    );
    expect([0, 400]).toContain(statusOf(heard));
    await eventually(() => alone.told.answers.length === 1 && alone.told.inFlightBytes() === 0);
    expect(alone.told.answers[0]?.status).toBe(499);
    expect(reviewed).toBe(before);
    await alone.server.close();
  });

  test('a connection that says nothing after its handshake is ended', async () => {
    expect(statusOf(await speak(hasty, []))).toBe(408);
  });

  test('a connection that never begins a handshake is ended', async () => {
    const deaf = await counting({ handshakeMillis: 400 });
    const ended = await new Promise<boolean>((resolve) => {
      const socket = connectTcp(deaf.server.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.on('close', () => {
        resolve(true);
      });
    });
    expect(ended).toBe(true);
    await deaf.server.close();
  });
});

test('random garbage over TLS, with and without an honest head, never ends the process or gets an answer from the review', async () => {
  const before = reviewed;
  const attempts = Array.from({ length: 120 }, (_, n) => {
    const noise = garbage(1 + ((n * 37) % 3_000));
    switch (n % 4) {
      case 0:
        return [noise];
      case 1:
        return [`POST /validate HTTP/1.1\r\n${noise}\r\n\r\n`];
      case 2:
        return [head(`POST /${encodeURI(noise.slice(0, 50))} HTTP/1.1`, json, 'Content-Length: 4'), noise];
      default:
        return [head('POST /validate HTTP/1.1', json, `Content-Length: ${41 * mebibyte}`), noise];
    }
  });
  for (let n = 0; n < attempts.length; n += 12) {
    const heard = await Promise.all(attempts.slice(n, n + 12).map((pieces) => speak(running, pieces)));
    expect(heard.map(statusOf).filter((status) => status < 400 && status !== 0)).toEqual([]);
  }
  expect(reviewed).toBe(before);
  expect((await call(running, '/validate')).status).toBe(200);
  await eventually(() => running.told.inFlightBytes() === 0);
});

test('random bytes instead of TLS are survived', async () => {
  // One in a thousand looks like the beginning of a handshake, and is ended when that has lasted too long.
  await Promise.all(
    Array.from(
      { length: 20 },
      () =>
        new Promise<void>((resolve) => {
          const socket = connectTcp(running.server.port, '127.0.0.1', () => socket.write(randomBytes(500)));
          socket.on('error', () => undefined);
          socket.on('close', () => {
            resolve();
          });
          socket.resume();
        }),
    ),
  );
  expect((await call(running, '/livez', { method: 'GET' })).status).toBe(200);
});
