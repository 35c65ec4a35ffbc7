import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parsed, readLines, readWhole } from '../../src/cluster/body.ts';

const chunks = (texts: readonly string[]): Readable =>
  Readable.from(texts.map((text) => Buffer.from(text, 'latin1')));

async function linesOf(texts: readonly string[], most: number): Promise<readonly (string | undefined)[]> {
  const lines: (string | undefined)[] = [];
  for await (const line of readLines(chunks(texts), most)) lines.push(line?.toString('latin1'));
  return lines;
}

describe('lines of a stream', () => {
  test('are the same however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: fc.constantFrom('a', 'ü', '\n') })), async (texts) => {
        const whole = texts.join('').split('\n').slice(0, -1);
        expect(
          await linesOf(
            texts.filter((text) => text !== ''),
            1000,
          ),
        ).toEqual(whole);
      }),
    );
  });

  test('a line that was cut off is none', async () => {
    expect(await linesOf(['{"a":1}\n{"b":'], 1000)).toEqual(['{"a":1}']);
  });

  test('end at a line that is too long', async () => {
    expect(await linesOf(['ok\n', 'x'.repeat(8), 'y'.repeat(8), '\nnever\n'], 10)).toEqual(['ok', undefined]);
  });
});

describe('a whole answer', () => {
  test('is read', async () => {
    expect((await readWhole(chunks(['ab', 'cd']), 4))?.toString()).toBe('abcd');
  });

  test('is given up where it is too long', async () => {
    expect(await readWhole(chunks(['ab', 'cde']), 4)).toBeUndefined();
  });

  test.each([
    ['{"a":1}', { a: 1 }],
    ['{"a":', undefined],
    ['', undefined],
  ])('%j is %j', (text, value) => {
    expect(parsed(Buffer.from(text))).toEqual(value);
  });
});
