/** docs/rules.md names every field of a Boundary and every code of a refusal, and no other. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { invariantCodes } from '../../src/boundary/invariants/codes.ts';
import { boundarySpecSchema } from '../../src/boundary/schema.ts';
import { isObject } from '../../src/k8s/json.ts';

const text = readFileSync('docs/rules.md', 'utf8');

/** Codes of violations and failures beside the invariants. */
const others = [
  'boundary.ingress',
  'boundary.egress',
  'boundary.never',
  'boundary.unproven',
  'rules.writer',
  'rules.invalid',
  'rules.confirm',
  'records.writer',
  'records.inUse',
  'rules.none',
  'namespace.unknown',
  'namespace.absent',
  'patch.broken',
  'policy.error',
  'internal',
];

/** Every field below a schema; what a label selector holds is Kubernetes' own. */
function fieldsOf(schema: unknown): readonly string[] {
  if (!isObject(schema)) return [];
  const { properties, items } = schema;
  if (isObject(properties) && Object.hasOwn(properties, 'matchLabels')) return [];
  const below = isObject(properties) ? Object.entries(properties) : [];
  return [...below.flatMap(([name, field]) => [name, ...fieldsOf(field)]), ...fieldsOf(items)];
}

test('every code has a row, and every row a code', () => {
  const rows = [...text.matchAll(/^\| `([\w.]+\.\w+|internal)` +\|/gm)].map(([, code]) => code);
  expect(rows.sort()).toEqual([...Object.keys(invariantCodes), ...others].sort());
});

test('every field of a Boundary is named', () => {
  const fields = [...new Set(fieldsOf(boundarySpecSchema))];
  expect(fields.length).toBeGreaterThan(25);
  expect(fields.filter((field) => !new RegExp(`[\`{ ]${field}[\`:]`).test(text))).toEqual([]);
});

test('every field at the top of a spec has a section with an example', () => {
  const sections = text.split(/^### /m).slice(1);
  for (const field of Object.keys(boundarySpecSchema.properties)) {
    const section = sections.find((one) => one.split('\n')[0]?.includes(`\`${field}\``));
    expect(section).toMatch(new RegExp(`\`\`\`yaml spec[^]*^${field}:`, 'm'));
  }
});
