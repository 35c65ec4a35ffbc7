/** `bulkhead webhooks --check` against servers that answer as they should, as they should not, or not at all; the real one is asked in test/e2e. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { capture } from '../capturedTerminal.ts';
import { makeAuthority, makeServing } from '../../../src/server/tls/issue.ts';
import { ownAt } from '../../../src/k8s/json.ts';

let folder: string;
let pair: { readonly cert: string; readonly key: string };
let server: Server | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-check-'));
  const authority = await makeAuthority('check', new Date(), 1);
  const serving = await makeServing(authority, 'check', ['127.0.0.1'], new Date(), 1);
  pair = { cert: serving.certificate, key: serving.key };
  await writeFile(join(folder, 'ca.crt'), authority.certificate);
  const stranger = await makeAuthority('stranger', new Date(), 1);
  await writeFile(join(folder, 'stranger.crt'), stranger.certificate);
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});
afterAll(() => rm(folder, { recursive: true }));

type Answers = (review: unknown) => unknown;

/** Starts a webhook whose `/readyz` has that status; gives its address. */
async function serving(ready: number, answers: Answers): Promise<string> {
  const started = createServer(pair, (incoming, answer) => {
    let text = '';
    incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
    incoming.on('end', () => {
      answer.statusCode = incoming.url === '/readyz' ? ready : 200;
      answer.end(incoming.url === '/readyz' ? '' : JSON.stringify(answers(JSON.parse(text))));
    });
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const address = started.address();
  return `https://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
}
const said =
  (code: (kind: unknown) => number | undefined): Answers =>
  (review) => {
    const refused = code(ownAt(review, 'request', 'kind', 'kind'));
    const response = { uid: ownAt(review, 'request', 'uid'), allowed: refused === undefined };
    return {
      kind: 'AdmissionReview',
      response: refused === undefined ? response : { ...response, status: { code: refused } },
    };
  };
const check = (url: string, authority = 'ca.crt'): ReturnType<typeof capture> =>
  capture(['webhooks', '--check', '--url', url, '--ca', join(folder, authority)]);

test.each<[string, (kind: unknown) => number | undefined, number, string]>([
  [
    'refuses the policy alone',
    (kind) => (kind === 'NetworkPolicy' ? 403 : undefined),
    0,
    'refused with 403\n',
  ],
  ['allows everything', () => undefined, 1, 'allowed, which must be refused with 403'],
  ['refuses everything', () => 403, 1, 'refused with 403, which must be allowed'],
  ['fails at everything', () => 500, 1, 'refused with 500, which must be refused with 403'],
])('one that %s', async (_what, code, exit, text) => {
  const ended = await check(await serving(200, said(code)));
  expect(ended.stdout).toContain(text);
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: exit, stderr: '' });
});

test.each<[string, number, Answers, string]>([
  ['one that is not ready', 503, said(() => undefined), '/readyz answers 503'],
  [
    'an answer to another question',
    200,
    () => ({ response: { uid: 'x', allowed: true } }),
    'nobody answered',
  ],
  ['an answer that is none', 200, () => [], 'nobody answered'],
])('%s', async (_what, ready, answers, text) => {
  const ended = await check(await serving(ready, answers));
  expect(ended.stderr).toContain(text);
  expect(ended.code).toBe(3);
});

test('one whose authority is another is not asked', async () => {
  let asked = 0;
  const url = await serving(200, () => (asked += 1));
  const ended = await check(url, 'stranger.crt');
  expect({ code: ended.code, asked }).toEqual({ code: 3, asked: 0 });
  expect(ended.stderr).toContain('does not answer');
});

test('without an address it is a mistake', async () => {
  const ended = await capture(['webhooks', '--check', '--ca', join(folder, 'ca.crt')]);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain('--url https://HOST:PORT or --service NS/NAME');
});
