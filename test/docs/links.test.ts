// Every link between pages of this repository leads to a file that is there, and to a heading of it.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { blocksOf } from './markdown.ts';

const pages = [
  ...globSync('*.md'),
  ...['docs', 'policies', 'charts', 'certs', 'examples'].flatMap((folder) => globSync(`${folder}/**/*.md`)),
].sort();

/** A page as its reader sees it: code is no text. */
function prose(page: string): string {
  const text = readFileSync(page, 'utf8');
  return blocksOf(text, page).reduce(
    (rest, { code }) => (code === '' ? rest : rest.replace(code, () => '')),
    text,
  );
}

/** Where GitHub lets one link to: the words of each heading with hyphens between, and a number from the second of its kind on. */
function anchorsOf(page: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  return new Set(
    [...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
      const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
      const anchor = words.replaceAll(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-');
      const before = seen.get(anchor) ?? 0;
      seen.set(anchor, before + 1);
      return before === 0 ? anchor : `${anchor}-${before}`;
    }),
  );
}

const linksOf = (page: string): readonly string[] =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));

function broken(page: string): readonly string[] {
  return linksOf(page).filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).has(anchor));
  });
}

test.each(pages)('%s', (page) => {
  expect(broken(page)).toEqual([]);
});

test('there is something to look at', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/adr/0001-rooms.md', 'certs/README.md']));
  expect(pages.flatMap(linksOf).filter((link) => link.includes('#')).length).toBeGreaterThan(20);
  expect(anchorsOf('docs/cel.md')).toContain('refusals-at-load');
});
