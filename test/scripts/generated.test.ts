/** What is generated from the source is committed as the source would generate it now. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from '@jest/globals';
import { generated } from '../../scripts/generated.ts';
import { readSchema } from '../../src/config/readSchema.ts';
import { configuration, configurationKind } from '../../src/config/schema.ts';

const texts = await generated();

describe('generated files', () => {
  test.each([...texts.keys()])('%s is up to date (else: npm run generate)', async (file) => {
    const committed = await readFile(join(import.meta.dirname, '../..', file), 'utf8');
    expect(committed).toBe(texts.get(file));
  });
});

describe('the JSON Schema of Configuration', () => {
  const schema: unknown = JSON.parse(texts.get('schemas/configuration.json') ?? '');
  const valid = new Ajv({ strict: false }).compile(schema as object);

  test.each<[string, object, boolean]>([
    ['an empty configuration', {}, true],
    ['an empty section', { server: {} }, true],
    ['a part of a section', { server: { port: 1 }, tenancy: { administrators: { users: ['a'] } } }, true],
    ['an unknown field', { server: { prot: 1 } }, false],
    ['a form that does not fit', { cluster: { podCIDRs: ['everywhere'] } }, false],
    ['a missing field', { desk: { oidc: { issuer: 'https://a' } } }, false],
  ])('says of %s what bulkhead says', (_, rest, answer) => {
    const value = { ...configurationKind, ...rest };
    expect(valid(value)).toBe(answer);
    expect(readSchema(configuration, value).ok).toBe(answer);
  });

  test('accepts what a configuration settles to', () => {
    const read = readSchema(configuration, configurationKind);
    expect(valid(read.ok ? JSON.parse(JSON.stringify(read.value)) : undefined)).toBe(true);
  });
});
