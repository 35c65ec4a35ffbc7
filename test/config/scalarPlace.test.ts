/** Places inside texts: every visible character of a value is found where it is written, however it is written. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { Document } from '../../src/config/document.ts';
import { readDocuments } from '../../src/config/documents.ts';
import { isObject } from '../../src/config/document.ts';

function documentOf(text: string, file = 'a.yaml'): Document {
  const read = readDocuments(text, file);
  if (!read.ok || read.value[0] === undefined) throw new Error(`cannot be read: ${text}`);
  return read.value[0];
}

/** What stands in the text where the character at `index` of the value at `/e` is said to stand. */
function written(text: string, document: Document, index: number): string {
  const place = document.placeIn?.('/e', index);
  return (text.split('\n')[(place?.line ?? 0) - 1] ?? '').slice((place?.column ?? 0) - 1);
}

const value = 'a && \'b\' == c\n  || d.exists(x, x != "y")\n';

describe('an expression is found in every style', () => {
  test.each<[string, string]>([
    ['a literal block', `e: |\n  a && 'b' == c\n    || d.exists(x, x != "y")\n`],
    [
      'a literal block, indented further, with a comment',
      `e: | # why\n        a && 'b' == c\n          || d.exists(x, x != "y")\n`,
    ],
    ['a literal block with its indentation given', `e: |2\n  a && 'b' == c\n    || d.exists(x, x != "y")\n`],
    ['a folded block', `e: >\n  a && 'b'\n  == c\n  || d.exists(x, x != "y")\n`],
    ['a folded block without its last line break', `e: >-\n  a && 'b' == c ||\n\n  d.exists(x, x != "y")\n`],
    ['double quotes', String.raw`e: "a && 'b' == c\n  || d.exists(x, x != \"y\")\n"` + '\n'],
    ['double quotes over lines', `e: "a && 'b' ==\n    c || \\\n    d.exists(x, x != \\x22\\u0079\\")"\n`],
    ['single quotes', `e: 'a && ''b'' == c || d.exists(x, x != "y")'\n`],
    ['a plain text over lines', `e: a && 'b' == c\n  || d.exists(x, x != "y")\n`],
    ['an alias', `f: &f "a && 'b' == c || d.exists(x, x != \\"y\\")"\ne: *f\n`],
    ['a merged mapping', `f: &f { e: 'a && ''b'' == c || d.exists(x, x != "y")' }\n<<: *f\n`],
    ['JSON', `{ "e": "a && 'b' == c || d.exists(x, x != \\"y\\")" }`],
  ])('%s', (_, text) => {
    const document = documentOf(text, text.startsWith('{') ? 'a.json' : 'a.yaml');
    const read = isObject(document.value) ? String(document.value['e']) : '';
    expect(read.replaceAll(/\s+/g, '')).toBe(value.replaceAll(/\s+/g, ''));
    for (const [word, begins] of [
      ['&&', '&&'],
      ['==', '=='],
      ['||', '||'],
      ['exists', 'exists('],
      ['!=', '!= '],
    ] as const) {
      expect(written(text, document, read.indexOf(word)).startsWith(begins)).toBe(true);
    }
    expect(written(text, document, read.indexOf('"y"'))).toMatch(/^(?:"y"|\\"y\\"|\\x22)/);
  });
});

test('property: each visible character stands where it is said to stand', () => {
  const texts = fc.string({
    unit: fc.constantFrom('a', 'b', "'", '"', '\\', ' ', '\n', ':', '#', 'é', '\u{1f600}', '-', '{'),
    minLength: 1,
    maxLength: 40,
  });
  const styles = fc.constantFrom('PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED');
  const widths = fc.constantFrom(0, 20);
  fc.assert(
    fc.property(texts, styles, widths, fc.constantFrom(2, 4), (of, style, lineWidth, indent) => {
      const text = stringify({ e: of }, { defaultStringType: style, lineWidth, indent });
      const document = documentOf(text);
      const read = isObject(document.value) ? String(document.value['e']) : '';
      fc.pre(read === of);
      for (let index = 0; index < of.length; index += 1) {
        const char = of.charAt(index);
        if (/\s/.test(char)) continue;
        const found = written(text, document, index);
        expect(found.startsWith(char) || found.startsWith('\\')).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test('outside a text the place is that of what is there', () => {
  const document = documentOf('e: 5\nf: [a]\n');
  expect(document.placeIn?.('/e', 0)).toEqual({ line: 1, column: 4 });
  expect(document.placeIn?.('/f', 3)).toEqual({ line: 2, column: 4 });
  expect(document.placeIn?.('/nothing', 3)).toEqual(document.positionOf('/nothing'));
});
