/** A pair that is kept in the cluster: waited for at the start, followed when it changes, kept in force while what is stored is not good. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Issue } from '../../../src/config/issue.ts';
import { makeAuthority, makeServing } from '../../../src/server/tls/issue.ts';
import type { Pair } from '../../../src/server/tls/issue.ts';
import { openStored } from '../../../src/server/tls/stored.ts';
import type { StoredPair } from '../../../src/server/tls/stored.ts';

let one: Pair;
let two: Pair;
beforeAll(async () => {
  const authority = await makeAuthority('Authority', new Date(), 10);
  one = await makeServing(authority, 'bulkhead', ['walls.example'], new Date(), 1);
  two = await makeServing(authority, 'bulkhead', ['walls.example'], new Date(), 1);
});
const directory = await mkdtemp(join(tmpdir(), 'bulkhead-stored-'));
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A Secret that a test writes. */
function secret(first: Pair | undefined) {
  let pair = first;
  let waited = 0;
  const listeners: (() => void)[] = [];
  const stored: StoredPair = {
    what: 'Secret walls/tls',
    pair: () => pair,
    onChange: (listener) => listeners.push(listener),
    arrives: (millis) => {
      waited = millis;
      return Promise.resolve(pair !== undefined);
    },
  };
  return {
    stored,
    waited: () => waited,
    write: (next: Pair | undefined) => {
      pair = next;
      for (const listener of listeners) listener();
    },
  };
}

test('a pair that is written later is waited for; one that never comes is told', async () => {
  const { stored, waited } = secret(undefined);
  expect(await openStored(stored, null, {})).toMatchObject({
    ok: false,
    issues: [{ code: 'tls_secret_empty', message: expect.stringContaining('Secret walls/tls') }],
  });
  expect(waited()).toBeGreaterThan(13_000);
});

test('another pair is in force at once, and what is lost or does not match leaves the last one there', async () => {
  const { stored, write } = secret(one);
  const refused: (readonly Issue[])[] = [];
  const opened = await openStored(stored, null, { refused: (issues) => refused.push(issues) });
  if (!opened.ok) throw new Error(JSON.stringify(opened.issues));
  const { value: source } = opened;
  const swapped: string[] = [];
  source.subscribe(({ certificate }) => swapped.push(certificate));
  expect(source.current.certificate).toBe(one.certificate);
  write(two);
  await source.check();
  expect(source.current.certificate).toBe(two.certificate);
  write(undefined);
  await source.check();
  write({ certificate: one.certificate, key: two.key });
  await source.check();
  expect(source.current.certificate).toBe(two.certificate);
  expect(swapped).toEqual([two.certificate]);
  expect(refused.map(([issue]) => issue?.code)).toEqual(['tls_secret_empty', 'tls_pair_mismatch']);
  source.close();
});

test('a pair that is stored just behind the first look is in force too', async () => {
  let looks = 0;
  const { stored } = secret(undefined);
  const pair = (): Pair => ((looks += 1) === 1 ? one : two);
  const opened = await openStored({ ...stored, pair }, null, { everyMillis: 60_000 });
  if (!opened.ok) throw new Error(JSON.stringify(opened.issues));
  const { value: source } = opened;
  if (source.current.certificate !== two.certificate)
    await new Promise<void>((resolve) => source.subscribe(() => resolve()));
  expect(source.current.certificate).toBe(two.certificate);
  source.close();
});

test('the CA of client certificates that cannot be read is told with its file', async () => {
  const { stored } = secret(one);
  const file = join(directory, 'missing.crt');
  expect(await openStored(stored, file, {})).toMatchObject({
    ok: false,
    issues: [{ code: 'tls_file_unreadable', file }],
  });
});
