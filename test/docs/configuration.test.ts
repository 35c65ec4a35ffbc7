/** docs/configuration.md lists every setting with its default, as the schema has it (`npm run docs` writes the tables anew). */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { format, resolveConfig } from 'prettier';
import { formats } from '../../src/config/formats.ts';
import type { JsonSchema } from '../../src/config/jsonSchema.ts';
import { asJsonSchema } from '../../src/config/jsonSchema.ts';
import { configuration } from '../../src/config/schema.ts';
import { settingsOf } from '../../src/config/settings.ts';

const file = 'docs/configuration.md';
const text = readFileSync(file, 'utf8');
const begin = '<!-- settings: made from the schema by npm run docs -->';
const end = '<!-- /settings -->';

/** What may be written there, in a few words. */
function kindOf(schema: JsonSchema): string {
  const { type, enum: choices, format: named, items, minimum, maximum } = schema;
  if (choices !== undefined) return choices.map((choice) => `\`${String(choice)}\``).join(', ');
  if (items !== undefined) return `list: ${kindOf(items)}`;
  if (typeof named === 'string') return formats.get(named)?.expected ?? named;
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  return typeof type === 'string' ? type : 'see below';
}

/** Text in a cell of a table, with what Markdown would take for its own. */
const plain = (text: string): string => text.replaceAll(/[|*]/g, String.raw`\$&`);

const defaultOf = (schema: JsonSchema): string =>
  schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;

async function tables(): Promise<string> {
  const sections = Map.groupBy(
    settingsOf(asJsonSchema(configuration)),
    ({ pointer }) => pointer.split('/')[1] ?? '',
  );
  const parts = [...sections].map(([section, settings]) => {
    const about = configuration.properties[section as keyof typeof configuration.properties];
    const rows = settings.map(({ pointer, schema }) => {
      const name = pointer.slice(1).replaceAll('/', '.');
      return `| \`${name}\` | ${plain(kindOf(schema))} | ${defaultOf(schema)} | ${plain(schema.description ?? '')} |`;
    });
    return [
      `### \`${section}\``,
      '',
      'description' in about ? about.description : '',
      '',
      '| setting | form | default | meaning |',
      '| --- | --- | --- | --- |',
      ...rows,
    ].join('\n');
  });
  const options = await resolveConfig(file);
  return (await format(parts.join('\n\n'), { ...options, parser: 'markdown' })).trim();
}

test('every setting is listed as the schema has it', async () => {
  const [head = '', rest = ''] = text.split(begin);
  const [listed = '', tail = ''] = rest.split(end);
  const right = await tables();
  if (process.env['UPDATE_DOCS'] === '1') {
    writeFileSync(file, `${head}${begin}\n\n${right}\n\n${end}${tail}`);
    return;
  }
  expect(listed.trim()).toBe(right);
});
