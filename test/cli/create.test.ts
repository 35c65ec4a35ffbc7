/** Starting points lint clean and pass, and what cannot be begun is told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { capture, stdoutOf } from './capturedTerminal.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-authoring-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('bulkhead create', () => {
  test('everything that it prints lints clean, and the suite passes beside the Boundary', async () => {
    for (const kind of ['boundary', 'policy', 'exception', 'suite'])
      writeFileSync(join(folder, `${kind}.yaml`), await stdoutOf('create', kind, 'tenants'));
    expect(await stdoutOf('lint', folder, '--fail-on-warn')).toBe('4 files: 0 errors, 0 warnings, 0 info\n');
    expect(await stdoutOf('test', folder)).toContain('0 failed, 2 passed in 1 suite');
  });

  test('an exception is for the namespace that is said', async () => {
    const text = await stdoutOf('create', 'exception', 'shop/provider');
    expect(text).toContain('bulkhead exception approve shop/provider\n');
    expect(parse(text)).toMatchObject({ metadata: { name: 'provider', namespace: 'shop' } });
  });

  test.each([
    ['a name that cannot be one', ['create', 'boundary', 'Not A Name'], 'is no name'],
    [
      'something that there is not',
      ['create', 'bondary', 'a'],
      'Allowed choices are boundary, policy, exception, suite',
    ],
    [
      'something that there is not, before its name is asked for',
      ['create', 'bondary'],
      'Allowed choices are boundary, policy, exception, suite',
    ],
    ['a namespace of what has none', ['create', 'boundary', 'shop/a'], 'is no name'],
    ['a namespace that cannot be one', ['create', 'exception', 'Shop/a'], 'is no name'],
    ['nothing', ['create'], 'say what to begin: boundary, policy, exception, suite'],
    ['no name', ['create', 'boundary'], 'the boundary needs a name: bulkhead create boundary NAME'],
  ])('%s', async (_, argv, message) => {
    const { code, stderr } = await capture(argv);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
