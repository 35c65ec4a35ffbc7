/** Every file that is generated from the source: schemas for editors, CustomResourceDefinitions, the page of findings, the values in the chart's README. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'prettier';
import { stringify } from 'yaml';
import { chartReadme } from './chartReadme.ts';
import { chartSchema } from './chartSchema.ts';
import { definition } from './crd/definition.ts';
import { kinds } from './crd/kinds.ts';
import { lintPage } from '../src/authoring/catalogue/page.ts';
import { editorKinds, editorSchemaOf } from '../src/authoring/editorSchemas.ts';

/** The text of every generated file, by its path. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  const texts = editorKinds.map(async (kind): Promise<[string, string]> => {
    const file = `schemas/${kind.kind.toLowerCase()}.json`;
    return [file, await laidOut(JSON.stringify(editorSchemaOf(kind)))];
  });
  return new Map([
    ...(await Promise.all(texts)),
    ['docs/lint.md', await format(lintPage(), { parser: 'markdown' })],
    ['charts/bulkhead/README.md', await format(await readmeOfChart(), { parser: 'markdown' })],
    ['charts/bulkhead/values.schema.json', await laidOut(chartSchema())],
    ...(await Promise.all(kinds.map(definitionFile))),
  ]);
}

const header = '# Generated from the source (npm run generate); not edited by hand.\n';

const chart = join(import.meta.dirname, '../charts/bulkhead');
const ofChart = (name: string): Promise<string> => readFile(join(chart, name), 'utf8');

/** What is written by hand stays as it is. */
async function readmeOfChart(): Promise<string> {
  return chartReadme(await ofChart('README.md'), await ofChart('values.yaml'));
}

async function definitionFile(kind: (typeof kinds)[number]): Promise<[string, string]> {
  const text = header + stringify(definition(kind), { aliasDuplicateObjects: false });
  return [
    `charts/bulkhead/crds/${kind.plural}.yaml`,
    await format(text, { parser: 'yaml', printWidth: 110, singleQuote: true }),
  ];
}

const laidOut = (text: string): Promise<string> => format(text, { parser: 'json', printWidth: 110 });
