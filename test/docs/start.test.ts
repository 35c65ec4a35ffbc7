/** What the README promises of `npm start`: it serves without a cluster, says where and what to try, and denies with a witness. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isObject, stringAt } from '../../src/k8s/json.ts';
import { documentsAt } from '../examples/decided.ts';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
const [, ...argv] = scripts.start.split(' ');

let state: string;
let child: ReturnType<typeof spawn>;
let told = '';

beforeAll(async () => {
  state = mkdtempSync(join(tmpdir(), 'bulkhead-start-'));
  child = spawn(process.execPath, [...argv, '--port', '0', '--address', '127.0.0.1', '--state', state]);
  child.stdout?.resume();
  const listening = new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk) => {
      told += String(chunk);
      if (/^try: npx .*\n/m.test(told)) resolve();
    });
    child.once('close', () => reject(new Error(`it ended: ${told}`)));
  });
  await listening;
}, 30_000);

afterAll(async () => {
  if (child.exitCode === null) {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  rmSync(state, { recursive: true });
});

/** Sends a body, or asks, under the authority that the process named; gives status and text. */
async function ask(path: string, body?: string): Promise<readonly [number | undefined, string]> {
  const [, file = '', port = ''] = /--cacert (\S+) https:\/\/localhost:(\d+)\/readyz/.exec(told) ?? [];
  const options = { ca: readFileSync(file), servername: 'localhost', agent: false };
  const call = request(`https://127.0.0.1:${port}${path}`, {
    ...options,
    method: body === undefined ? 'GET' : 'POST',
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
  });
  call.end(body);
  const [answer] = (await once(call, 'response')) as [AsyncIterable<Buffer> & { statusCode?: number }];
  let text = '';
  for await (const chunk of answer) text += chunk.toString();
  return [answer.statusCode, text];
}

test('it says where it listens, which rules are in force and what to try', () => {
  expect(told).toMatch(/^listening on https:\/\/127\.0\.0\.1:\d+\nboundaries in force: sensitive, tenants\n/);
  expect(told).toContain(
    'try: npx bulkhead review examples/bad --rules policies/tenant-isolation --inventory examples/inventory\n',
  );
});

test('the first thing to try answers: it is ready', async () => {
  expect(await ask('/readyz')).toEqual([200, '{"ready":true,"reasons":[]}']);
});

test('a review of the first bad example is denied with a witness', async () => {
  const [document] = await documentsAt('examples/bad/01-allow-all-egress.yaml');
  const object = document?.value;
  const review = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'one',
      operation: 'CREATE',
      kind: { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy' },
      resource: { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' },
      namespace: stringAt(object, 'metadata', 'namespace'),
      name: stringAt(object, 'metadata', 'name'),
      userInfo: { username: 'someone', groups: [] },
      object,
    },
  };
  const [status, text] = await ask('/validate', JSON.stringify(review));
  expect(status).toBe(200);
  const answer: unknown = JSON.parse(text);
  expect(isObject(answer) ? answer['response'] : answer).toMatchObject({ uid: 'one', allowed: false });
  expect(text).toContain('pods in payments-prod could reach 169.254.169.254 on TCP 80');
});

test('asked to stop, it does', async () => {
  child.kill('SIGTERM');
  await once(child, 'close');
  expect(child.exitCode).toBe(0);
}, 30_000);
