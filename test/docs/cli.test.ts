/** docs/cli.md has a section for every command, with its help (`npm run docs` adds what is missing). */
import { appendFileSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { commands } from '../../src/cli/commands.ts';
import { played } from './shell.ts';

const file = 'docs/cli.md';
const text = readFileSync(file, 'utf8');
const titles = [...text.matchAll(/^## `(.+)`$/gm)].map(([, name]) => name);

/** The help itself is compared with the rest of the blocks. */
describe('every command has a section with its help', () => {
  test.each(commands.map(({ name }) => name))('%s', async (name) => {
    const help = `\`\`\`console\n$ npx bulkhead ${name} --help\n`;
    if (process.env['UPDATE_DOCS'] === '1' && !titles.includes(name)) {
      const block = await played(`$ npx bulkhead ${name} --help`);
      appendFileSync(file, `\n## \`${name}\`\n\n\`\`\`console\n${block}\n\`\`\`\n`);
      return;
    }
    expect(titles).toContain(name);
    expect(text).toContain(help);
  });
});

test('every section is about a command', () => {
  expect(titles.filter((title) => !commands.some(({ name }) => name === title))).toEqual([]);
});
