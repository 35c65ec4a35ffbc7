import { describe, expect, test } from '@jest/globals';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { createLog } from '../../src/telemetry/logger.ts';
import type { LoggerOptions } from '../../src/telemetry/logger.ts';

const now = (): Date => new Date('2026-11-21T00:00:00Z');
function lines(
  log: (logger: ReturnType<typeof createLog>['logger']) => void,
  options: Partial<LoggerOptions> = {},
): string[] {
  const written: string[] = [];
  log(
    createLog({ level: 'info', destination: { write: (line) => written.push(line) }, now, ...options })
      .logger,
  );
  return written;
}
const one = (log: (logger: ReturnType<typeof createLog>['logger']) => void): Record<string, unknown> =>
  JSON.parse(lines(log).join('')) as Record<string, unknown>;
const canary = 'canary-3f1c';

describe('a log line', () => {
  test('is one JSON object with level, time, base and fields', () => {
    expect(lines((logger) => logger.info({ port: 8443 }, 'listening'), { base: { replica: 'a' } })).toEqual([
      '{"level":"info","time":"2026-11-21T00:00:00.000Z","replica":"a","port":8443,"message":"listening"}\n',
    ]);
  });

  test('below the level is not written', () => {
    expect(lines((logger) => logger.info('no'), { level: 'warn' })).toEqual([]);
  });

  test.each([
    ['line feeds', 'a\n{"level":"info","message":"forged"}\r\nb'],
    ['a terminal sequence', '\u001b[2J\u001b]0;x\u0007'],
    ['a one-byte CSI and DEL', '\u009b31m\u007f'],
    ['line separators of Unicode', 'a\u2028b\u2029c'],
    ['marks that reverse text', 'a\u202etxt.exe\u2066\u200f'],
    ['quotes and backslashes', '"}\\'],
  ])(
    'with %s in a field, its name or the message stays one line of printable characters, and means the same',
    (_what, text) => {
      const [line, ...more] = lines((logger) => logger.warn({ name: text, [text]: { inner: text } }, text));
      expect(more).toEqual([]);
      expect(line?.endsWith('\n')).toBe(true);
      expect(line?.slice(0, -1)).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]+$/u);
      expect(JSON.parse(line ?? '')).toMatchObject({ name: text, message: text });
    },
  );

  test('that is logged with a key called __proto__ keeps it as data', () => {
    const fields = JSON.parse('{"__proto__":{"token":"canary-3f1c"},"constructor":1}') as object;
    const [line] = lines((logger) => logger.info(fields, 'x'));
    expect(line).not.toContain(canary);
    expect(Object.prototype).not.toHaveProperty('token');
  });
});

describe('secrets', () => {
  test.each([
    [{ token: canary }],
    [{ Authorization: canary }],
    [{ request: { headers: { authorization: canary } } }],
    [{ config: { database: { PASSWORD: canary } } }],
    [{ privateKey: { pem: canary } }],
    [{ kubeconfig: [canary] }],
  ])('in %j are not written', (fields) => {
    const [line] = lines((logger) => {
      logger.info(fields, 'x');
      logger.child(fields).info('y');
    });
    expect(line).not.toContain(canary);
    expect(line).toContain('[redacted]');
  });

  test('in the object that was logged stay where they are', () => {
    const fields = Object.freeze({ a: Object.freeze({ token: canary }), b: 1 });
    expect(one((logger) => logger.info(fields, 'x'))).toMatchObject({ a: { token: '[redacted]' }, b: 1 });
    expect(fields.a.token).toBe(canary);
  });

  test('in a text that JSON.parse could not read are not quoted from its error, however it is logged', () => {
    let error: unknown;
    try {
      JSON.parse(`${canary}, oops`);
    } catch (caught) {
      error = caught;
    }
    expect(String(error)).toContain('canary');
    const written = lines((logger) => {
      logger.error({ err: error }, 'x');
      logger.error({ err: error });
      logger.error(error);
      logger.error({ err: new Error('wrapped', { cause: error }) }, 'x');
    });
    expect(written).toHaveLength(4);
    expect(written.join('')).not.toContain('canary');
    expect(written.every((line) => line.includes('"type":"SyntaxError"'))).toBe(true);
  });
});

describe('an error', () => {
  test('is written with type, code, message and where it happened', () => {
    const error = Object.assign(new TypeError('no such rule'), { code: 'rule_unknown', object: canary });
    expect(one((logger) => logger.error({ err: error }, 'x'))).toMatchObject({
      err: {
        type: 'TypeError',
        code: 'rule_unknown',
        message: 'no such rule',
        frames: expect.arrayContaining([expect.stringContaining('logger.test.ts')]),
      },
    });
    expect(lines((logger) => logger.error({ err: error }, 'x')).join('')).not.toContain(canary);
  });

  test('with a long message is cut, and lines of the message never pass for frames', () => {
    const { err } = one((logger) =>
      logger.error({ err: new Error(`${'a'.repeat(300)}\n    at ${canary}`) }, 'x'),
    );
    expect(JSON.stringify(err)).not.toContain(canary);
    expect(err).toMatchObject({ message: 'a'.repeat(256) });
  });

  test('that is none is told by its type only', () => {
    expect(one((logger) => logger.error({ err: canary }, 'x'))).toMatchObject({ err: { type: 'string' } });
  });
});

test('everything logged to stdout is there after a flush', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'bulkhead-log-'));
  const script = `
    const { createLog } = await import(${JSON.stringify(new URL('../../src/telemetry/logger.ts', import.meta.url).href)});
    const { logger, flush } = createLog({ level: 'info', destination: 1 });
    for (let n = 0; n < 2000; n += 1) logger.info({ n }, 'x'.repeat(100));
    await flush();
    process.exit(0);`;
  const file = join(directory, 'out');
  const out = await open(file, 'w');
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', out.fd, 'inherit'],
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  await out.close();
  expect(code).toBe(0);
  expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(2000);
  await rm(directory, { recursive: true });
});

describe('record', () => {
  test('writes what it is given as one safe line, at info only', () => {
    const lines: string[] = [];
    const options = {
      destination: { write: (line: string) => void lines.push(line) },
      now: () => new Date(0),
    };
    const record = JSON.stringify({ time: '1970-01-01T00:00:00.000Z', user: 'a\u009bb\n', n: 1 });
    createLog({ level: 'info', ...options }).record(record, 'decision');
    createLog({ level: 'warn', ...options }).record(record, 'decision');
    expect(lines).toEqual([
      '{"level":"info","message":"decision","time":"1970-01-01T00:00:00.000Z","user":"a\\u009bb\\n","n":1}\n',
    ]);
  });
});
