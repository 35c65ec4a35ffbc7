/** The rules that ship and the examples: they lint clean, editors know their kinds, their suites pass, and no rule or limit could be missing. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readDocuments } from '../../../src/config/documents.ts';
import { editorKinds } from '../../../src/authoring/editorSchemas.ts';
import { removalsOf, survivorsOf, without } from '../../../src/authoring/suite/removals.ts';
import { runSuite, suitePassed } from '../../../src/authoring/suite/runSuite.ts';
import { findSuites, loadSuite } from '../../../src/cli/test/loading.ts';
import { stringAt } from '../../../src/k8s/json.ts';
import { capture } from '../../cli/capturedTerminal.ts';
import { valueOf } from '../reading.ts';
import { silentTerminal } from '../../cli/silentTerminal.ts';

const folders = ['policies', 'examples'];

const files = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name)),
);

test('every file in policies/ and examples/ lints without an error or a warning', async () => {
  const { stdout, code } = await capture([
    'lint',
    ...folders,
    '--config',
    'examples/bulkhead.yaml',
    '--fail-on-warn',
  ]);
  expect(stdout).toMatch(/ 0 errors, 0 warnings, /);
  expect(code).toBe(0);
});

describe('editors know the kind of each rule, suite and configuration', () => {
  const kinds = new Map(editorKinds.map(({ kind }) => [kind, `schemas/${kind.toLowerCase()}.json`]));
  const modelines = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const [first] = valueOf(readDocuments(text, file));
    const schema = kinds.get(stringAt(first?.value, 'kind') ?? '');
    return schema === undefined || file.endsWith('.json') ? [] : [{ file, schema, text }];
  });
  test('there are such files', () => expect(modelines.length).toBeGreaterThan(4));
  test.each(modelines)('$file', ({ file, schema, text }) => {
    const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
    expect(join(file, '..', path)).toBe(schema);
  });
});

test('the suites that ship touch every rule, limit and branch', async () => {
  const { stdout, code } = await capture(['test', ...folders, '--coverage-threshold', '100']);
  expect(stdout).toContain('coverage: 100 %');
  expect(code).toBe(0);
});

describe('suites', () => {
  test('there is one for every file of rules', async () => {
    const { suites } = await findSuites(folders, silentTerminal);
    const loaded = await Promise.all(suites.map((suite) => loadSuite(suite, silentTerminal)));
    const tested = new Set(loaded.flatMap(({ files: named }) => named));
    const rules = files.filter((file) => {
      const [first] = valueOf(readDocuments(readFileSync(file, 'utf8'), file));
      return ['Boundary', 'GuardrailPolicy', 'ValidatingAdmissionPolicy'].includes(
        stringAt(first?.value, 'kind') ?? '',
      );
    });
    expect(rules.length).toBeGreaterThan(2);
    expect(rules.filter((file) => !tested.has(file))).toEqual([]);
  });

  test('every case passes, and a removed rule or limit makes one fail', async () => {
    const { suites, issues } = await findSuites(folders, silentTerminal);
    expect(issues).toEqual([]);
    expect(suites.length).toBeGreaterThan(1);
    for (const suite of suites) {
      const inputs = valueOf((await loadSuite(suite, silentTerminal)).inputs);
      const result = runSuite(inputs);
      expect([
        suite.document.file,
        result.issues,
        result.cases.flatMap(({ name, differences, issues: wrong }) =>
          differences.length + wrong.length > 0 ? [name] : [],
        ),
      ]).toEqual([suite.document.file, [], []]);
      const survivors = survivorsOf(inputs).map(({ document, pointer }) => `${document.file} ${pointer}`);
      expect(survivors).toEqual([]);
      // The removals are real: each leaves the suite with other rules, and the whole rule is one of them.
      const removals = inputs.rules.flatMap(removalsOf);
      expect(removals.length).toBeGreaterThan(inputs.rules.length - 1);
      for (const removal of removals.filter(({ pointer }) => pointer === ''))
        expect(suitePassed(runSuite(without(inputs, removal)))).toBe(false);
    }
  }, 120_000);
});
