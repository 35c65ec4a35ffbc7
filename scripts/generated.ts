/** Every file that is generated from a schema in the source: one row a file. */
import { format } from 'prettier';
import { stringify } from 'yaml';
import { chartSchema } from './chartSchema.ts';
import { definition } from './crd/definition.ts';
import { kinds } from './crd/kinds.ts';
import { exceptionSchema } from '../src/boundary/exceptionSchema.ts';
import { boundarySchema } from '../src/boundary/schema.ts';
import { toEditorSchema } from '../src/config/editorSchema.ts';
import { configuration } from '../src/config/schema.ts';
import type { TSchema } from '../src/config/shape.ts';
import { guardrailPolicySchema } from '../src/guardrail/schema.ts';

interface GeneratedFile {
  /** Where it is committed, from the root of the repository. */
  readonly file: string;
  readonly title: string;
  readonly schema: TSchema;
}

const files: readonly GeneratedFile[] = [
  { file: 'schemas/configuration.json', title: 'Bulkhead Configuration', schema: configuration },
  { file: 'schemas/boundary.json', title: 'Bulkhead Boundary', schema: boundarySchema },
  { file: 'schemas/guardrailpolicy.json', title: 'Bulkhead GuardrailPolicy', schema: guardrailPolicySchema },
  { file: 'schemas/guardrailexception.json', title: 'Bulkhead GuardrailException', schema: exceptionSchema },
];

/** The text of every generated file, by its path. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  const texts = files.map(async ({ file, title, schema }): Promise<[string, string]> => {
    return [file, await laidOut(JSON.stringify(toEditorSchema(schema, { title })))];
  });
  return new Map([
    ...(await Promise.all(texts)),
    ['charts/bulkhead/values.schema.json', await laidOut(chartSchema())],
    ...(await Promise.all(kinds.map(definitionFile))),
  ]);
}

const header = '# Generated from the source (npm run generate); not edited by hand.\n';

async function definitionFile(kind: (typeof kinds)[number]): Promise<[string, string]> {
  const text = header + stringify(definition(kind), { aliasDuplicateObjects: false });
  return [
    `charts/bulkhead/crds/${kind.plural}.yaml`,
    await format(text, { parser: 'yaml', printWidth: 110 }),
  ];
}

const laidOut = (text: string): Promise<string> => format(text, { parser: 'json', printWidth: 110 });
