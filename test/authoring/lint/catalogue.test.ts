/** Every code that can be found is in the catalogue, and every entry is documented. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { chapters, docsOf, entries } from '../../../src/authoring/catalogue/catalogue.ts';
import { lintPage } from '../../../src/authoring/catalogue/page.ts';

const sources = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));

/** Codes of decisions about requests and of the surroundings of a process: never a finding of lint. */
const elsewhere =
  /^(?:path|floor|otherPolicies|pods|labels|namespace|exceptions?|review|identity|graph)\.|^boundary\.unproven$|^object\.unreadable$/;

/** What the rooms that lint calls may report. */
const reported = new Set(
  ['src/config', 'src/k8s', 'src/boundary', 'src/guardrail', 'src/authoring']
    .flatMap(sources)
    .concat(
      readFileSync('src/admission/rules.ts', 'utf8'),
      ...['inventory', 'request'].map((name) => readFileSync(`src/admission/manifests/${name}.ts`, 'utf8')),
    )
    .flatMap((text) => [
      ...text.matchAll(
        /(?:code: |report\(\s*|placed\(|told\(\s*(?:pointer,\s*)?(?:'\w+',\s*)?|mistake\(\s*)'([a-z]\w*\.[a-z]\w*)'/gi,
      ),
    ])
    .flatMap(([, code]) => (code === undefined || elsewhere.test(code) ? [] : [code])),
);

/** The mistakes of the expression language, by their type. */
const mistakes = [
  ...(
    /export type MistakeCode =([^;]*);/.exec(readFileSync('src/cel/syntax/mistake.ts', 'utf8'))?.[1] ?? ''
  ).matchAll(/'(\w+)'/g),
].map(([, name]) => `cel.${name ?? ''}`);

describe('the catalogue', () => {
  test('has every code that is reported', () => {
    expect(reported.size).toBeGreaterThan(30);
    expect([...reported].filter((code) => !entries.has(code)).sort()).toEqual([]);
  });

  test('has every mistake of an expression', () => {
    expect(mistakes.length).toBeGreaterThan(20);
    expect(mistakes.filter((code) => !entries.has(code))).toEqual([]);
  });

  test('has every code of this room’s tables', () => {
    const listed = ['documentCodes', 'schemaCodes', 'configurationCodes'].flatMap((name) => {
      const table =
        new RegExp(`export const ${name} = \\{([^}]*)\\}`).exec(
          readFileSync('src/config/codes.ts', 'utf8'),
        )?.[1] ?? '';
      return [...table.matchAll(/'([\w.]+)'/g)].map(([, code]) => code ?? '');
    });
    expect(listed.length).toBeGreaterThan(15);
    expect(listed.filter((code) => !entries.has(code))).toEqual([]);
  });

  test('has no code twice, and a sentence for each question', () => {
    const all = chapters.flatMap((chapter) => chapter.entries.map(([code]) => code));
    expect(new Set(all).size).toBe(all.length);
    for (const [code, { title, why, fix }] of entries) {
      expect(`${code} ${title}`).toMatch(/\S \S/);
      expect(why).toMatch(/\.$/);
      expect(fix).toMatch(/\.$/);
    }
  });
});

test('docs/lint.md has a heading for every code, under the anchor that findings name', () => {
  const page = readFileSync('docs/lint.md', 'utf8');
  const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading ?? '');
  expect(headings).toEqual([...entries.keys()]);
  for (const code of headings) {
    // GitHub's anchors: lower case, without punctuation.
    expect(docsOf(code)).toBe(`docs/lint.md#${code.toLowerCase().replaceAll('.', '')}`);
  }
  expect(lintPage()).toContain(`### ${headings[0] ?? ''}`);
});
