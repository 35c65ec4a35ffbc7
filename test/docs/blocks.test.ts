/**
 * Every code block of the README and the guides is true: commands are run and their output compared, policies are judged, configurations
 * and Boundaries are loaded. What a block is held to stands in its info string:
 *
 * - `console`: lines with `$ ` are run, the rest is what they print (`npm run docs` writes it anew).
 * - `sh`: typed in test/e2e/guides.test.ts; here commands and options of `bulkhead` must exist, and so must npm scripts.
 * - `yaml allowed`, `yaml denied CODE…`: manifests, judged by the Boundary or the rules shown last before them, else by policies/tenant-isolation;
 *   with the word `by:PATH` by the rules there, with `configured` under examples/bulkhead.yaml, with `administrator` as one.
 * - `yaml boundary`, `yaml rules`, `yaml configuration`: load. `yaml spec`: the spec of a Boundary but for what every Boundary needs.
 * - `yaml manifest`: objects of Kubernetes that Bulkhead does not judge; each says what it is.
 * - `yaml values`: values of the chart, which its schema takes together with the default ones.
 * - `yaml suite`: a Suite, which can be read but is not run.
 * - `json`: can be read. `text`: anything.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { readSuite } from '../../src/authoring/suite/readSuite.ts';
import { assemble } from '../../src/config/load.ts';
import type { Document } from '../../src/config/document.ts';
import { readDocuments } from '../../src/config/documents.ts';
import { isObject } from '../../src/k8s/json.ts';
import { clusterWith, configAt, decide, documentsAt, valueOf } from '../examples/decided.ts';
import { blocksOf, withCode } from './markdown.ts';
import type { Block } from './markdown.ts';
import { played, unknownIn } from './shell.ts';

const files = [
  'README.md',
  'examples/README.md',
  'charts/bulkhead/README.md',
  ...['docs', 'docs/guides', 'policies'].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.md') && name !== 'ARCHITECTURE.md')
      .map((name) => `${folder}/${name}`),
  ),
  ...readdirSync('policies', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `policies/${name}/README.md`),
];

/** Words of an info string that say under which circumstances. */
const modifiers = ['configured', 'administrator'];
const by = 'by:';

const documentsOf = ({ code, file }: Block): readonly Document[] => valueOf(readDocuments(code, file));

/** The rules of a block that shows a Boundary, or the spec of one. */
function boundaryOf(block: Block): readonly Document[] {
  if (block.words[0] !== 'spec') return documentsOf(block);
  return documentsOf(block).flatMap(({ value }) => {
    const spec = {
      namespaceSelector: { matchExpressions: [{ key: 'bulkhead.dev/tenant', operator: 'Exists' }] },
      floor: { mode: 'Create' },
      ...(isObject(value) ? value : {}),
    };
    const whole = {
      apiVersion: 'bulkhead.dev/v1alpha1',
      kind: 'Boundary',
      metadata: { name: 'example' },
      spec,
    };
    return valueOf(readDocuments(stringify(whole), block.file));
  });
}

const configFor = ({ words }: Block) =>
  configAt(words.includes('configured') ? 'examples/bulkhead.yaml' : undefined);

async function holdYaml(block: Block, before: readonly Block[]): Promise<void> {
  const [kind, ...rest] = block.words.filter((word) => !modifiers.includes(word) && !word.startsWith(by));
  switch (kind) {
    case 'boundary':
    case 'spec':
      await clusterWith(boundaryOf(block), await configFor(block));
      return;
    case 'rules':
      await clusterWith(documentsOf(block), await configFor(block));
      return;
    case 'configuration':
      for (const document of documentsOf(block)) valueOf(assemble(document, { environment: {} }));
      return;
    case 'manifest':
      for (const { value } of documentsOf(block))
        expect(value).toMatchObject({
          apiVersion: expect.any(String) as unknown,
          kind: expect.any(String) as unknown,
        });
      return;
    case 'values':
      holdValues(block);
      return;
    case 'suite':
      for (const document of documentsOf(block)) valueOf(readSuite(document));
      return;
    case 'allowed':
    case 'denied': {
      const shown = before.filter(({ words }) => ['boundary', 'spec', 'rules'].includes(words[0] ?? ''));
      const path = block.words.find((word) => word.startsWith(by))?.slice(by.length);
      const last = shown.at(-1);
      const rules =
        path === undefined && last !== undefined
          ? boundaryOf(last)
          : await documentsAt(path ?? 'policies/tenant-isolation');
      const groups = block.words.includes('administrator') ? ['system:masters'] : [];
      const cluster = await clusterWith(rules, await configFor(block));
      const decided = decide(documentsOf(block), cluster, groups);
      const codes = [...new Set(decided.flatMap((one) => one.codes))].sort();
      expect({ allowed: decided.map(({ allowed }) => allowed), codes }).toEqual({
        allowed: decided.map(() => kind === 'allowed'),
        codes: rest.sort(),
      });
      return;
    }
    case undefined:
    default:
      throw new Error(`say in the info string what this block is held to, not "${kind ?? ''}"`);
  }
}

const takesValues = new Ajv({ strict: false }).compile(
  JSON.parse(readFileSync('charts/bulkhead/values.schema.json', 'utf8')) as object,
);

/** As Helm lays values over the default ones: mappings key by key, everything else whole. */
function holdValues({ code }: Block): void {
  const over = (under: unknown, upper: unknown): unknown =>
    isObject(under) && isObject(upper)
      ? Object.fromEntries(
          [...new Set([...Object.keys(under), ...Object.keys(upper)])].map((key) => [
            key,
            Object.hasOwn(upper, key) ? over(under[key], upper[key]) : under[key],
          ]),
        )
      : upper;
  takesValues(over(parse(readFileSync('charts/bulkhead/values.yaml', 'utf8')), parse(code)));
  expect(takesValues.errors ?? []).toEqual([]);
}

async function holdConsole(block: Block): Promise<void> {
  const actual = await played(block.code);
  if (process.env['UPDATE_DOCS'] === '1' && actual !== block.code) {
    writeFileSync(block.file, withCode(readFileSync(block.file, 'utf8'), block, actual));
    return;
  }
  expect(block.code).toBe(actual);
}

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

async function holdShell({ code }: Block): Promise<void> {
  expect(await unknownIn(code)).toEqual([]);
  for (const [, name = ''] of code.matchAll(/\bnpm run (?:-s )?([\w:-]+)/g))
    expect(Object.keys(scripts)).toContain(name);
}

const withBlocks = files
  .map((file) => [file, blocksOf(readFileSync(file, 'utf8'), file)] as const)
  .filter(([, blocks]) => blocks.length > 0);

describe.each(withBlocks)('%s', (_file, blocks) => {
  test.each(
    blocks.map((block, index) => [`${block.line} ${block.language} ${block.words.join(' ')}`, index]),
  )('the block in line %s is true', async (_, index) => {
    const block = blocks[Number(index)];
    if (block === undefined) throw new Error('no such block');
    switch (block.language) {
      case 'console':
        return holdConsole(block);
      case 'sh':
        return holdShell(block);
      case 'yaml':
        return holdYaml(block, blocks.slice(0, Number(index)));
      case 'json':
        expect(() => void JSON.parse(block.code)).not.toThrow();
        return;
      case 'text':
        return;
      default:
        throw new Error(
          `a block of "${block.language}" cannot be checked; use console, sh, yaml, json or text`,
        );
    }
  });
});
