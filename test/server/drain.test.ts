import { describe, expect, test } from '@jest/globals';
import { Agent } from 'node:https';
import { connect } from 'node:net';
import type { Answer } from '../../src/server/review.ts';
import { call, eventually, start } from './running.ts';
import type { Reply, Running } from './running.ts';

const review = (): Promise<Answer> =>
  new Promise((resolve) => setTimeout(resolve, 1, { status: 200, body: '{}' }));
const get = (running: Running, path: string, agent?: Agent): Promise<Reply> =>
  call(running, path, { method: 'GET', ...(agent === undefined ? {} : { agent }) });

describe('a drain', () => {
  test('loses no call of keep-alive clients that learn from readiness to go elsewhere', async () => {
    const [old, fresh] = await Promise.all([start(review), start(review)]);
    let target = old;
    let calling = true;
    const statuses: number[] = [];
    const failures: unknown[] = [];
    let closedByServer = 0;
    // What a Service does: an endpoint that fails its probe is taken out, a moment later everywhere.
    const probe = new Agent({ keepAlive: true });
    const balancer = (async () => {
      while (target === old) {
        if ((await get(old, '/readyz', probe)).status !== 200) {
          await new Promise((resolve) => setTimeout(resolve, 150));
          // They come back meanwhile, unless the machine stood still.
          await eventually(() => closedByServer > 8);
          target = fresh;
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    const clients = Array.from({ length: 8 }, async () => {
      const agents = new Map(
        [old, fresh].map((server) => [server, new Agent({ keepAlive: true, maxSockets: 1 })]),
      );
      while (calling) {
        const to = target;
        try {
          const reply = await call(to, '/validate', { agent: agents.get(to) ?? new Agent() });
          statuses.push(reply.status);
          if (to === old && reply.headers.connection === 'close') closedByServer += 1;
        } catch (error) {
          failures.push(error);
        }
      }
      for (const agent of agents.values()) agent.destroy();
    });
    await eventually(() => statuses.length > 100);
    // Longer than any handshake takes: a client in the middle of one is about to call, and is not counted yet.
    const drained = await old.server.drain({ quietMillis: 1_500, atMostMillis: 10_000 });
    await old.server.close();
    const afterwards = statuses.length;
    await eventually(() => statuses.length > afterwards + 100);
    calling = false;
    await Promise.all([...clients, balancer]);
    probe.destroy();
    await fresh.server.close();
    expect(failures).toEqual([]);
    expect(statuses.every((status) => status === 200)).toBe(true);
    expect(drained).toBe('quiet');
    expect(closedByServer).toBeGreaterThan(8);
  });

  test('fails readiness, keeps liveness, and closes each connection after its answer', async () => {
    const running = await start(review);
    const draining = running.server.drain({ quietMillis: 200, atMostMillis: 5_000 });
    const ready = await get(running, '/readyz');
    expect(ready.status).toBe(503);
    expect(ready.body).toContain('draining');
    expect((await get(running, '/livez')).status).toBe(200);
    for (const reply of [await call(running, '/validate'), await call(running, '/nowhere')]) {
      expect(reply.headers.connection).toBe('close');
    }
    expect(await draining).toBe('quiet');
    await running.server.close();
  });

  test('waits for a review that is pending, but no longer than it was given', async () => {
    let settle: (answer: Answer) => void = () => undefined;
    const running = await start(() => new Promise((resolve) => (settle = resolve)));
    const reply = call(running, '/validate');
    await eventually(() => running.told.inFlightBytes() === 2);
    expect(await running.server.drain({ quietMillis: 10, atMostMillis: 100 })).toBe('grace');
    setTimeout(() => {
      settle({ status: 200, body: '{}' });
    }, 50);
    expect(await running.server.drain({ quietMillis: 10, atMostMillis: 3_000 })).toBe('quiet');
    expect((await reply).status).toBe(200);
    await running.server.close();
  });

  test('close lets a pending answer finish and then cuts what is left', async () => {
    let settle: (answer: Answer) => void = () => undefined;
    const running = await start(() => new Promise((resolve) => (settle = resolve)));
    const reply = call(running, '/validate');
    await eventually(() => running.told.inFlightBytes() === 2);
    const closing = running.server.close(2_000);
    settle({ status: 200, body: '{}' });
    expect((await reply).status).toBe(200);
    await closing;

    const stubborn = await start(() => new Promise<Answer>(() => undefined));
    const lost = call(stubborn, '/validate').catch((error: unknown) => error);
    await eventually(() => stubborn.told.inFlightBytes() === 2);
    // A connection that never begins its handshake is none of HTTP's.
    const silent = connect(stubborn.server.port, '127.0.0.1');
    const silenced = new Promise((resolve) => silent.once('close', resolve));
    silent.on('error', () => undefined);
    await new Promise((resolve) => silent.once('connect', resolve));
    await stubborn.server.close(50);
    await silenced;
    expect(await lost).toMatchObject({ code: 'ECONNRESET' });
  });
});
