// A `serve` that cannot begin says why and ends; nothing that it opened before keeps the process alive.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { serve } from './served.ts';

const directory = mkdtempSync(join(tmpdir(), 'bulkhead-not-begun-'));
const taken = createServer();

beforeAll(async () => {
  writeFileSync(join(directory, 'token'), `${'t'.repeat(64)}\n`, { mode: 0o600 });
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
});

afterAll(() => {
  taken.close();
  rmSync(directory, { recursive: true });
});

const portOf = (address: ReturnType<typeof taken.address>): number =>
  typeof address === 'object' && address !== null ? address.port : 0;

test.each<[string, () => string, string]>([
  [
    'the token of the desk cannot be read',
    () => `desk: { tokenFile: ${directory}/none }\n`,
    'cannot be read',
  ],
  [
    'the port of the desk is taken',
    () => `desk: { tokenFile: ${directory}/token, port: ${portOf(taken.address())} }\n`,
    'cannot listen',
  ],
])('where %s it ends', async (_, configuration, said) => {
  const files = { directory, state: 'state', rules: '', inventory: '' };
  await expect(serve({ ...files, configuration: configuration() })).rejects.toThrow(said);
});
