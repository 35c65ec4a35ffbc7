import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { namesOf } from '../../src/server/clients.ts';
import { makeAuthority } from '../../src/server/tls/issue.ts';
import type { Pair } from '../../src/server/tls/issue.ts';
import { makeClient } from './clientCertificate.ts';
import { call, localMaterial, start, statusOf } from './running.ts';
import type { Running } from './running.ts';

let running: Running;
let anybody: Running;
let ours: Pair;
let theirs: Pair;
beforeAll(async () => {
  [ours, theirs] = await Promise.all([
    makeAuthority('client CA', new Date(), 2),
    makeAuthority('another CA', new Date(), 2),
  ]);
  const load = await localMaterial(ours.certificate);
  const review = () => ({ status: 200, body: '{"allowed":true}' });
  running = await start(review, {}, { clients: { names: ['kube-apiserver', 'api.example'] }, load });
  anybody = await start(review, {}, { clients: { names: [] }, load });
});
afterAll(() => Promise.all([running.server.close(), anybody.server.close()]));

const identity = async (
  from: Pair,
  commonName: string,
  names: readonly string[] = [],
): Promise<ConnectionOptions> => {
  const { certificate, key } = await makeClient(from, commonName, names);
  return { cert: certificate, key };
};

describe('with a client CA, reviews are answered', () => {
  test.each<[string, () => Promise<ConnectionOptions>, number, number]>([
    ['to an allowed common name', () => identity(ours, 'kube-apiserver'), 200, 200],
    ['to an allowed DNS name', () => identity(ours, 'x', ['other.example', 'api.example']), 200, 200],
    [
      'not to another name of the same CA',
      () => identity(ours, 'kube-apiserver2', ['a.api.example']),
      403,
      200,
    ],
    ['not to a name that contains an allowed one', () => identity(ours, 'x, DNS:api.example'), 403, 200],
    ['not to an allowed name of another CA', () => identity(theirs, 'kube-apiserver'), 403, 403],
    ['not without a certificate', () => Promise.resolve({}), 403, 403],
  ])('%s', async (_what, options, named, any) => {
    const tls = await options();
    const reply = await call(running, '/validate', { tls });
    expect(reply.status).toBe(named);
    if (named === 403) expect(reply.body).toContain('client_not_allowed');
    expect((await call(anybody, '/validate', { tls })).status).toBe(any);
  });

  test('while probes need none', async () => {
    expect((await call(running, '/livez', { method: 'GET' })).status).toBe(200);
    expect((await call(running, '/readyz', { method: 'GET' })).status).toBe(200);
  });

  test.each<[string, () => Promise<ConnectionOptions>, number]>([
    ['nothing to a client that never showed a certificate', () => Promise.resolve({}), 403],
    ['nothing new to a client that did', () => identity(ours, 'kube-apiserver'), 200],
  ])('and a resumed session gives %s', async (_what, options, status) => {
    const tls = await options();
    const once = (
      session?: Buffer,
    ): Promise<{ heard: string; session: Buffer | undefined; resumed: boolean }> =>
      new Promise((resolve, reject) => {
        let heard = '';
        let ticket: Buffer | undefined;
        const socket = connect({
          host: '127.0.0.1',
          port: running.server.port,
          ca: running.authority,
          ...(session === undefined ? tls : { ...tls, session }),
        });
        socket.on('session', (given: Buffer) => (ticket = given));
        socket.on('error', reject);
        socket.on('data', (piece: Buffer) => {
          heard += piece.toString();
          const resumed = socket.isSessionReused();
          socket.destroy();
          resolve({ heard, session: ticket, resumed });
        });
        socket.write(
          'POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
        );
      });
    const first = await once();
    expect(statusOf(first.heard)).toBe(status);
    expect(first.session).toBeDefined();
    const second = await once(first.session);
    expect(second.resumed).toBe(true);
    expect(statusOf(second.heard)).toBe(status);
  });
});

test('clients cannot be required without a CA to check them by', async () => {
  await expect(
    start(() => ({ status: 200, body: '{}' }), {}, { clients: { names: ['kube-apiserver'] } }),
  ).rejects.toThrow('clientAuthority');
});

test('names that Node must quote are never compared', async () => {
  const pair = await makeClient(
    ours,
    'cn',
    ['a.example', 'b.example'],
    ['spiffe://x/y', 'urn:a, DNS:api.example'],
  );
  expect(namesOf(new X509Certificate(pair.certificate))).toEqual([
    'cn',
    'a.example',
    'b.example',
    'spiffe://x/y',
  ]);
});
