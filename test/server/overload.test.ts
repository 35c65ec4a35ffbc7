import { afterEach, describe, expect, test } from '@jest/globals';
import { Agent } from 'node:https';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { Answer } from '../../src/server/review.ts';
import { call, eventually, start } from './running.ts';
import type { Reply, Running } from './running.ts';

const allowed: Answer = { status: 200, body: '{"allowed":true}' };
let running: Running;
afterEach(() => running.server.close(0));

/** Announces a body and sends only its beginning. */
function announce(bytes: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: running.server.port, ca: running.authority }, () => {
      socket.write(
        `POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n{`,
      );
      resolve(socket);
    });
    socket.on('error', reject);
  });
}

const isShed = ({ status, headers, body }: Reply): boolean =>
  status === 503 && headers['retry-after'] === '1' && body.includes('"overloaded"');

describe('bytes in flight', () => {
  test('are counted by Content-Length before the body comes, refused beyond the budget and given back when the client leaves', async () => {
    running = await start(() => allowed, { inFlightBytes: 1000, largeBodyBytes: 1000 });
    const first = await announce(600);
    await eventually(() => running.told.inFlightBytes() === 600);
    expect(isShed(await call(running, '/validate', { body: 'x'.repeat(401) }))).toBe(true);
    expect(running.told.shed).toEqual(['bytes']);
    expect((await call(running, '/validate', { body: 'x'.repeat(400) })).status).toBe(200);
    first.destroy();
    await eventually(() => running.told.inFlightBytes() === 0);
    expect((await call(running, '/validate', { body: 'x'.repeat(1000) })).status).toBe(200);
    await eventually(() => running.told.inFlightBytes() === 0);
  });

  test('are counted for as long as a body is held, in line or under review, though its client left', async () => {
    const settle: (() => void)[] = [];
    running = await start(() => new Promise((resolve) => void settle.push(() => resolve(allowed))), {
      deciding: 1,
      queued: 1,
      inFlightBytes: 1000,
      largeBodyBytes: 1000,
    });
    const reviewed = await announce(1);
    await eventually(() => settle.length === 1);
    const waiting = await announce(1);
    await eventually(() => running.told.inFlightBytes() === 2);
    for (const socket of [reviewed, waiting]) socket.destroy();
    await eventually(() => running.told.answers.length === 2);
    expect(running.told.answers.map(({ status }) => status)).toEqual([499, 499]);
    expect(running.told.inFlightBytes()).toBe(2);
    settle[0]?.();
    await eventually(() => running.told.inFlightBytes() === 0);
    expect(settle).toHaveLength(1);
  });

  test('of large bodies leave a quarter to ordinary ones', async () => {
    running = await start(() => allowed, { inFlightBytes: 1000, largeBodyBytes: 100 });
    await announce(700);
    await eventually(() => running.told.inFlightBytes() === 700);
    expect(isShed(await call(running, '/validate', { body: 'x'.repeat(101) }))).toBe(true);
    expect((await call(running, '/validate', { body: 'x'.repeat(100) })).status).toBe(200);
  });

  test('of a refused body are refused on a connection that goes on', async () => {
    running = await start(() => allowed, { inFlightBytes: 10, largeBodyBytes: 10 });
    const heard = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect({ host: '127.0.0.1', port: running.server.port, ca: running.authority }, () => {
        const head = (length: number): string =>
          `POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
        socket.write(`${head(5000)}${'x'.repeat(5000)}${head(2)}{}`);
      });
      socket.on('data', (piece: Buffer) => {
        text += piece.toString();
        if (text.includes('"allowed":true')) {
          socket.destroy();
          resolve(text);
        }
      });
    });
    expect([...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1])).toEqual(['503', '200']);
  });
});

describe('pending reviews', () => {
  test('are bounded, some more wait in order, others are turned away, and probes answer all the while', async () => {
    const settle: (() => void)[] = [];
    running = await start(
      (_door, body) =>
        new Promise((resolve) => {
          settle.push(() => {
            resolve({ status: 200, body });
          });
        }),
      { deciding: 2, queued: 3 },
      { metrics: () => Promise.resolve({ contentType: 'text/plain', body: 'a 1\n' }) },
    );
    const replies: Promise<Reply>[] = [];
    for (let n = 0; n < 5; n += 1) {
      replies.push(call(running, '/validate', { body: String(n) }));
      await eventually(() => running.told.inFlightBytes() === n + 1);
    }
    expect(settle).toHaveLength(2);
    expect(isShed(await call(running, '/validate'))).toBe(true);
    expect(running.told.shed).toEqual(['queue']);
    for (const path of ['/livez', '/readyz', '/metrics']) {
      expect((await call(running, path, { method: 'GET' })).status).toBe(200);
    }
    for (let n = 0; n < 5; n += 1) {
      await eventually(() => settle.length > n);
      settle[n]?.();
      expect(await replies[n]).toMatchObject({ status: 200, body: String(n) });
    }
    expect(settle).toHaveLength(5);
  });

  test('a review that never settles gives its place to the next at its deadline', async () => {
    let calls = 0;
    running = await start(
      () => {
        calls += 1;
        return calls === 1 ? new Promise<Answer>(() => undefined) : allowed;
      },
      { deciding: 1, queued: 2 },
    );
    const stuck = call(running, '/validate?timeout=1s');
    await eventually(() => calls === 1);
    const waiting = call(running, '/validate');
    expect((await stuck).status).toBe(503);
    expect((await waiting).status).toBe(200);
    expect((await call(running, '/validate')).status).toBe(200);
    expect(calls).toBe(3);
  });

  test('who waits in line up to the deadline is answered then, and is not reviewed any more', async () => {
    let settle: (answer: Answer) => void = () => undefined;
    let calls = 0;
    running = await start(
      () => {
        calls += 1;
        return new Promise((resolve) => (settle = resolve));
      },
      { deciding: 1, queued: 2 },
    );
    const first = call(running, '/validate');
    await eventually(() => calls === 1);
    const waiting = await call(running, '/validate?timeout=1s');
    expect(waiting.status).toBe(503);
    expect(waiting.body).toContain('deadline_exceeded');
    settle(allowed);
    expect((await first).status).toBe(200);
    const next = call(running, '/validate');
    await eventually(() => calls === 2);
    settle(allowed);
    expect((await next).status).toBe(200);
  });

  test('a client that left while waiting is not reviewed any more', async () => {
    const settle: (() => void)[] = [];
    const bodies: string[] = [];
    running = await start(
      (_door, body) => {
        bodies.push(body.toString());
        return new Promise((resolve) => {
          settle.push(() => {
            resolve(allowed);
          });
        });
      },
      { deciding: 1, queued: 2 },
    );
    const first = call(running, '/validate', { body: 'first' });
    await eventually(() => settle.length === 1);
    const left = await announce(4);
    left.write('eft');
    await eventually(() => running.told.inFlightBytes() === 9);
    const last = call(running, '/validate', { body: 'last' });
    await eventually(() => running.told.inFlightBytes() === 13);
    left.destroy();
    await eventually(() => running.told.answers.some(({ status }) => status === 499));
    settle[0]?.();
    await eventually(() => settle.length === 2);
    settle[1]?.();
    expect([(await first).status, (await last).status]).toEqual([200, 200]);
    expect(bodies).toEqual(['first', 'last']);
    expect(running.told.answers.map(({ status }) => status)).toContain(499);
  });
});

test('connections are bounded, and the ones beyond are told as shed', async () => {
  running = await start(() => allowed, { connections: 2 });
  const sockets = [await announce(10), await announce(10)];
  await expect(call(running, '/livez', { method: 'GET' })).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(running.told.shed).toEqual(['connections']);
  for (const socket of sockets) socket.destroy();
});

test('a flood of reviews is answered to the last one, each with 200 or with a shed', async () => {
  running = await start(
    (_door, body) => new Promise((resolve) => setTimeout(resolve, 2, { status: 200, body })),
    { deciding: 4, queued: 20, inFlightBytes: 64 * 1024 },
  );
  // Connections that are there already, so that all calls come at once. They are opened some at a time: a handshake must end in its time.
  const agents = Array.from({ length: 200 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  for (let n = 0; n < agents.length; n += 20)
    await Promise.all(
      agents.slice(n, n + 20).map((agent) => call(running, '/livez', { method: 'GET', agent })),
    );
  const replies = await Promise.all(
    agents.map((agent, n) => call(running, '/mutate', { body: `"${n}${'y'.repeat(500)}"`, agent })),
  );
  for (const agent of agents) agent.destroy();
  const answered = replies.filter(({ status }) => status === 200);
  expect(replies.filter((reply) => reply.status !== 200 && !isShed(reply))).toEqual([]);
  expect(answered.length).toBeGreaterThan(4);
  expect(answered.length).toBeLessThan(replies.length);
  expect(new Set(answered.map(({ body }) => body)).size).toBe(answered.length);
  await eventually(() => running.told.inFlightBytes() === 0);
});

test('who waited beyond their deadline for others to be reviewed is refused, not reviewed', async () => {
  let [reviewed, millis] = [0, 0];
  running = await start(
    () => {
      reviewed += 1;
      const until = performance.now() + millis;
      while (performance.now() < until);
      return allowed;
    },
    { deadlineMillis: 100 },
  );
  // Connections that are there already, so that all calls come at once.
  const agent = new Agent({ keepAlive: true });
  const round = (): Promise<Reply[]> =>
    Promise.all(Array.from({ length: 12 }, () => call(running, '/validate', { agent })));
  await round();
  [reviewed, millis] = [0, 60];
  const replies = await round();
  agent.destroy();
  const late = replies.filter(({ status, body }) => status === 503 && body.includes('"deadline_exceeded"'));
  expect(late.length).toBeGreaterThan(0);
  expect(reviewed + late.length).toBe(replies.length);
  await eventually(() => running.told.inFlightBytes() === 0);
});
