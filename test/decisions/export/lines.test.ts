// Lines of JSON Lines end at line feeds, and nowhere else.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { linesOf } from '../../../src/decisions/export/lines.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bulkhead-lines-'));
});
afterEach(() => rm(directory, { recursive: true }));

const long = 'ü'.repeat(100_000);
test.each<[string, string, readonly string[]]>([
  ['nothing', '', []],
  ['a last line without its end', 'a\nb', ['a', 'b']],
  ['a line that is empty', 'a\n\nb\n', ['a', '', 'b']],
  [
    'separators that JSON leaves in its strings',
    '"a\u2028b\u2029c\u0085d"\n"e"\n',
    ['"a\u2028b\u2029c\u0085d"', '"e"'],
  ],
  ['lines that a tool has ended its own way', 'a\r\nb\r\n', ['a', 'b']],
  ['lines that are longer than what is read at once', `${long}\n${long}\n`, [long, long]],
])('%s', async (_, text, lines) => {
  const file = join(directory, 'file');
  await writeFile(file, text);
  const read: string[] = [];
  for await (const line of linesOf(file)) read.push(line);
  expect(read).toEqual(lines);
});
