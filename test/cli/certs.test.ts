/** `bulkhead certs` makes what is missing and keeps what is good. */
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { capture } from './capturedTerminal.ts';

const root = await mkdtemp(join(tmpdir(), 'bulkhead-certs-'));
afterAll(() => rm(root, { recursive: true }));
const directory = join(root, 'certs');

test('makes an authority and a serving certificate, then keeps them', async () => {
  const first = await capture(['certs', '--directory', directory, '--name', 'bulkhead.test']);
  expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
  expect(first.stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(['made', 'made', '']);

  const certificate = new X509Certificate(await readFile(join(directory, 'tls.crt')));
  expect(certificate.subjectAltName).toContain('DNS:bulkhead.test');
  expect(certificate.checkIssued(new X509Certificate(await readFile(join(directory, 'ca.crt'))))).toBe(true);

  const { stdout } = await capture(['certs', '-d', directory, '-n', 'bulkhead.test', '-o', 'json']);
  expect(JSON.parse(stdout)).toMatchObject({ authority: 'kept', serving: 'kept' });
});

test('refuses a name that is none, and a directory that cannot be one', async () => {
  const name = await capture(['certs', '-d', directory, '-n', 'a b']);
  expect([name.code, name.stdout, name.stderr.split('\n').length]).toEqual([2, '', 2]);
  await writeFile(join(root, 'file'), '');
  const place = await capture(['certs', '-d', join(root, 'file')]);
  expect([place.code, place.stdout]).toEqual([2, '']);
  expect(place.stderr).toMatch(/^error: .*file/);
});

test.each([
  ['nothing', []],
  ['both', ['--directory', directory, '--rotate', 'a/b']],
])('wants either a directory or a Secret: %s is refused', async (_what, args) => {
  const { code, stderr } = await capture(['certs', ...args]);
  expect([code, stderr]).toEqual([2, 'error: say either --directory or --rotate\n']);
});

test.each([
  ['b', 'error: "b" names no Secret; write NAMESPACE/NAME\n'],
  ['a/b/c', 'error: "a/b/c" names no Secret; write NAMESPACE/NAME\n'],
])('--rotate %s is refused before any cluster is asked', async (secret, message) => {
  const { code, stderr } = await capture(['certs', '--rotate', secret]);
  expect([code, stderr]).toEqual([2, message]);
});

test('--rotate says that no cluster is named', async () => {
  const { code, stderr } = await capture(['certs', '--rotate', 'a/b'], { environment: { HOME: root } });
  expect(code).toBe(2);
  expect(stderr).toContain('--kubeconfig FILE');
});
