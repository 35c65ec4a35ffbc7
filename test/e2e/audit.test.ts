/** One running `bulkhead serve`: a refused request is in its log, its desk shows it to the right reader, and the command line verifies it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { listAt, stringAt } from '../../src/k8s/json.ts';
import { lastLines, startDaemon } from '../cluster/daemon.ts';
import type { Daemon } from '../cluster/daemon.ts';
import { eventually } from '../cluster/eventually.ts';

const run = promisify(execFile);
const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const token = 'a-token-for-the-payments-team-0001';

let folder = '';
let product: Daemon;
let webhook = '';
let desk = '';

// Nothing of this process's environment: our own BULKHEAD_… variables are settings of the tests, which the product refuses.
const clean = ['-i', `PATH=${process.env['PATH'] ?? ''}`, process.execPath, main];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-audit-e2e-'));
  await writeFile(join(folder, 'tokens'), `joe payments ${token}\n`);
  const config = {
    apiVersion: 'config.bulkhead.dev/v1alpha1',
    kind: 'Configuration',
    desk: { port: 0, tokenFile: join(folder, 'tokens') },
  };
  await writeFile(join(folder, 'bulkhead.yaml'), JSON.stringify(config));
  const root = join(import.meta.dirname, '..', '..');
  const args = ['serve', '--port', '0', '--address', '127.0.0.1', '--state', join(folder, 'state')];
  const given = [
    '--config',
    join(folder, 'bulkhead.yaml'),
    '--rules',
    join(root, 'policies', 'tenant-isolation'),
  ];
  const namespaces = ['--inventory', join(root, 'examples', 'inventory')];
  product = startDaemon('bulkhead', 'env', [...clean, ...args, ...given, ...namespaces], folder);
  [webhook = '', desk = ''] = await eventually('bulkhead listens', async () => {
    if (product.ended()) throw new Error(await lastLines(product));
    const text = await readFile(product.log, 'utf8');
    const [, one] = /listening on (https:\S+)/.exec(text) ?? [];
    const [, other] = /decisions are read at (http:\S+)\/api/.exec(text) ?? [];
    return one === undefined || other === undefined ? undefined : [one, other];
  });
});

afterAll(async () => {
  await product.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Asks to create a NetworkPolicy that opens everything. */
async function ask(namespace: string, name: string): Promise<unknown> {
  const group = 'networking.k8s.io';
  const body = JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: name,
      kind: { group, version: 'v1', kind: 'NetworkPolicy' },
      resource: { group, version: 'v1', resource: 'networkpolicies' },
      ...{ name, namespace, operation: 'CREATE', userInfo: { username: 'jane', groups: [] } },
      object: {
        apiVersion: `${group}/v1`,
        kind: 'NetworkPolicy',
        metadata: { name, namespace },
        spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] },
      },
    },
  });
  const ca = await readFile(join(folder, 'state', 'tls', 'ca.crt'));
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const call = request(`${webhook}/validate`, { method: 'POST', ca, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => {
        resolve(JSON.parse(text));
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

const read = (path: string): Promise<Response> =>
  fetch(`${desk}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });

test('what was refused is shown to its tenant, and to no other; the log verifies and tells who read it', async () => {
  const answer = await ask('payments-prod', 'too-open');
  await ask('orders-prod', 'too-open-too');
  const hash = stringAt(answer, 'response', 'auditAnnotations', 'record-hash');
  const found = await eventually('the decision is in the log', async () => {
    const page: unknown = await (await read('decisions?decision=denied')).json();
    return listAt(page, 'records').length > 0 && page;
  });
  const records = listAt(found, 'records');
  expect(records).toMatchObject([{ recordHash: hash, tenant: 'payments', resource: { name: 'too-open' } }]);
  expect((await read('decisions?tenant=orders')).status).toBe(403);
  expect((await fetch(`${desk}/api/v1/decisions`)).status).toBe(401);

  const audit = (...words: readonly string[]) =>
    run('env', [...clean, 'audit', ...words, '--state', join(folder, 'state')]);
  const shown = await audit('show', stringAt(records[0], 'decisionId') ?? '');
  expect(shown.stdout).toContain(hash);
  expect((await audit('verify')).stdout).toContain('intact');
  const readings = await eventually('the readings are in the log', async () => {
    const { stdout } = await audit('query', '--entry', 'Read', '--user', 'joe', '-o', 'json');
    const list = listAt(JSON.parse(stdout), 'records');
    return list.length > 0 && list;
  });
  expect(readings.at(-1)).toMatchObject({
    reader: 'joe',
    action: 'query',
    question: expect.stringContaining('decision=denied'),
  });
});
