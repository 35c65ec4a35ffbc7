import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { createWorkers } from '../../src/server/workers.ts';
import type { Workers, WorkersOptions } from '../../src/server/workers.ts';
import { call, eventually, start } from './running.ts';

const entry = new URL('residentEcho.ts', import.meta.url);
const soon = (): number => Date.now() + 5_000;
let crashes: string[] = [];
let workers: Workers<string, string>;
function open(options: Partial<WorkersOptions<string>> = {}): Workers<string, string> {
  crashes = [];
  workers = createWorkers<string, string>({
    entry,
    crashed: (error) => crashes.push(String(error)),
    ...options,
  });
  return workers;
}
afterEach(() => workers.close());

const echo = async (text: string): Promise<Record<string, unknown>> => {
  const answer = await workers.run('mutate', Buffer.from(text), 'echo', soon());
  return JSON.parse(answer.body.toString()) as Record<string, unknown>;
};

describe('a resident worker', () => {
  test('answers with door, bytes, worker data, deadline and the newest snapshot', async () => {
    open({ workerData: { a: 1 }, snapshot: 'first' });
    const deadlineMillis = soon();
    const answer = await workers.run('mutate', Buffer.from('h\u00e9'), 'echo', deadlineMillis);
    expect(JSON.parse(answer.body.toString())).toEqual({
      door: 'mutate',
      text: 'h\u00e9',
      snapshot: 'first',
      data: { a: 1 },
      deadlineMillis,
    });
    workers.update('second');
    expect(await echo('x')).toMatchObject({ snapshot: 'second' });
  });

  test('gets bytes that own their memory without a copy, and gives status, bytes and Retry-After back', async () => {
    open();
    const body = Buffer.allocUnsafeSlow(3_000_000).fill('x');
    const answer = await workers.run('validate', body, 'large', soon());
    expect(answer).toMatchObject({ status: 422, retryAfterSeconds: 3 });
    expect(answer.body.length).toBe(3_000_000);
    expect(body.length).toBe(0);
  });

  test.each([
    ['throw', 'a bug in the worker', 0],
    ['reject', 'a late bug in the worker', 0],
    ['crash', 'the worker is gone', 1],
    ['exit', 'a worker ended with code 7', 1],
  ])(
    'whose review does "%s" rejects with what happened, and the next review is answered under the same snapshot',
    async (how, message, crashed) => {
      open({ size: 1, snapshot: 'kept' });
      await expect(workers.run('validate', Buffer.from('x'), how, soon())).rejects.toThrow(message);
      await eventually(() => crashes.length === crashed);
      expect(await echo('again')).toMatchObject({ text: 'again', snapshot: 'kept' });
    },
  );

  test('that runs out of memory takes nothing with it', async () => {
    open({ size: 1, resourceLimits: { maxOldGenerationSizeMb: 16 } });
    await expect(workers.run('validate', Buffer.from('x'), 'exhaust', soon())).rejects.toMatchObject({
      code: 'ERR_WORKER_OUT_OF_MEMORY',
    });
    expect(await echo('again')).toMatchObject({ text: 'again' });
  });

  test('that hangs is ended at the deadline, and those in line go on in a new one', async () => {
    const turns = new SharedArrayBuffer(4);
    open({ size: 1, workerData: turns });
    await echo('warm');
    const hanging = workers.run('validate', Buffer.from('x'), 'hang', Date.now() + 1_000);
    const next = echo('next');
    await expect(hanging).rejects.toThrow('did not finish in time');
    expect(await next).toMatchObject({ text: 'next' });
    const turned = Atomics.load(new Int32Array(turns), 0);
    expect(turned).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(Atomics.load(new Int32Array(turns), 0)).toBe(turned);
  });

  test('whose entry cannot be loaded rejects instead of waiting', async () => {
    open({ entry: new URL('nowhere.ts', import.meta.url) });
    await expect(workers.run('validate', Buffer.from('x'), 'echo', soon())).rejects.toThrow();
  });
});

describe('the pool', () => {
  test('keeps reviews in line up to a number, turns the next away, and forgets one whose deadline passes in line', async () => {
    open({ size: 1, queued: 2 });
    await echo('warm');
    const first = workers.run('validate', Buffer.from('1'), 'late', soon());
    const second = workers.run('validate', Buffer.from('2'), 'late', Date.now() + 20);
    const third = echo('3');
    expect(await workers.run('validate', Buffer.from('4'), 'echo', soon())).toMatchObject({
      status: 503,
      retryAfterSeconds: 1,
    });
    await expect(second).rejects.toThrow('did not finish in time');
    expect((await first).body.toString()).toBe('late');
    expect(await third).toMatchObject({ text: '3' });
  });

  test('reviews at once in as many workers as it has', async () => {
    open({ size: 2 });
    await Promise.all([echo('warm'), echo('warm')]);
    let over = false;
    const hanging = workers.run('validate', Buffer.from('x'), 'hang', Date.now() + 1_000).catch(() => {
      over = true;
    });
    expect(await echo('beside it')).toMatchObject({ text: 'beside it' });
    expect(over).toBe(false);
    await hanging;
  });

  test('rejects what cannot be sent to a worker and goes on', async () => {
    open({ size: 1 });
    const loose = workers as unknown as Workers<string, unknown>;
    await expect(loose.run('validate', Buffer.from('x'), () => 1, soon())).rejects.toThrow(
      'could not be cloned',
    );
    expect(await echo('x')).toMatchObject({ text: 'x' });
  });

  test('rejects what is pending when it closes, and everything after', async () => {
    open({ size: 1 });
    const pending = ['late', 'echo'].map((how) =>
      workers.run('validate', Buffer.from('x'), how, soon()).catch((error: unknown) => error),
    );
    await workers.close();
    for (const error of await Promise.all(pending)) expect(error).toBeInstanceOf(Error);
    await expect(workers.run('validate', Buffer.from('x'), 'echo', soon())).rejects.toThrow('closed');
    expect(crashes).toEqual([]);
  });
});

describe('bundled into one file', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'bulkhead-workers-'));
    return () => rm(directory, { recursive: true });
  });

  test('a worker answers just the same', async () => {
    const outfile = join(directory, 'worker.js');
    await build({
      entryPoints: [fileURLToPath(entry)],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: outfile.replace(/js$/, 'mjs'),
    });
    open({ entry: pathToFileURL(outfile.replace(/js$/, 'mjs')) });
    expect(await echo('bundled')).toMatchObject({ text: 'bundled' });
  });
});

test('behind a server, a crash in a worker is a 500 and large bodies do not keep small ones waiting', async () => {
  open({ size: 1 });
  const running = await start((door, body, deadlineMillis) =>
    body.length > 1_000_000
      ? workers.run(door, body, body.at(0) === 120 ? 'exit' : 'hang', deadlineMillis)
      : { status: 200, body: '{}' },
  );
  const reply = await call(running, '/validate', { body: 'x'.repeat(1_100_000) });
  expect(reply.status).toBe(500);
  const hanging = call(running, '/validate?timeout=1s', { body: 'h'.repeat(1_100_000) });
  await eventually(() => running.told.inFlightBytes() === 1_100_000);
  let over = false;
  void hanging.then(() => (over = true));
  expect((await call(running, '/validate')).status).toBe(200);
  expect(over).toBe(false);
  expect([500, 503]).toContain((await hanging).status);
  await running.server.close();
});
