/** Cells that a spreadsheet shows and never executes. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cell, csvHeader, csvLine } from '../../../src/decisions/query/csv.ts';
import { chained, plentiful } from './plentiful.ts';

describe('a cell', () => {
  test.each([
    ['=1+1', `"'=1+1"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"' =1"`],
    ['\r=1', `"' =1"`],
    ['  =1', `"'  =1"`],
    ['\uff1d1', `"'\uff1d1"`],
    ['|calc', `"'|calc"`],
    ['\u200b=1', `"'\u200b=1"`],
    ['say "hi", all', '"say ""hi"", all"'],
    ['two\nlines', '"two lines"'],
    ['a=b', '"a=b"'],
    [3, '3'],
    [true, 'true'],
    [undefined, ''],
  ])('%j is %j', (value, expected) => {
    expect(cell(value)).toBe(expected);
  });

  test('never begins like a formula, is one cell, and loses nothing that can be seen', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const written = cell(value);
        expect(written.startsWith('"') && written.endsWith('"')).toBe(true);
        const inside = written.slice(1, -1);
        expect(inside.replaceAll('""', '')).not.toContain('"');
        const shown = inside.replaceAll('""', '"');
        expect(/^\s*[=+\-@|%]/.test(shown)).toBe(false);
        expect(shown.replace(/^'/, '')).toBe(
          value.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ').replace(/^'/, ''),
        );
      }),
    );
  });
});

test('a line has as many cells as the header', () => {
  const events = plentiful({ count: 40, start: 0, stepMillis: 9, tenants: 2, users: 2, rules: 2, seed: 1 });
  const cells = (line: string): number =>
    [...line.trimEnd().matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].length - 1;
  for (const entry of chained(events, 'a/1')) expect(cells(csvLine(entry))).toBe(cells(csvHeader));
});
