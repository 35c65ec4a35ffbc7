// Reading a kubeconfig: what is accepted, what is refused, and that a refusal never quotes the file.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fromKubeconfig, fromPod, inCluster } from '../../src/cluster/access.ts';
import type { Access } from '../../src/cluster/access.ts';
import type { Read } from '../../src/config/issue.ts';

const canary = 'canary-5e9a1c';
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-access-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(text: string): Promise<string> {
  const file = join(folder, 'kubeconfig');
  await writeFile(file, text);
  return file;
}

const kubeconfig = (cluster: object, user: object = { token: canary }, rest: object = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'somewhere' } }],
    'current-context': 'x',
    ...rest,
  });

const codesOf = (read: Read<Access>): readonly string[] =>
  read.ok ? [] : read.issues.map(({ code }) => code);
const valueOf = (read: Read<Access>): Access => {
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.value;
};

describe('a kubeconfig', () => {
  test('gives the server and a token', async () => {
    const read = await fromKubeconfig(await written(kubeconfig({ server: 'https://10.0.0.1:6443/' })));
    const access = valueOf(read);
    expect(access.server).toBe('https://10.0.0.1:6443');
    expect(access.ownNamespace).toBeUndefined();
    expect((await access.authorize()).headers).toEqual({ Authorization: `Bearer ${canary}` });
  });

  test('may be YAML, and its files are found beside it', async () => {
    await writeFile(join(folder, 'ca.crt'), 'the authority');
    const text = [
      'clusters:',
      '- name: c',
      '  cluster: {server: "https://example.test", certificate-authority: ca.crt, tls-server-name: api}',
      'users: [{name: u, user: {token: t}}]',
      'contexts: [{name: x, context: {cluster: c, user: u}}]',
      'current-context: x',
    ];
    const { tls } = await valueOf(await fromKubeconfig(await written(text.join('\n')))).authorize();
    expect(String(tls.ca)).toBe('the authority');
    expect(tls.servername).toBe('api');
  });

  test.each<[string, string, string]>([
    ['nothing', '', 'cluster.kubeconfig'],
    ['broken YAML', `users: [{name: u, user: {token: ${canary}`, 'document.syntax'],
    ['a list', `[${JSON.stringify(canary)}]`, 'cluster.kubeconfig'],
    [
      'an unnamed user',
      kubeconfig({ server: 'https://a' }, {}, { users: [{ token: canary }] }),
      'cluster.kubeconfig',
    ],
    [
      'no current context',
      kubeconfig({ server: 'https://a' }, {}, { 'current-context': canary }),
      'cluster.kubeconfig',
    ],
    ['no such user', kubeconfig({ server: 'https://a' }, {}, { users: [] }), 'cluster.kubeconfig'],
    ['no URL', kubeconfig({ server: canary }), 'cluster.kubeconfig'],
    ['a server without TLS', kubeconfig({ server: 'http://10.0.0.1:8080' }), 'cluster.insecure'],
    [
      'a server that need not prove who it is',
      kubeconfig({ server: 'https://a', 'insecure-skip-tls-verify': true }),
      'cluster.insecure',
    ],
  ])('with %s is refused without being quoted', async (_sentence, text, code) => {
    const read = await fromKubeconfig(await written(text));
    expect(codesOf(read)).toEqual([code]);
    expect(JSON.stringify(read)).not.toContain(canary);
  });

  test('that does not exist is named', async () => {
    const file = join(folder, 'nowhere');
    expect(await fromKubeconfig(file)).toMatchObject({
      ok: false,
      issues: [{ code: 'path.missing', file }],
    });
  });
});

describe('in a pod', () => {
  const environment = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

  test('the ServiceAccount is used', async () => {
    await writeFile(join(folder, 'namespace'), 'bulkhead-system\n');
    await writeFile(join(folder, 'token'), 'secret\n');
    await writeFile(join(folder, 'ca.crt'), 'the authority');
    const access = valueOf(await fromPod(environment, folder));
    expect(access).toMatchObject({ server: 'https://10.96.0.1:443', ownNamespace: 'bulkhead-system' });
    const { tls, headers } = await access.authorize();
    expect(String(tls.ca)).toBe('the authority');
    expect(tls.rejectUnauthorized).toBeUndefined();
    expect(headers).toEqual({ Authorization: 'Bearer secret' });
  });

  test('an IPv6 address of the API server is bracketed', async () => {
    await writeFile(join(folder, 'namespace'), 'bulkhead-system');
    const read = await fromPod({ ...environment, KUBERNETES_SERVICE_HOST: 'fd00::1' }, folder);
    expect(valueOf(read).server).toBe('https://[fd00::1]:443');
  });

  test.each([
    ['no cluster around', {}, '.'],
    ['no token mounted', environment, 'nowhere'],
  ])('with %s it is refused', async (_sentence, given, directory) => {
    expect(codesOf(await fromPod(given, join(folder, directory, 'deeper')))).toEqual(['cluster.absent']);
  });

  test('whether it is one is told by the environment alone', () => {
    expect(inCluster(environment)).toBe(true);
    expect(inCluster({ KUBERNETES_SERVICE_HOST: '10.96.0.1' })).toBe(false);
  });
});
