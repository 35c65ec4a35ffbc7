import { afterEach, describe, expect, test } from '@jest/globals';
import type { Readiness } from '../../src/server/review.ts';
import { call, start } from './running.ts';
import type { Reply, Running } from './running.ts';

let running: Running;
afterEach(() => running.server.close());
const get = (path: string): Promise<Reply> => call(running, path, { method: 'GET' });
const review = () => ({ status: 200, body: '{}' });

describe('probes', () => {
  test('liveness answers whatever readiness says', async () => {
    running = await start(
      review,
      {},
      { readiness: () => ({ ready: false, reasons: ['namespaces: not listed'] }) },
    );
    expect(await get('/livez')).toMatchObject({ status: 200, body: 'ok\n' });
    expect((await call(running, '/livez', { method: 'HEAD' })).status).toBe(200);
  });

  test.each<[Readiness, number, string]>([
    [{ ready: true, reasons: [] }, 200, 'ready\n'],
    [{ ready: true, reasons: ['rules: none'] }, 200, '[-] rules: none\nready\n'],
    [
      { ready: false, reasons: ['namespaces: not listed', 'rules: 2 mistakes'] },
      503,
      '[-] namespaces: not listed\n[-] rules: 2 mistakes\nnot ready\n',
    ],
  ])('readiness %j is told as JSON and, verbose, line by line', async (readiness, status, lines) => {
    running = await start(review, {}, { readiness: () => readiness });
    const reply = await get('/readyz');
    expect(reply).toMatchObject({ status, headers: { 'content-type': 'application/json; charset=utf-8' } });
    expect(JSON.parse(reply.body)).toEqual(readiness);
    expect(await get('/readyz?verbose')).toMatchObject({ status, body: lines });
  });

  test('a readiness check that throws is not ready', async () => {
    running = await start(
      review,
      {},
      {
        readiness: () => {
          throw new Error('a bug');
        },
      },
    );
    const reply = await get('/readyz');
    expect(reply.status).toBe(503);
    expect(reply.body).not.toContain('a bug');
  });

  test('metrics are served with their own content type, and 404 where there are none', async () => {
    running = await start(
      review,
      {},
      { metrics: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', body: 'a 1\n' }) },
    );
    expect(await get('/metrics')).toMatchObject({
      status: 200,
      body: 'a 1\n',
      headers: { 'content-type': 'text/plain; version=0.0.4' },
    });
    await running.server.close();
    running = await start(review);
    expect((await get('/metrics')).status).toBe(404);
  });

  test('metrics that cannot be collected are 500 and logged', async () => {
    running = await start(review, {}, { metrics: () => Promise.reject(new Error('a bug')) });
    const reply = await get('/metrics');
    expect(reply.status).toBe(500);
    expect(reply.body).not.toContain('a bug');
    expect(running.told.logged).toMatchObject([{ level: 'error', fields: { code: 'probe_failed' } }]);
  });
});
