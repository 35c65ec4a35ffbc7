/** The token file: what its lines mean, and what is wrong with others. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ensureTokenFile, readTokens, tokenGate } from '../../src/desk/tokens.ts';

const token = 'abcdefghijklmnopqrstuvwx';

test.each([
  [`${token}\n`, [{ name: 'token' }]],
  [`# all\n\njane * ${token}\r\n`, [{ name: 'jane' }]],
  [`joe payments,orders ${token}`, [{ name: 'joe', tenants: ['payments', 'orders'] }]],
])('%j opens to %j', (text, readers) => {
  const read = readTokens(text, 'tokens');
  expect(read.ok && [...read.value.values()]).toEqual(readers);
});

test.each([
  ['', 'holds no token'],
  ['# nothing\n', 'holds no token'],
  ['short', 'at least 24'],
  [`jane ${token}`, 'a line is NAME TENANTS TOKEN'],
  [`jane * ${token} more`, 'a line is NAME TENANTS TOKEN'],
  [`jane , ${token}`, 'names no tenant'],
  [`jane * ${token}"'`, 'at least 24'],
  [`jane * ${token}\njoe a ${token}`, 'the token of a line before'],
])('%j is refused', (text, reason) => {
  const read = readTokens(text, 'tokens');
  const messages = read.ok ? [] : read.issues.map(({ message }) => message);
  expect(messages).toEqual([expect.stringContaining(reason)]);
  expect(messages.join()).not.toContain(token);
});

describe('a file that Bulkhead makes', () => {
  test('is its owner alone, holds one good token, and stays', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-tokens-'));
    const file = join(folder, 'state', 'desk.token');
    ensureTokenFile(file);
    const first = await readFile(file, 'utf8');
    ensureTokenFile(file);
    expect(await readFile(file, 'utf8')).toBe(first);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const gate = tokenGate(file, () => undefined);
    expect(gate.ok && (await gate.value(first.trim()))).toEqual({ ok: true, reader: { name: 'token' } });
    await rm(folder, { recursive: true });
  });

  test('that is not there is told', () => {
    expect(tokenGate('/nowhere/tokens', () => undefined)).toMatchObject({
      ok: false,
      issues: [{ code: 'desk.tokenFile' }],
    });
  });
});
