// What the server says about its decision log: a loss is told as one, also where the store is well.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readSchema } from '../../src/config/readSchema.ts';
import { configuration } from '../../src/config/schema.ts';
import { openDecisionLog } from '../../src/server/decisionLog.ts';
import { eventually } from '../cluster/eventually.ts';

test('a decision that is lost while the store is open is a warning with a code', async () => {
  const config = readSchema(configuration, {
    apiVersion: 'config.bulkhead.dev/v1alpha1',
    kind: 'Configuration',
  });
  if (!config.ok) throw new Error('the defaults are a configuration');
  const stateDirectory = await mkdtemp(join(tmpdir(), 'bulkhead-server-log-'));
  const lines: (readonly [string, object, string])[] = [];
  const level = (name: string) => (fields: object, message: string) =>
    void lines.push([name, fields, message]);
  const open = openDecisionLog({
    config: config.value,
    stateDirectory,
    entry: new URL('../../src/worker.ts', import.meta.url),
    replica: 'test',
    log: { info: level('info'), warn: level('warn'), error: level('error') },
    line: () => undefined,
    checkpointed: () => undefined,
    verified: () => undefined,
  });
  try {
    await eventually('the store is open', () => Promise.resolve(open.status()?.store === 'open'));
    const before = lines.length;
    expect(lines.at(-1)).toMatchObject(['info', { store: 'open' }, 'the decision log writes to its store']);
    open.recorder?.lost();
    expect(lines.slice(before)).toEqual([
      [
        'warn',
        { store: 'open', dropped: { 'record-failed': 1 }, code: 'decision_log_dropped' },
        'decisions are in no record',
      ],
    ]);
  } finally {
    await open.close();
    await rm(stateDirectory, { recursive: true, force: true });
  }
});
