import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readSchema } from '../../../src/config/readSchema.ts';
import { configuration } from '../../../src/config/schema.ts';
import { servingMaterial } from '../../../src/server/tls/serving.ts';

const directory = await mkdtemp(join(tmpdir(), 'bulkhead-serving-'));
afterAll(() => rm(directory, { recursive: true, force: true }));

const serving = (certificates: object): ReturnType<typeof servingMaterial> => {
  const config = readSchema(configuration, {
    apiVersion: 'config.bulkhead.dev/v1alpha1',
    kind: 'Configuration',
    certificates,
  });
  if (!config.ok) throw new Error(JSON.stringify(config.issues));
  return servingMaterial(config.value, directory, () => undefined);
};

test.each(['selfManaged', 'secret'])(
  'mode %s with a Secret and without a cluster is told, never replaced by a pair of our own',
  async (mode) => {
    const read = await serving({ mode, secret: 'a/b' });
    expect(read).toMatchObject({ ok: false, issues: [{ code: 'tls_secret_unreachable' }] });
  },
);

test.each(['certManager', 'files'])(
  'mode %s without its files is told, never replaced by a pair of our own',
  async (mode) => {
    const named = { certManager: { certificate: 'a/b' }, files: {} }[mode];
    const read = await serving({ mode, ...named });
    expect(read).toMatchObject({ ok: false, issues: [{ code: 'tls_files_unnamed' }] });
  },
);

test('without a mode a pair of our own is made in the state directory', async () => {
  const read = await serving({});
  expect(read).toMatchObject({ ok: true, value: { authorityFile: join(directory, 'tls', 'ca.crt') } });
  if (read.ok) read.value.source.close();
});
