// Code blocks are found and written anew, whatever stands around them.
import { expect, test } from '@jest/globals';
import { blocksOf, withCode } from './markdown.ts';

const text = `# One
\`\`\`console
$ a
\`\`\`
\`\`\`console
$ a

\`\`\`
\`\`\`console
$ b
$ a

\`\`\`
`;

test.each([0, 1, 2])('the block number %i is replaced and no other', (index) => {
  const codes = ['$ a', '$ a\n', '$ b\n$ a\n'];
  const blocks = blocksOf(text, 'f.md');
  expect(blocks.map(({ code }) => code)).toEqual(codes);
  const [block] = blocks.slice(index);
  if (block === undefined) throw new Error('no such block');
  const written = withCode(text, block, '$ a\n$& is printed as it is\n');
  expect(blocksOf(written, 'f.md').map(({ code }) => code)).toEqual(
    codes.with(index, '$ a\n$& is printed as it is\n'),
  );
});

test('a block that is not there any more is told', () => {
  const [block] = blocksOf('```sh\nls\n```\n', 'f.md');
  if (block === undefined) throw new Error('no such block');
  expect(() => withCode(text, block, 'pwd')).toThrow('f.md:1');
});
