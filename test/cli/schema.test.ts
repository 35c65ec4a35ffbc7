/** The schemas that are printed are those of the files, and what ships follows them. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { readDocuments } from '../../src/config/documents.ts';
import { valueOf } from '../authoring/reading.ts';
import { capture, stdoutOf } from './capturedTerminal.ts';

describe('bulkhead schema', () => {
  test.each(['Boundary', 'GuardrailPolicy', 'GuardrailException', 'Suite', 'Configuration'])(
    '%s is the file in schemas/',
    async (kind) => {
      const committed: unknown = JSON.parse(readFileSync(`schemas/${kind.toLowerCase()}.json`, 'utf8'));
      expect(JSON.parse(await stdoutOf('schema', kind))).toEqual(committed);
    },
  );

  test('a suite that ships follows the schema of suites, and a broken one does not', async () => {
    const validate = new Ajv({ strict: false }).compile(
      JSON.parse(await stdoutOf('schema', 'suite')) as object,
    );
    const file = 'policies/tenant-isolation/suite.yaml';
    const [document] = valueOf(readDocuments(readFileSync(file, 'utf8'), file));
    expect(validate(document?.value)).toBe(true);
    expect(validate({ ...(document?.value as object), tests: [{}] })).toBe(false);
  });

  test('a kind that there is not', async () => {
    expect(await capture(['schema', 'boundry'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean Boundary?'),
    });
  });
});
